/**
 * Rules that look back over random days of kills, orderly stops, bad data and edits: whatever was torn out of their memories, no
 * alarm returns that by all that was ever read has not (alarms.md B8 no. 1), and in the end they say what is.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { testRuns } from '../support/effort.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, type TestRule } from '../support/model.ts';
import {
  createLookBack,
  doesAgree,
  type LookBack,
  mayCountReturn,
  type Read,
  toMean,
  toRestMs,
  toRunMs,
  toSilentMs,
  toStarts,
} from '../support/reference/look-back.ts';
import { testSeed } from '../support/seed.ts';

const RUNS = testRuns(25);
const SWEEP_MS = 250;
const WINDOW_MS = 20_000;
/** A mean of values from 0 to 10 may be off by what need not be known of its window, and by its cells after a start. */
const MEAN_SLACK = 1.5;
/** So few that no set of scripts is without a raise: of those that want six, one set in a thousand had none. */
const EVERY = 4;
const RUN_MS = 60_000;

type Step =
  | ({ readonly type: 'read' } & Read)
  /** Entries to 1, a second each. */
  | { readonly type: 'bounce'; readonly times: number }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'kill' | 'stop'; readonly downMs: number }
  | { readonly type: 'edit' };

interface Kind {
  readonly rule: Omit<TestRule, 'id'>;
  /** Whether an alarm of it may return. @param edits of the rule so far */
  readonly mayReturn: (past: LookBack, edits: number) => boolean;
  /** What is read from the end on, over and over, and what is to come of it. */
  readonly ends: readonly { readonly read: Read | null; readonly isActive: boolean }[];
}

const COUNTS = [3, 4] as const;
const toCount = (edits: number) => ({ count: COUNTS[edits % 2] ?? 3, withinMs: WINDOW_MS });

const KINDS: Readonly<Record<string, Kind>> = {
  count: {
    rule: { type: 'count', points: ['p'], params: { point: 'p', in: [1], ...toCount(0) } },
    mayReturn: (past, edits) => mayCountReturn(past, toCount(edits)),
    ends: [{ read: { p: 0, q: 0 }, isActive: false }],
  },
  'starts, maintenance': {
    rule: { type: 'starts', points: ['p'], params: { point: 'p', in: [1], every: EVERY } },
    mayReturn: (past) => toStarts(past) < EVERY,
    ends: [],
  },
  'running-hours': {
    rule: {
      type: 'running-hours',
      points: ['p'],
      params: { point: 'p', in: [1], everyHours: RUN_MS / 3_600_000 },
    },
    mayReturn: (past) => toRunMs(past) < RUN_MS,
    ends: [{ read: { p: 1, q: 0 }, isActive: true }],
  },
  stuck: {
    rule: {
      type: 'stuck',
      points: ['p', 'q'],
      params: { point: 'p', while: { point: 'q', in: [1] }, afterMs: WINDOW_MS },
    },
    mayReturn: (past) => toRestMs(past) < WINDOW_MS,
    ends: [
      { read: { p: 1, q: 1 }, isActive: true },
      { read: { p: 1, q: 0 }, isActive: false },
    ],
  },
  stale: {
    rule: { type: 'stale', points: ['p'], params: { point: 'p', afterMs: WINDOW_MS } },
    mayReturn: (past) => toSilentMs(past) < WINDOW_MS,
    ends: [
      { read: { p: 1, q: 1 }, isActive: false },
      { read: null, isActive: true },
    ],
  },
  discrepancy: {
    rule: {
      type: 'discrepancy',
      points: ['p', 'q'],
      params: { command: 'p', feedback: 'q', travelMs: WINDOW_MS / 2 },
    },
    mayReturn: doesAgree,
    ends: [
      { read: { p: 1, q: 0 }, isActive: true },
      { read: { p: 0, q: 0 }, isActive: false },
    ],
  },
  'mean of a window': {
    rule: {
      type: 'expression',
      points: ['p'],
      params: {
        points: { p: 'p' },
        windows: { average: { point: 'p', over: WINDOW_MS, of: 'mean', minKnownPercent: 95 } },
        working: {},
        condition: 'average > 5',
      },
    },
    mayReturn: (past) => toMean(past, WINDOW_MS) <= 5 + MEAN_SLACK,
    ends: [
      { read: { p: 10, q: 0 }, isActive: true },
      { read: { p: 0, q: 0 }, isActive: false },
    ],
  },
};

const value = fc.constantFrom(0, 0, 1, 1, 2, 10);
const downMs = fc.constantFrom(1_000, 5_000, 70_000);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ type: fc.constant('read' as const), p: value, q: fc.constantFrom(0, 1) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('read' as const), p: fc.constant(null), q: fc.constant(1) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('bounce' as const), times: fc.integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('wait' as const),
        ms: fc.constantFrom(1_000, 4_000, 11_000, 21_000, 61_000),
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('kill' as const), downMs }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('stop' as const), downMs }) },
    { weight: 2, arbitrary: fc.constant({ type: 'edit' as const }) },
  ),
  { minLength: 4, maxLength: 24, size: 'max' },
);

describe.each(Object.entries(KINDS))('%s', (_, kind) => {
  test('returns only when all that was read says so, and says what is in the end', () => {
    const reached = { raised: 0, kills: 0 };
    fc.assert(
      fc.property(steps, (script) => {
        const day = new Day(kind, reached);
        for (const step of script) day.take(step);
        day.finish();
      }),
      { seed: testSeed(), numRuns: RUNS },
    );
    expect(reached.raised, 'raises').toBeGreaterThan(0);
    expect(reached.kills, 'kills').toBeGreaterThan(0);
  });
});

class Day {
  readonly #kind: Kind;
  readonly #reached: { raised: number; kills: number };
  readonly #past = createLookBack();
  readonly #loop: TestLoop;
  #edits = 0;
  #looked = 0;
  #trace: string[] = [];

  constructor(kind: Kind, reached: { raised: number; kills: number }) {
    this.#kind = kind;
    this.#reached = reached;
    this.#loop = createTestLoop(toModel(kind, 0));
  }

  take(step: Step): void {
    this.#trace.push(JSON.stringify(step));
    switch (step.type) {
      case 'read':
        return this.#read(step);
      case 'wait':
        return this.#wait(step.ms);
      case 'edit':
        this.#edits += 1;
        this.#loop.replaceModel(toModel(this.#kind, this.#edits));
        return this.#look();
      case 'bounce':
        for (let at = 0; at < step.times; at++) {
          this.#read({ p: 0, q: 1 });
          this.#wait(500);
          this.#read({ p: 1, q: 1 });
          this.#wait(500);
        }
        return;
      default:
        if (step.type === 'stop') this.#loop.conclude();
        else this.#reached.kills += 1;
        this.#past.down(step.downMs);
        this.#loop.restart(step.downMs);
        return this.#look();
    }
  }

  finish(): void {
    for (const { read, isActive } of this.#kind.ends) {
      for (let at = 0; at < 10; at++) {
        if (read !== null) this.#read(read);
        this.#wait(WINDOW_MS / 2);
      }
      const what = `in the end, of ${JSON.stringify(read)}, after ${this.#trace.join(' ')}`;
      expect(this.#loop.alarm('r')?.isActive === true, what).toBe(isActive);
    }
  }

  #read(read: Read): void {
    this.#past.read(read);
    this.#loop.feed({ p: read.p ?? 'comm-loss', q: read.q });
    this.#look();
  }

  #wait(ms: number): void {
    for (let leftMs = ms; leftMs > 0; leftMs -= SWEEP_MS) {
      this.#past.pass(SWEEP_MS);
      this.#loop.advance(SWEEP_MS);
      this.#look();
    }
  }

  #look(): void {
    const { events } = this.#loop;
    for (; this.#looked < events.length; this.#looked++) {
      const { type, occurrence } = events[this.#looked] ?? {};
      if (type === 'raised' || type === 're-raised') this.#reached.raised += 1;
      if (type !== 'returned' && !(type === 'ended' && occurrence?.endReason === 'rule-changed')) continue;
      expect(this.#kind.mayReturn(this.#past, this.#edits), `${type} after ${this.#trace.join(' ')}`).toBe(
        true,
      );
    }
  }
}

function toModel({ rule }: Kind, edits: number) {
  const points = [
    { name: 'p', staleMs: null },
    { name: 'q', staleMs: null },
  ];
  const params = rule.type === 'count' ? { ...rule.params, ...toCount(edits) } : rule.params;
  const given = {
    id: 'r',
    ...rule,
    ...(params !== undefined && { params }),
    severity: edits % 2 === 0 ? ('medium' as const) : ('high' as const),
    version: `v${edits}`,
  };
  const model = createTestModel({ equipment: [{ id: 'pump', points, rules: [given] }] });
  const { alarms } = model.policy;
  const chatter = { ...alarms.chatter, raises: Number.MAX_SAFE_INTEGER };
  return { ...model, policy: { ...model.policy, alarms: { ...alarms, chatter } } };
}
