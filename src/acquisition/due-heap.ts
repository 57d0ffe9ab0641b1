/**
 * Items by due time, the earliest first; of those due together the one that stands first in the plan. A binary heap in
 * which every item knows its place, so that one can be taken out from the middle. What is due is its owner's business:
 * an item whose time or order changes is taken out before and put back after.
 */
import { assert } from '../core/assert.ts';

export interface Due {
  dueMs: number;
  /** Decides between items that are due together: the smaller goes first. */
  readonly order: number;
  /** Place in the heap, -1 = not in it. Changed by the heap only. */
  place: number;
}

export class DueHeap<T extends Due> {
  readonly #items: T[] = [];

  /** The item that is due first; null when there is none. */
  get first(): T | null {
    return this.#items[0] ?? null;
  }

  add(item: T): void {
    assert(item.place < 0, 'an item stands in the heap once');
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Nothing happens when it is not in the heap. */
  remove(item: T): void {
    const { place } = item;
    if (place < 0) return;
    assert(this.#items[place] === item, 'an item stands where it says');
    item.place = -1;
    const last = this.#items.pop() as T;
    if (last === item) return;
    this.#sink(last, place);
    this.#rise(last, last.place);
  }

  #rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const above = this.#items[(place - 1) >> 1] as T;
      if (!isBefore(item, above)) break;
      this.#put(above, place);
      place = (place - 1) >> 1;
    }
    this.#put(item, place);
  }

  #sink(item: T, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#items[2 * place + 1];
      const right = this.#items[2 * place + 2];
      const below = left && right && isBefore(right, left) ? right : left;
      if (!below || !isBefore(below, item)) break;
      const next = below === left ? 2 * place + 1 : 2 * place + 2;
      this.#put(below, place);
      place = next;
    }
    this.#put(item, place);
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
