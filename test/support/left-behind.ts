/** What a file of tests can leave behind in its process, for the files that come after it there. */
import { vi } from 'vitest';

export interface ProcessState {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Listeners of the process itself, by the events of LISTENED. */
  readonly listeners: Readonly<Record<string, number>>;
  readonly hasFakeTimers: boolean;
}

/** Whoever listens to them takes them from others; libraries that hear of the exit once they are loaded harm nobody. */
const LISTENED = [
  'SIGHUP',
  'SIGINT',
  'SIGTERM',
  'uncaughtException',
  'unhandledRejection',
  'warning',
] as const;

/** As it is now; two of them are equal where nothing was left behind. */
export function readProcessState(): ProcessState {
  return {
    directory: process.cwd(),
    environment: { ...process.env },
    listeners: Object.fromEntries(LISTENED.map((event) => [event, process.listenerCount(event)])),
    hasFakeTimers: vi.isFakeTimers(),
  };
}
