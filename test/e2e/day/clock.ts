/**
 * A wall clock that an operator, a time service or a coarse clock chip has its way with: preloaded into every thread of
 * the gateway (`--import`), it takes from a file by how much `Date.now` is off and in what steps it goes. Nothing else
 * of time changes: `performance.now` and the timers are those of life. The product knows nothing of it.
 */
import { readFileSync } from 'node:fs';

/** Path of the file; JSON of `ClockSetting`. */
export const CLOCK_VARIABLE = 'RISER_DAY_CLOCK';

export interface ClockSetting {
  /** What is added to the real time, ms. */
  readonly offsetMs: number;
  /** The clock shows multiples of it; 1 = every millisecond. */
  readonly grainMs: number;
}

/** How soon a thread follows a changed file. */
const LOOK_MS = 50;

const path = process.env[CLOCK_VARIABLE];
if (path !== undefined) shift(path);

function shift(file: string): void {
  const realNow = Date.now.bind(Date);
  let setting: ClockSetting = { offsetMs: 0, grainMs: 1 };
  const look = (): void => {
    setting = JSON.parse(readFileSync(file, 'utf8')) as ClockSetting;
  };
  look();
  setInterval(look, LOOK_MS).unref();
  Date.now = () => {
    const ms = realNow() + setting.offsetMs;
    return ms - (ms % setting.grainMs);
  };
}
