/** Whether the window is as narrow as a phone: tables become cards, the navigation moves to the bottom. */
import { useSyncExternalStore } from 'react';

/** Same width as in styles/phone.css. */
const query = window.matchMedia('(max-width: 767px)');

export function useIsPhone(): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );
}
