/** How high the fixed bar is just now, siren and drill included, for styles: what is brought into sight must lie below it. */
import { type RefCallback, useCallback } from 'react';

/** @returns ref of the bar; its height stands in `--header-height` of the page, in px */
export function useHeaderHeight(): RefCallback<HTMLElement> {
  return useCallback((bar: HTMLElement | null) => {
    if (bar === null) return undefined;
    const observer = new ResizeObserver(() => {
      document.documentElement.style.setProperty('--header-height', `${bar.offsetHeight}px`);
    });
    observer.observe(bar);
    return () => observer.disconnect();
  }, []);
}
