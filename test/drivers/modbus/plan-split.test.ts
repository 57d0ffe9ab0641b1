/** What is asked in place of a refused request, and what becomes of the pieces that a device accepts. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PollRequest } from '../../../src/drivers/driver.ts';
import { mergeRequests, splitRequest } from '../../../src/drivers/modbus/plan.ts';
import { testSeed } from '../../support/seed.ts';
import { type Address, detailOf, holding, labels, plan } from './plan-support.ts';

const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

function planOne(device: object, addresses: readonly Address[]): PollRequest {
  const [request, ...more] = plan({ device, addresses });
  expect(more).toEqual([]);
  return request as PollRequest;
}

describe('a request refused as illegal address', () => {
  it('is first cut at every hole that was read along', () => {
    const request = planOne({}, holding(0, 1, 4, 9));
    expect(labels(splitRequest(request, ILLEGAL_ADDRESS))).toEqual(['holding 0–1', 'holding 4', 'holding 9']);
  });

  it('is halved where it has no hole', () => {
    const request = planOne({}, holding(0, 1, 2, 3, 4));
    expect(labels(splitRequest(request, ILLEGAL_ADDRESS))).toEqual(['holding 0–1', 'holding 2–4']);
  });

  it('is not cut through a value', () => {
    const f64 = { table: 'holding', address: 0, type: 'f64' };
    const request = planOne({}, [f64, ...holding(4, 5)]);
    const pieces = splitRequest(request, ILLEGAL_ADDRESS);
    expect(labels(pieces)).toEqual(['holding 0–3', 'holding 4–5']);
    expect(splitRequest(pieces[0] as PollRequest, ILLEGAL_ADDRESS)).toEqual([]);
  });

  it('is cut between values that share a register, each of them whole', () => {
    const overlapping = [0, 1].map((address) => ({ table: 'holding', address, type: 'u32' }));
    const pieces = splitRequest(planOne({}, overlapping), ILLEGAL_ADDRESS);
    expect(labels(pieces)).toEqual(['holding 0–1', 'holding 1–2']);
    expect(pieces.map(({ points }) => points)).toEqual([[0], [1]]);
  });

  it('ends with one value, or with all bits of one register', () => {
    expect(splitRequest(planOne({}, holding(7)), ILLEGAL_ADDRESS)).toEqual([]);
    const bits = [0, 5].map((bit) => ({ table: 'holding', address: 7, bit }));
    expect(splitRequest(planOne({}, bits), ILLEGAL_ADDRESS)).toEqual([]);
  });

  it('is never cut when it is a declared block', () => {
    const blocks = [{ table: 'holding', from: 0, to: 9 }];
    const request = planOne({ blocks }, holding(2, 7));
    expect(splitRequest(request, ILLEGAL_ADDRESS)).toEqual([]);
    expect(splitRequest(request, ILLEGAL_VALUE)).toEqual([]);
    expect(mergeRequests([request])).toEqual([request]);
  });

  it('keeps its scale registers: beside their points, or in a piece of their own', () => {
    const scaled = (address: number) => ({ table: 'holding', address, scaleRegister: { address: 3 } });
    const pieces = splitRequest(planOne({}, [scaled(0), scaled(2)]), ILLEGAL_ADDRESS);
    // What brings the scale goes first.
    expect(labels(pieces)).toEqual(['holding 2–3', 'holding 0']);
    expect(pieces.map((piece) => detailOf(piece).scales)).toEqual([[{ key: 'unit 1 holding 3', at: 1 }], []]);
    expect(detailOf(pieces[1]).items).toMatchObject([{ point: 0, scale: 'unit 1 holding 3' }]);
    expect(labels(splitRequest(pieces[0] as PollRequest, ILLEGAL_ADDRESS))).toEqual([
      'holding 3',
      'holding 2',
    ]);
  });

  it('hands its habits and the reckoned time on to the pieces', () => {
    const request = planOne({ timeoutMs: 700, retries: 3 }, holding(0, 5));
    const [piece] = splitRequest(request, ILLEGAL_ADDRESS);
    expect(piece).toMatchObject({
      device: 'unit 1',
      timeoutMs: 700,
      retries: 3,
      block: { table: 'holding', first: 0, count: 1, used: 1 },
    });
    expect(piece?.costMs).toBeLessThan(request.costMs);
  });
});

describe('a request refused as illegal value', () => {
  it('is halved, holes or not, since devices say so of too many registers', () => {
    const request = planOne({}, holding(0, 1, 2, 3, 8, 9));
    expect(labels(splitRequest(request, ILLEGAL_VALUE))).toEqual(['holding 0–3', 'holding 8–9']);
  });
});

it.each([1, 4, 6, 11])('exception %i says nothing of the size: no pieces', (code) => {
  expect(splitRequest(planOne({}, holding(0, 5)), code)).toEqual([]);
});

describe('accepted pieces', () => {
  const piecesOf = (request: PollRequest, code: number) => splitRequest(request, code);

  it('that touch become one request again, but not the one that was refused', () => {
    const request = planOne({}, holding(0, 1, 2, 3, 4, 5, 6, 7));
    const halves = piecesOf(request, ILLEGAL_ADDRESS);
    expect(mergeRequests(halves)).toEqual(halves);
    const [left, right] = halves as [PollRequest, PollRequest];
    const quarters = piecesOf(right, ILLEGAL_ADDRESS);
    const [third, last] = quarters as [PollRequest, PollRequest];
    const [, seven] = piecesOf(last, ILLEGAL_ADDRESS) as [PollRequest, PollRequest];
    // Register 6 is to blame.
    const merged = mergeRequests([seven, third, left]);
    expect(labels(merged)).toEqual(['holding 0–5', 'holding 7']);
    expect(merged[0]?.points).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('are never joined over an address that none of them reads', () => {
    const pieces = piecesOf(planOne({}, holding(0, 1, 3)), ILLEGAL_ADDRESS);
    expect(labels(mergeRequests(pieces))).toEqual(['holding 0–1', 'holding 3']);
  });

  it('stay as short as the device has taught, once it has refused the length', () => {
    const request = planOne({}, holding(...Array.from({ length: 40 }, (_, at) => at)));
    const [left, right] = piecesOf(request, ILLEGAL_VALUE) as [PollRequest, PollRequest];
    const [third, fourth] = piecesOf(right, ILLEGAL_VALUE) as [PollRequest, PollRequest];
    expect(labels(mergeRequests([left, third, fourth]))).toEqual([
      'holding 0–19',
      'holding 20–29',
      'holding 30–39',
    ]);
  });

  it('bring their scale registers along', () => {
    const scaled = { table: 'holding', address: 0, scaleRegister: { address: 1 } };
    const request = planOne({}, [scaled, ...holding(2, 3, 6)]);
    const [first, ...more] = piecesOf(request, ILLEGAL_ADDRESS) as [PollRequest, PollRequest];
    const quarters = piecesOf(first, ILLEGAL_ADDRESS);
    expect(labels(quarters)).toEqual(['holding 0–1', 'holding 2–3']);
    const [, last] = quarters as [PollRequest, PollRequest];
    const ends = piecesOf(last, ILLEGAL_ADDRESS) as [PollRequest, PollRequest];
    const merged = mergeRequests([quarters[0] as PollRequest, ends[0], ...more]);
    expect(labels(merged)).toEqual(['holding 0–2', 'holding 6']);
    expect(detailOf(merged[0])).toMatchObject({ scales: [{ at: 1 }], items: [{ at: 0 }, { at: 2 }] });
  });

  it('of another table are left to themselves', () => {
    const requests = plan({ addresses: [...holding(0), { table: 'input', address: 1 }] });
    expect(mergeRequests(requests)).toEqual(requests);
  });
});

describe('a device with holes, areas and a limit of its own', () => {
  interface Slave {
    readonly missing: ReadonlySet<number>;
    /** It does not read across these addresses (from one side to the other). */
    readonly borders: readonly number[];
    readonly maxCount: number;
  }

  const refuse = ({ missing, borders, maxCount }: Slave, request: PollRequest): number | null => {
    const { address, count } = detailOf(request);
    if (count > maxCount) return ILLEGAL_VALUE;
    const read = Array.from({ length: count }, (_, at) => address + at);
    if (read.some((at) => missing.has(at))) return ILLEGAL_ADDRESS;
    return borders.some((border) => address < border && border < address + count) ? ILLEGAL_ADDRESS : null;
  };

  /** Asks until nothing is refused any more; pieces that cannot be made smaller are to blame. */
  const settle = (slave: Slave, requests: readonly PollRequest[]) => {
    const accepted: PollRequest[] = [];
    const blamed: PollRequest[] = [];
    const waiting = [...requests];
    let asked = 0;
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      asked++;
      const code = refuse(slave, request);
      const pieces = code === null ? [] : splitRequest(request, code);
      if (code === null) accepted.push(request);
      else if (pieces.length === 0) blamed.push(request);
      else waiting.push(...pieces);
    }
    return { accepted, blamed, asked };
  };

  const arbitrary = fc.record({
    addresses: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 }),
    missing: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 6 }),
    borders: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
    maxCount: fc.integer({ min: 1, max: 60 }),
  });

  it('ends with every readable point read, every other blamed, and few requests', () => {
    fc.assert(
      fc.property(arbitrary, ({ addresses, missing, ...rest }) => {
        const slave = { ...rest, missing: new Set(missing) };
        const first = settle(slave, plan({ addresses: holding(...addresses) }));
        const blamed = new Set(first.blamed.flatMap(({ points }) => points));
        expect(blamed).toEqual(
          new Set([...addresses.keys()].filter((at) => slave.missing.has(addresses[at] ?? -1))),
        );
        let merged = mergeRequests(first.accepted);
        // Areas that touch may refuse a merged request again; each round knows more.
        for (let round = 0; ; round++) {
          expect(round).toBeLessThan(60);
          const next = settle(slave, merged);
          expect(next.blamed).toEqual([]);
          if (next.asked === merged.length) break;
          merged = mergeRequests(next.accepted);
        }
        expect(merged.length).toBeLessThanOrEqual(first.accepted.length);
        const read = merged.flatMap(({ points }) => points).toSorted((a, b) => a - b);
        expect(read).toEqual([...addresses.keys()].filter((at) => !blamed.has(at)));
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });
});
