/** Random equipment: faults that stay or go, chatter, dead lines, boards that lose their supply, storms, fires, people in lifts. */
import type { Agenda } from './agenda.ts';
import type { Values } from './gateway.ts';
import { BOARDS, LIFTS, MACHINES, PANELS, toBoard } from './site.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What is not repaired goes by itself at last: a month has no room for what nobody ever repairs. */
const LONGEST_MS = 2 * DAY_MS;

export interface PlantOptions {
  readonly agenda: Agenda;
  readonly random: () => number;
  /** True time. */
  readonly nowMs: () => number;
  readonly feed: (values: Values) => void;
}

/** Mean time between what happens, ms. */
const EVERY = {
  fault: 13 * MINUTE_MS,
  chatter: 8 * HOUR_MS,
  silence: 6 * HOUR_MS,
  supply: 40 * HOUR_MS,
  storm: 60 * HOUR_MS,
  fire: 30 * HOUR_MS,
  trapped: 60 * HOUR_MS,
  worn: 8 * HOUR_MS,
} as const;

export class Plant {
  readonly #options: PlantOptions;
  readonly #counts: Record<keyof typeof EVERY, number> = {
    fault: 0,
    chatter: 0,
    silence: 0,
    supply: 0,
    storm: 0,
    fire: 0,
    trapped: 0,
    worn: 0,
  };

  constructor(options: PlantOptions) {
    this.#options = options;
    for (const what of Object.keys(EVERY) as (keyof typeof EVERY)[]) this.#plan(what);
  }

  /** How often each has happened. */
  counts(): Readonly<Record<keyof typeof EVERY, number>> {
    return this.#counts;
  }

  /** Somebody has mended the equipment, whatever was wrong with it. */
  repair(equipment: string): void {
    this.#options.feed(toNormal(equipment));
  }

  #plan(what: keyof typeof EVERY): void {
    const { random } = this.#options;
    const gapMs = -Math.log(1 - random()) * EVERY[what];
    this.#after(gapMs, () => {
      this.#counts[what] += 1;
      this.#happen(what);
      this.#plan(what);
    });
  }

  #happen(what: keyof typeof EVERY): void {
    const { random } = this.#options;
    const at = this.#pick(MACHINES);
    switch (what) {
      case 'fault':
        return this.#fault(at, random() < 0.3 ? 10_000 + random() * 2 * HOUR_MS : LONGEST_MS);
      case 'chatter':
        return this.#chatter(at, 6 + this.#pick(14));
      case 'silence':
        return this.#silence(at, MINUTE_MS + random() * 5 * HOUR_MS);
      case 'supply':
        return this.#loseSupply(this.#pick(BOARDS), 5 * MINUTE_MS + random() * 50 * MINUTE_MS);
      case 'storm':
        return this.#storm(random() * HOUR_MS);
      case 'fire':
        return this.#alert(`fire-${this.#pick(PANELS)}`, random() * 3 * HOUR_MS);
      case 'trapped':
        return this.#alert(`lift-${this.#pick(LIFTS)}`, random() * 3 * HOUR_MS);
      case 'worn':
        return this.#forAWhile({ [`word-${at}`]: 2 }, { [`word-${at}`]: 0 }, 4 * HOUR_MS);
      default:
        what satisfies never;
    }
  }

  #fault(at: number, ms: number): void {
    const kind = this.#options.random();
    if (kind < 0.5) this.#forAWhile({ [`word-${at}`]: 1 }, { [`word-${at}`]: 0 }, ms);
    else this.#forAWhile({ [`level-${at}`]: kind < 0.85 ? 15 : 25 }, { [`level-${at}`]: 5 }, ms);
    // Some grow worse.
    if (kind > 0.8 && kind < 0.85)
      this.#after(20 * MINUTE_MS, () => this.#options.feed({ [`level-${at}`]: 25 }));
  }

  #chatter(at: number, times: number): void {
    const point = `word-${at}`;
    let gapMs = 0;
    for (let time = 0; time < times; time++) {
      gapMs += 2_000 + this.#options.random() * 12_000;
      this.#after(gapMs, () => this.#options.feed({ [point]: time % 2 === 0 ? 1 : 0 }));
    }
    this.#after(gapMs + 5_000, () => this.#options.feed({ [point]: 0 }));
  }

  #silence(at: number, ms: number): void {
    const silent = { [`word-${at}`]: 'comm-loss', [`level-${at}`]: 'comm-loss' } as const;
    this.#forAWhile(silent, { [`word-${at}`]: this.#options.random() < 0.8 ? 0 : 1, [`level-${at}`]: 5 }, ms);
  }

  #loseSupply(board: number, ms: number): void {
    this.#forAWhile({ [`supply-${board}`]: 1 }, { [`supply-${board}`]: 0 }, ms);
    for (let at = 0; at < MACHINES; at++) {
      if (toBoard(at) !== board) continue;
      const lagMs = this.#options.random() * 3_000;
      this.#after(lagMs, () => this.#options.feed({ [`word-${at}`]: 1 }));
      // A few do not come back with the supply.
      if (this.#options.random() < 0.9)
        this.#after(ms + 2_000 + lagMs, () => this.#options.feed({ [`word-${at}`]: 0 }));
    }
  }

  #storm(ms: number): void {
    for (let member = 0; member < 25; member++) {
      const at = this.#pick(MACHINES);
      this.#after(this.#options.random() * 20_000, () =>
        this.#forAWhile({ [`level-${at}`]: 15 }, { [`level-${at}`]: 5 }, ms),
      );
    }
  }

  #alert(point: string, ms: number): void {
    this.#forAWhile({ [point]: 1 }, { [point]: 0 }, MINUTE_MS + ms);
  }

  #forAWhile(values: Values, then: Values, ms: number): void {
    this.#options.feed(values);
    this.#after(ms, () => this.#options.feed(then));
  }

  #after(ms: number, act: () => void): void {
    const { agenda, nowMs } = this.#options;
    agenda.at(nowMs() + ms, act);
  }

  #pick(count: number): number {
    return Math.floor(this.#options.random() * count);
  }
}

function toNormal(equipment: string): Values {
  const [kind, at] = equipment.split('-') as [string, string];
  switch (kind) {
    case 'machine':
      return { [`word-${at}`]: 0, [`level-${at}`]: 5 };
    case 'board':
      return { [`supply-${at}`]: 0 };
    case 'panel':
      return { [`fire-${at}`]: 0 };
    default:
      return { [`lift-${at}`]: 0 };
  }
}
