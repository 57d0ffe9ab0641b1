/**
 * A map that is never changed, only replaced: an edit copies the shards that it touches and shares the others, so that one
 * changed entry of 50,000 costs a copy of some hundred. Several changes in one edit cost one copy.
 */

export interface Shards<V> {
  readonly parts: readonly ReadonlyMap<string, V>[];
  readonly size: number;
}

export interface ShardsEdit<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  readonly size: number;
  /** The edit must not be used afterwards. */
  finish(): Shards<V>;
}

const SHARDS = 64;
const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();
const EMPTY: Shards<never> = { parts: Array.from({ length: SHARDS }, () => NOTHING), size: 0 };

export function emptyShards<V>(): Shards<V> {
  return EMPTY;
}

export function getOf<V>({ parts }: Shards<V>, key: string): V | undefined {
  return parts[toShard(key)]?.get(key);
}

export function* entriesOf<V>({ parts }: Shards<V>): Generator<readonly [string, V]> {
  for (const part of parts) yield* part;
}

export function editShards<V>(shards: Shards<V>): ShardsEdit<V> {
  const parts = [...shards.parts];
  /** Copies that this edit may change. Index: shard. */
  const own: (Map<string, V> | undefined)[] = [];
  let { size } = shards;
  const toOwn = (index: number): Map<string, V> => {
    const known = own[index];
    if (known !== undefined) return known;
    const copy = new Map(parts[index]);
    own[index] = copy;
    parts[index] = copy;
    return copy;
  };
  return {
    get: (key) => parts[toShard(key)]?.get(key),
    set(key, value) {
      const part = toOwn(toShard(key));
      const before = part.size;
      part.set(key, value);
      size += part.size - before;
    },
    delete(key) {
      if (toOwn(toShard(key)).delete(key)) size--;
    },
    get size() {
      return size;
    },
    finish: () => ({ parts, size }),
  };
}

/** FNV-1a over UTF-16 units, http://www.isthe.com/chongo/tech/comp/fnv/. */
function toShard(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % SHARDS;
}
