/** A typed feed: one publisher, few subscribers, joined only in app.ts and engine/. Synchronous; keeps nothing. */

export interface Feed<T> {
  publish(item: T): void;
  /** @returns a function that ends the subscription. */
  subscribe(listener: (item: T) => void): () => void;
}

export function createFeed<T>(): Feed<T> {
  const listeners = new Set<(item: T) => void>();
  return {
    publish(item) {
      for (const listener of listeners) listener(item);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
