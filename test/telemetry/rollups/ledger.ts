/** What roll-ups must be, computed the slow way from a list of readings. Shares nothing with the code under test. */

/** A reading; a bad one has no value. */
export interface Entry {
  readonly point: number;
  readonly stampMs: number;
  readonly value: number | null;
  /** Of a bad reading 128 or more, of another less. */
  readonly quality: number;
}

export interface ExpectedBucket {
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly last: number | null;
  readonly count: number;
  readonly good: number;
  readonly worst: number | null;
}

export const SIZES = { '1m': 60_000, '15m': 900_000, '1h': 3_600_000 } as const;

/** @param entries of one point, by stamp. @returns null where nothing is known of it yet */
export function expectBucket(
  entries: readonly Entry[],
  startMs: number,
  endMs: number,
): ExpectedBucket | null {
  if (entries.every(({ stampMs }) => stampMs >= endMs)) return null;
  const stretches = entries.map(({ stampMs, value, quality }, at) => ({
    value,
    quality,
    fromMs: Math.max(startMs, stampMs),
    toMs: Math.min(endMs, entries[at + 1]?.stampMs ?? Number.POSITIVE_INFINITY),
  }));
  const usable = stretches.flatMap(({ value, fromMs, toMs }) =>
    value === null || toMs <= fromMs ? [] : [{ value, ms: toMs - fromMs }],
  );
  const totalMs = usable.reduce((sum, { ms }) => sum + ms, 0);
  const values = usable.map(({ value }) => value);
  const hasValue = totalMs > 0;
  const stood = stretches.filter(({ fromMs, toMs }) => toMs > fromMs);
  return {
    min: hasValue ? Math.min(...values) : null,
    max: hasValue ? Math.max(...values) : null,
    mean: hasValue ? usable.reduce((sum, { value, ms }) => sum + (value * ms) / totalMs, 0) : null,
    last: entries.findLast(({ stampMs }) => stampMs < endMs)?.value ?? null,
    count: entries.filter(({ stampMs }) => stampMs >= startMs && stampMs < endMs).length,
    good: totalMs / (endMs - startMs),
    worst: Math.max(...stood.map(({ quality }) => quality)),
  };
}

/** Key: `<size> <point> <beginning>`. All buckets that end at or before `untilMs`, from the first reading on. */
export function expectAll(entries: readonly Entry[], untilMs: number): ReadonlyMap<string, ExpectedBucket> {
  const expected = new Map<string, ExpectedBucket>();
  for (const [point, own] of Map.groupBy(entries, (entry) => entry.point)) {
    const sorted = own.toSorted((one, other) => one.stampMs - other.stampMs);
    for (const [size, ms] of Object.entries(SIZES)) {
      const firstMs = Math.floor((sorted[0] as Entry).stampMs / ms) * ms;
      for (let startMs = firstMs; startMs + ms <= untilMs; startMs += ms) {
        const bucket = expectBucket(sorted, startMs, startMs + ms);
        if (bucket !== null) expected.set(`${size} ${point} ${startMs}`, bucket);
      }
    }
  }
  return expected;
}

/** Differences in words, so that a failure says which bucket it is; means may differ by rounding. */
export function differences(
  expected: ReadonlyMap<string, ExpectedBucket>,
  found: ReadonlyMap<string, ExpectedBucket>,
): readonly string[] {
  const problems: string[] = [];
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const [one, other] = [expected.get(key), found.get(key)];
    if (one === undefined || other === undefined || !isSame(one, other)) {
      problems.push(`${key}: ${JSON.stringify(one)} expected, found ${JSON.stringify(other)}`);
    }
  }
  return problems;
}

function isSame(one: ExpectedBucket, other: ExpectedBucket): boolean {
  const isNear = (a: number | null, b: number | null): boolean =>
    a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)));
  return (
    one.min === other.min &&
    one.max === other.max &&
    one.last === other.last &&
    one.count === other.count &&
    one.worst === other.worst &&
    isNear(one.mean, other.mean) &&
    isNear(one.good, other.good)
  );
}
