/** What a simulated world has still to do, by true time: a heap of things due. What is put in for the same moment keeps its order. */

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

export interface Agenda {
  /** @param atMs true time, in whole milliseconds from there on; what lies in the past is done next */
  at(atMs: number, act: () => void): void;
  /** Infinity = nothing is left. */
  nextMs(): number;
  /** Does what is due. */
  run(nowMs: number): void;
  readonly size: number;
}

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let order = 0;
  const isBefore = (a: Entry, b: Entry): boolean =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  const put = (at: number, entry: Entry): void => void (heap[at] = entry);

  function rise(entry: Entry): void {
    let at = heap.length;
    put(at, entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry;
      if (!isBefore(entry, parent)) break;
      put(at, parent);
      at = above;
    }
    put(at, entry);
  }

  function take(): Entry {
    const first = heap[0] as Entry;
    const last = heap.pop() as Entry;
    if (heap.length > 0) sink(last);
    return first;
  }

  function sink(entry: Entry): void {
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const [left, right] = [heap[below], heap[below + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) below += 1;
      const child = heap[below] as Entry;
      if (!isBefore(child, entry)) break;
      put(at, child);
      at = below;
    }
    put(at, entry);
  }

  return {
    at(atMs, act) {
      order += 1;
      rise({ atMs: Math.ceil(atMs), order, act });
    },
    nextMs: () => heap[0]?.atMs ?? Number.POSITIVE_INFINITY,
    run(nowMs) {
      while ((heap[0]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs) take().act();
    },
    get size() {
      return heap.length;
    },
  };
}
