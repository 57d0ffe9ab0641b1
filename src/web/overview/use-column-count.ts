/** How many columns of panels the window has room for. */
import { useSyncExternalStore } from 'react';

/** Widths from which there is one column more, CSS px. */
const STEPS = [820, 1_240, 2_200].map((px) => window.matchMedia(`(min-width: ${px}px)`));

export function useColumnCount(): number {
  return useSyncExternalStore(
    (listener) => {
      for (const step of STEPS) step.addEventListener('change', listener);
      return () => {
        for (const step of STEPS) step.removeEventListener('change', listener);
      };
    },
    () => 1 + STEPS.filter((step) => step.matches).length,
  );
}
