/**
 * What the rules are compared with: the usual layout of a gateway script (a Map of objects, one entry a point), the same fed
 * from JSON, and the CEL library's own evaluation. Nothing here knows quality, levels, guards, UNKNOWN or minimum samples.
 */
import { Environment } from '@marcbachmann/cel-js';
import { CONDITION, LIMIT, type Message } from './load.ts';

interface Entry {
  readonly limit: number;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  isTrue: boolean;
  isActive: boolean;
  sinceMs: number;
}

export class MapRules {
  /** Key: name of the point. */
  readonly #entries: Map<string, Entry>;
  raises = 0;

  constructor(names: readonly string[]) {
    this.#entries = new Map(
      names.map((name) => [name, { ...LIMIT, isTrue: false, isActive: false, sinceMs: 0 }]),
    );
  }

  take(name: string, value: number, nowMs: number): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const isTrue = value > entry.limit || (entry.isTrue && value >= entry.limit - entry.deadband);
    if (isTrue !== entry.isTrue) {
      entry.isTrue = isTrue;
      entry.sinceMs = nowMs;
    }
    if (isTrue === entry.isActive) return;
    if (nowMs - entry.sinceMs < (isTrue ? entry.onDelayMs : entry.offDelayMs)) return;
    entry.isActive = isTrue;
    if (isTrue) this.raises++;
  }

  /** A key made anew for each value, as such scripts have it. */
  takeMessage({ topic, payload }: Pick<Message, 'topic' | 'payload'>, nowMs: number): void {
    const values = JSON.parse(payload.toString()) as Readonly<Record<string, number>>;
    for (const name in values) this.take(`${topic}/${name}`, values[name] as number, nowMs);
  }
}

/** The keys under which the values of a message are known. */
export function toKeys({ topic, payload }: Message): readonly string[] {
  return Object.keys(JSON.parse(payload.toString()) as object).map((name) => `${topic}/${name}`);
}

/** Parsed once, evaluated by the library. */
export function createLibraryCondition(): (temperature: number, pump: number) => boolean {
  const run = new Environment()
    .registerVariable('temperature', 'double')
    .registerVariable('pump', 'double')
    .parse(CONDITION);
  return (temperature, pump) => run({ temperature, pump }) === true;
}
