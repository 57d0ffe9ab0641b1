/**
 * Requests that do not go out at their own rate, and when each may: probes of silent devices, retries of single silent
 * requests, requests that are refused. Pure; times are monotonic milliseconds. Whose turn it is decides schedule.ts.
 *
 *   asked in vain ──▶ free ─────────────────────────▶ forced
 *                     from the next cycle of its own:  at the end of a growing interval:
 *                     into a gap that holds all of it  before live polls, which it costs a time-out
 *
 * Those that are free are kept apart by the gap that they need, so that a long time-out does not keep the short ones from
 * the gaps that hold them. Of those that fit, the one goes first that has been free for longest: nobody is passed over
 * twice by the same other, whatever the gaps.
 */
import { assert } from '../core/assert.ts';
import type { PollRequest } from '../drivers/driver.ts';
import { type Due, DueHeap } from './due-heap.ts';
import { fastest, type Task } from './task.ts';

/** Growth of the interval between two probes that cost others something. */
const PROBE_GROWTH = 3;
/**
 * Longest interval after which the next one may go into a gap. It waits as long again for one: where there are no gaps, a
 * device that comes back is noticed after twice that at the latest.
 */
const MAX_PROBE_MS = 30_000;
/** At its longest it is also this many time-outs, so that a dead device takes a tenth of the link at most. */
const MAX_PROBE_TIMEOUTS = 10;
/** A line is silent for so long after a time-out (drivers/modbus/line). */
const SETTLING_MS = 50;
/** On a line: what goes before the answer, and all of an exchange but its data, in characters. Source: MODBUS over Serial Line V1.02. */
const CHARACTERS = { request: 8 + 3.5, frames: 8 + 3.5 + 5 + 3.5 } as const;
/** Of an answer that nobody knows the length of. */
const NO_BLOCK = { count: 0 } as const;
/** A refused request is answered at once: so many latencies of its last answer are a gap that holds it. */
const REFUSED_LATENCIES = 2;

/** When a request may go out. */
export interface Chance {
  /** Length of a gap that holds it, ms. */
  readonly needMs: number;
  /** From here on it goes into such a gap. */
  readonly freeMs: number;
  /** From here on it goes before live polls, gap or not; null = it has a turn among them. */
  readonly forcedMs: number | null;
}

interface Slot extends Due {
  readonly task: Task;
}

interface Slots {
  readonly group: Group;
  readonly free: Slot;
  readonly forced: Slot | null;
}

interface Group {
  readonly needMs: number;
  readonly heap: DueHeap<Slot>;
}

export class Waiting {
  /** As many as there are lengths: time-outs of a link are few, the rest of a length is a power of two. */
  readonly #groups: Group[] = [];
  readonly #forced = new DueHeap<Slot>();
  readonly #slots = new Map<Task, Slots>();

  put(task: Task, { needMs, freeMs, forcedMs }: Chance): void {
    assert(!this.#slots.has(task), 'a request waits once');
    const group = this.#groupOf(needMs);
    const free = toSlot(task, freeMs);
    const forced = forcedMs === null ? null : toSlot(task, forcedMs);
    group.heap.add(free);
    if (forced) this.#forced.add(forced);
    this.#slots.set(task, { group, free, forced });
  }

  /** Nothing happens when it does not wait. */
  remove(task: Task): void {
    const slots = this.#slots.get(task);
    if (!slots) return;
    this.#slots.delete(task);
    slots.group.heap.remove(slots.free);
    if (slots.forced) this.#forced.remove(slots.forced);
  }

  /** The one that goes out first, gap or not; null = none. */
  get forced(): { readonly task: Task; readonly dueMs: number } | null {
    return this.#forced.first;
  }

  /** Whether it goes out only because it costs nobody anything. */
  isFree(task: Task, nowMs: number): boolean {
    const forced = this.#slots.get(task)?.forced;
    return forced !== undefined && forced !== null && nowMs < forced.dueMs;
  }

  /** The one that has been free for longest, of those that a gap of this length holds. */
  fitting(nowMs: number, gapMs: number): Task | null {
    let best: Slot | null = null;
    for (const { needMs, heap } of this.#groups) {
      const { first } = heap;
      if (first === null || needMs > gapMs || first.dueMs > nowMs) continue;
      if (best === null || first.dueMs < best.dueMs) best = first;
    }
    return best?.task ?? null;
  }

  /** When one will be free that fits before `untilMs`; Infinity = none. */
  nextFreeMs(nowMs: number, untilMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { needMs, heap } of this.#groups) {
      const dueMs = heap.first?.dueMs ?? Number.POSITIVE_INFINITY;
      if (dueMs > nowMs && dueMs + needMs <= untilMs && dueMs < nextMs) nextMs = dueMs;
    }
    return nextMs;
  }

  /** The one that is free first; null = nobody waits. */
  get earliest(): { readonly task: Task; readonly dueMs: number } | null {
    let best: Slot | null = null;
    for (const { heap } of this.#groups) {
      const { first } = heap;
      if (first && (best === null || first.dueMs < best.dueMs)) best = first;
    }
    return best;
  }

  #groupOf(needMs: number): Group {
    const known = this.#groups.find((group) => group.needMs === needMs);
    if (known) return known;
    const group = { needMs, heap: new DueHeap<Slot>() };
    this.#groups.push(group);
    return group;
  }
}

/** Of a request whose device is silent, or that is silent alone. */
export function toChance(task: Task): Chance {
  const { device, request } = task;
  const isProbe = device.state === 'silent';
  // A slow request that has its turn as probe must not make the device wait for its slow turn.
  const { pollMs } = isProbe ? fastest(device) : task;
  const intervalMs = probeIntervalMs(task, pollMs, isProbe ? device.failures : task.failures);
  return {
    needMs: request.timeoutMs + toBesideMs(request),
    freeMs: isProbe ? device.freeMs : task.freeMs,
    forcedMs: (isProbe ? device.probeMs : task.dueMs) + intervalMs,
  };
}

/** Of a request that its living device refuses: it has a turn at a growing interval like any live one, and gaps beside it. */
export function toRefusedChance({ request, device, shown }: Task): Chance {
  const { timeoutMs, costMs } = request;
  const usualMs = REFUSED_LATENCIES * Math.max(shown.latencyMs ?? timeoutMs, costMs);
  return {
    needMs: Math.min(timeoutMs, toPowerOfTwo(usualMs)),
    freeMs: device.refusedFreeMs,
    forcedMs: null,
  };
}

/** @param failures time-outs in a row that cost others something, the first one included */
export function probeIntervalMs({ request }: Task, pollMs: number, failures: number): number {
  const longestMs = Math.max(MAX_PROBE_MS, MAX_PROBE_TIMEOUTS * request.timeoutMs);
  return Math.min(pollMs * PROBE_GROWTH ** (failures - 1), longestMs);
}

/** Beside the time-out: a line has to settle and to send the request; the time of its answer is in the time-out. */
function toBesideMs({ costMs, block }: PollRequest): number {
  const dataCharacters = 2 * (block ?? NO_BLOCK).count;
  const sendingMs = (costMs * CHARACTERS.request) / (CHARACTERS.frames + dataCharacters);
  return Math.min(toPowerOfTwo(costMs), toPowerOfTwo(SETTLING_MS + sendingMs));
}

function toSlot(task: Task, dueMs: number): Slot {
  return { task, dueMs, order: task.order, place: -1 };
}

/** The next one, so that there are few different ones. */
function toPowerOfTwo(ms: number): number {
  return ms <= 0 ? 0 : 2 ** Math.ceil(Math.log2(ms));
}
