/** Height that is left for the body of a table below where it begins, so that a long list scrolls in the window. */
import { useLayoutEffect, useRef, useState } from 'react';

/** Head of the table, footer of the page, and the spaces between. */
const AROUND_PX = 110;
/** Less is no list. */
const MIN_PX = 240;

export function useTableHeight() {
  const ref = useRef<HTMLDivElement>(null);
  const [heightPx, setHeightPx] = useState(MIN_PX);
  useLayoutEffect(() => {
    const measure = (): void => {
      const top = (ref.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
      setHeightPx(Math.max(MIN_PX, Math.floor(window.innerHeight - top - AROUND_PX)));
    };
    measure();
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, []);
  return { ref, heightPx };
}
