/**
 * How long rules could not be judged while their alarm was normal (alarms.md E, blind time). No history has that: an outage blinds
 * 100,000 rules at once, and a row for each would bury what people did. So it is told as it happens, summed per local day, and
 * saved with the figures. The blind time of open occurrences is counted from their history (step.ts), never here.
 *
 * What is kept is bounded: beyond `FIGURE_LIMITS.blindEntries` the oldest day is folded, from rules to equipment, then to the site.
 * The sum stays right. A crash loses what has passed since the last saving; time in which the gateway is down counts nowhere.
 */
import type { FiguresPart } from '../../store/store.ts';
import { splitKey } from './figures.ts';
import { FIGURE_LIMITS } from './limits.ts';
import { toLocalDay } from './local-days.ts';
import type { FigureScope } from './view.ts';

/** A rule without an open occurrence can be judged no more, or again. */
export interface Sight {
  /** Alarm key. */
  readonly key: string;
  /** UTC ms. */
  readonly atMs: number;
  /** null = it can be judged, or whether it can is nobody's business (out of service, switched off, told by its occurrence). */
  readonly blindSinceMs: number | null;
}

/** Whose time the entries of a day are, the finest first. */
const DETAILS = ['rules', 'equipment', 'site'] as const;
type Detail = (typeof DETAILS)[number];

interface BlindDay {
  /** Local date, `YYYY-MM-DD`. */
  readonly date: string;
  readonly startMs: number;
  readonly endMs: number;
  detail: Detail;
  /** Key: alarm key, `site/equipment/` or nothing, by `detail`. */
  ms: Map<string, number>;
  isSaved: boolean;
}

interface SavedDay {
  readonly version: 1;
  readonly timeZone: string;
  readonly date: string;
  readonly detail: Detail;
  readonly ms: readonly (readonly [string, number])[];
}

const VERSION = 1;
const PREFIX = 'blind ';

/** Whether a part of the saved figures is a day of this. */
export function isBlindPart(part: string): boolean {
  return part.startsWith(PREFIX);
}

export class BlindTime {
  readonly #timeZone: string;
  /** Since when it is not counted yet. Key: alarm key of a rule that is blind now. */
  readonly #running = new Map<string, number>();
  /** Ascending. */
  #days: BlindDay[] = [];
  #gone: string[] = [];

  /** @param timeZone IANA zone of the site */
  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  take(sights: readonly Sight[]): void {
    for (const { key, atMs, blindSinceMs } of sights) {
      const sinceMs = this.#running.get(key);
      if (sinceMs !== undefined) this.#add(key, sinceMs, atMs);
      if (blindSinceMs === null) this.#running.delete(key);
      else this.#running.set(key, sinceMs === undefined ? Math.min(blindSinceMs, atMs) : atMs);
    }
    this.#bound();
  }

  /** Counts what runs up to now. */
  settle(nowMs: number): void {
    for (const [key, sinceMs] of this.#running) {
      this.#add(key, sinceMs, nowMs);
      this.#running.set(key, nowMs);
    }
    this.#bound();
  }

  /** Time of the local days in the period. What is folded counts only where all that is in it is asked for. */
  sumMs({ equipment, rule }: FigureScope, { fromMs, toMs }: { fromMs: number; toMs: number }): number {
    let sum = 0;
    for (const day of this.#days) {
      if (day.endMs <= fromMs || day.startMs >= toMs) continue;
      for (const [key, ms] of day.ms) {
        const of = splitKey(key);
        const isIn = equipment === undefined || of.equipment === equipment;
        if (isIn && (rule === undefined || of.rule === rule)) sum += ms;
      }
    }
    return sum;
  }

  get entries(): number {
    return this.#days.reduce((sum, { ms }) => sum + ms.size, 0);
  }

  /** Hands out the days that have changed since they were handed out last, and those that are gone, to be saved. */
  takeParts(): readonly FiguresPart[] {
    const changed = this.#days.filter(({ isSaved }) => !isSaved);
    for (const day of changed) day.isSaved = true;
    const gone = this.#gone.splice(0).map((part) => ({ part, doc: null }));
    return [...changed.map((day) => this.#toPart(day)), ...gone];
  }

  /** What was handed out could not be stored. */
  giveBack(parts: readonly FiguresPart[]): void {
    const names = new Set(parts.map(({ part }) => part));
    for (const day of this.#days) if (names.has(toPartName(day))) day.isSaved = false;
    this.#gone.push(...parts.flatMap(({ part, doc }) => (doc === null ? [part] : [])));
  }

  /** Adds what was saved. Another version, or another zone's days, goes with the next saving. */
  restore(parts: readonly FiguresPart[]): void {
    for (const { part, doc } of parts) {
      const saved = doc as SavedDay;
      if (saved.version !== VERSION || saved.timeZone !== this.#timeZone) this.#gone.push(part);
      else this.#restoreDay(saved);
    }
    this.#bound();
  }

  #restoreDay({ date, detail, ms }: SavedDay): void {
    const day = this.#dayAt(Date.parse(`${date}T12:00:00Z`), date);
    const isNew = day.ms.size === 0;
    while (DETAILS.indexOf(day.detail) < DETAILS.indexOf(detail)) fold(day);
    for (const [key, add] of ms) addTo(day, key, add);
    day.isSaved = isNew;
  }

  #add(key: string, fromMs: number, toMs: number): void {
    let atMs = Math.max(fromMs, toMs - FIGURE_LIMITS.days * 86_400_000);
    while (atMs < toMs) {
      const day = this.#dayAt(atMs);
      const endMs = Math.min(day.endMs, toMs);
      addTo(day, key, endMs - atMs);
      atMs = endMs;
    }
  }

  /** @param date where it is known */
  #dayAt(atMs: number, date?: string): BlindDay {
    const last = this.#days.at(-1);
    if (date === undefined && last !== undefined && atMs >= last.startMs && atMs < last.endMs) return last;
    const local = date === undefined ? toLocalDay(this.#timeZone, atMs) : toDay(this.#timeZone, atMs, date);
    const at = this.#days.findLastIndex(({ startMs }) => startMs <= local.startMs);
    const found = this.#days[at];
    if (found?.startMs === local.startMs) return found;
    const day: BlindDay = { ...local, detail: 'rules', ms: new Map(), isSaved: false };
    this.#days.splice(at + 1, 0, day);
    return day;
  }

  #bound(): void {
    while (this.#days.length > FIGURE_LIMITS.days) {
      const [oldest] = this.#days.splice(0, 1);
      if (oldest !== undefined) this.#gone.push(toPartName(oldest));
    }
    while (this.entries > FIGURE_LIMITS.blindEntries) {
      const oldest = this.#days.find(({ detail }) => detail !== 'site');
      if (oldest === undefined) return;
      fold(oldest);
    }
  }

  #toPart(day: BlindDay): FiguresPart {
    const { date, detail, ms } = day;
    const doc: SavedDay = { version: VERSION, timeZone: this.#timeZone, date, detail, ms: [...ms] };
    return { part: toPartName(day), doc };
  }
}

function toPartName({ date }: Pick<BlindDay, 'date'>): string {
  return `${PREFIX}${date}`;
}

function toDay(timeZone: string, nearMs: number, date: string): ReturnType<typeof toLocalDay> {
  const day = toLocalDay(timeZone, nearMs);
  if (day.date === date) return day;
  return toLocalDay(timeZone, day.date < date ? day.endMs : day.startMs - 1);
}

function addTo(day: BlindDay, key: string, ms: number): void {
  const folded = toFolded(key, day.detail);
  day.ms.set(folded, (day.ms.get(folded) ?? 0) + ms);
  day.isSaved = false;
}

function fold(day: BlindDay): void {
  const { ms } = day;
  day.detail = DETAILS[DETAILS.indexOf(day.detail) + 1] ?? 'site';
  day.ms = new Map();
  for (const [key, one] of ms) addTo(day, key, one);
}

function toFolded(key: string, detail: Detail): string {
  if (detail === 'rules') return key;
  return detail === 'site' ? '' : key.slice(0, key.lastIndexOf('/') + 1);
}
