/** The order of reception of readings that lie point after point: a stable counting sort over time. Pure. */

/** Widest digit: its counters stay in the processor's nearest cache. */
const DIGIT_BITS = 13;

/** Longest span of time that is sorted by digits; a longer one is sorted by comparing. */
const SPAN_BITS = 32;

/**
 * @param timesMs whole milliseconds
 * @returns places of the first `count` times in ascending order; equal ones keep theirs
 */
export function toOrder(timesMs: Float64Array, count: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(count);
  for (let at = 0; at < count; at++) order[at] = at;
  const { minMs, maxMs, isAscending } = toSpan(timesMs, count);
  if (isAscending) return order;
  if (maxMs - minMs >= 2 ** SPAN_BITS)
    return order.sort((one, other) => (timesMs[one] as number) - (timesMs[other] as number) || one - other);
  const keys = new Uint32Array(count);
  for (let at = 0; at < count; at++) keys[at] = (timesMs[at] as number) - minMs;
  return sortByDigits(order, keys, maxMs - minMs);
}

function sortByDigits(
  order: Uint32Array<ArrayBuffer>,
  keys: Uint32Array,
  span: number,
): Uint32Array<ArrayBuffer> {
  const bits = Math.ceil(Math.log2(span + 1));
  const passes = Math.ceil(bits / DIGIT_BITS);
  const width = Math.ceil(bits / passes);
  const starts = new Uint32Array((1 << width) + 1);
  let from = order;
  let into = new Uint32Array(order.length);
  for (let pass = 0; pass < passes; pass++) {
    placeByDigit(from, into, keys, pass * width, (1 << width) - 1, starts);
    [from, into] = [into, from];
  }
  return from;
}

function placeByDigit(
  from: Uint32Array,
  into: Uint32Array,
  keys: Uint32Array,
  shift: number,
  mask: number,
  starts: Uint32Array,
): void {
  starts.fill(0);
  for (let at = 0; at < keys.length; at++) {
    const next = (((keys[at] as number) >>> shift) & mask) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let digit = 1; digit < starts.length; digit++)
    starts[digit] = (starts[digit] as number) + (starts[digit - 1] as number);
  for (let at = 0; at < from.length; at++) {
    const place = from[at] as number;
    const digit = ((keys[place] as number) >>> shift) & mask;
    const to = starts[digit] as number;
    into[to] = place;
    starts[digit] = to + 1;
  }
}

function toSpan(timesMs: Float64Array, count: number) {
  let [minMs, maxMs, isAscending] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let at = 0; at < count; at++) {
    const ms = timesMs[at] as number;
    if (ms < maxMs) isAscending = false;
    else maxMs = ms;
    if (ms < minMs) minMs = ms;
  }
  return { minMs, maxMs, isAscending };
}
