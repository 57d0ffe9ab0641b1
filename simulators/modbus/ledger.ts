/**
 * What the registers of one endpoint have really held, and since when: for tests that ask whether a reading can be true.
 * Bounded: each address keeps its last values only. Off until it is switched on.
 */
import { type RegisterImage, TABLES, type Table } from '../devices/device.ts';

export const LEDGER_LIMITS = {
  /** Values kept of each address, where nothing else is said; 16 bytes each. */
  size: 120,
  maxSize: 100_000,
  /** Addresses kept of one endpoint; further ones are counted, not kept. */
  addresses: 250_000,
} as const;

export interface LedgerPlace {
  readonly unit: number;
  readonly table: Table;
  readonly address: number;
}

export interface LedgerEntry {
  readonly value: number;
  /** UTC ms since when the address has held it. */
  readonly fromMs: number;
}

export interface LedgerAnswer {
  /** Oldest first; the first one is the value that was there at the beginning of the span. */
  readonly entries: readonly LedgerEntry[];
  /** Whether the beginning of the span is still kept. */
  readonly isComplete: boolean;
}

export interface Ledger {
  /** @param size values per address; null = off, and all is forgotten. */
  switch(size: number | null): void;
  isOn(): boolean;
  /** The addresses of a unit as they are now. Costs nothing while the image is the same object. */
  record(unit: number, image: RegisterImage): void;
  /** What the address held within the span, both ends included. null = it has never been seen. */
  read(place: LedgerPlace, fromMs: number, toMs: number): LedgerAnswer | null;
  counters(): { readonly addresses: number; readonly addressesIgnored: number };
}

/** Values of one address and since when, in a ring; two lists of numbers take a third of the memory of objects. */
interface Ring {
  readonly values: number[];
  readonly fromMs: number[];
  /** Where the next one goes, once the ring is full. */
  next: number;
  hasLost: boolean;
}

/** @param nowMs UTC ms. */
export function createLedger(nowMs: () => number): Ledger {
  /** Key: of toKey. */
  const rings = new Map<number, Ring>();
  /** Key: unit. */
  const lastImages = new Map<number, RegisterImage>();
  let size: number | null = null;
  let addressesIgnored = 0;
  const put = (key: number, value: number, fromMs: number): void => {
    const ring = rings.get(key);
    if (ring !== undefined) add(ring, value, fromMs, size ?? 1);
    else if (rings.size >= LEDGER_LIMITS.addresses) addressesIgnored++;
    else rings.set(key, { values: [value], fromMs: [fromMs], next: 0, hasLost: false });
  };
  return {
    switch(wanted) {
      size = wanted;
      rings.clear();
      lastImages.clear();
      addressesIgnored = 0;
    },
    isOn: () => size !== null,
    record(unit, image) {
      if (size === null || lastImages.get(unit) === image) return;
      lastImages.set(unit, image);
      const fromMs = nowMs();
      for (const table of TABLES) {
        for (const [address, value] of image[table]) put(toKey({ unit, table, address }), value, fromMs);
      }
    },
    read(place, fromMs, toMs) {
      const ring = rings.get(toKey(place));
      return ring === undefined ? null : toAnswer(ring, fromMs, toMs);
    },
    counters: () => ({ addresses: rings.size, addressesIgnored }),
  };
}

function toKey({ unit, table, address }: LedgerPlace): number {
  return (unit * TABLES.length + TABLES.indexOf(table)) * 0x1_0000 + address;
}

function add(ring: Ring, value: number, fromMs: number, size: number): void {
  const { values, next } = ring;
  if (values.at(next - 1) === value) return;
  if (values.length < size) {
    values.push(value);
    ring.fromMs.push(fromMs);
    return;
  }
  values[next] = value;
  ring.fromMs[next] = fromMs;
  ring.next = (next + 1) % size;
  ring.hasLost = true;
}

function toAnswer(ring: Ring, fromMs: number, toMs: number): LedgerAnswer {
  const entries = ring.values.map((value, at) => ({ value, fromMs: ring.fromMs[at] ?? 0 }));
  const ordered = [...entries.slice(ring.next), ...entries.slice(0, ring.next)];
  // Within one millisecond there may be several values, and each of them may have been read.
  const first = ordered.findLastIndex((each) => each.fromMs < fromMs);
  return {
    entries: ordered.slice(Math.max(0, first)).filter((each) => each.fromMs <= toMs),
    isComplete: !ring.hasLost || ordered.some((each) => each.fromMs <= fromMs),
  };
}
