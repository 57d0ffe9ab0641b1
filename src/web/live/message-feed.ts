/** Messages as they arrive on the stream, for whoever rings and shows them (inbox/). Keeps nothing. */
import type { LiveEvents } from '../api/types.ts';

type Arrival = LiveEvents['message'];

const listeners = new Set<(arrival: Arrival) => void>();

export function announceMessage(arrival: Arrival): void {
  for (const listener of listeners) listener(arrival);
}

/** @returns a function that ends the subscription */
export function onMessage(listener: (arrival: Arrival) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
