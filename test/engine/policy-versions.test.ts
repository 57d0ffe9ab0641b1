/** A ticket keeps the service policy that it was opened under, however often the policy changes, with and without restarts. */
import { describe, expect, test } from 'vitest';
import type { ClockPolicy, Policy } from '../../src/config/policy.ts';
import { defined } from '../../src/core/assert.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const MINUTE_MS = 60_000;

/** Version n: `repair` has n minutes, asks for n fields at DONE, and only the third passes DIAGNOSED. */
function toModel(version: 1 | 2 | 3) {
  const clock: ClockPolicy = {
    id: 'repair',
    name: { zh: '处理', en: 'Handling' },
    start: ['received'],
    stop: ['done'],
    limits: [{ match: {}, limitMs: version * MINUTE_MS, warnRatio: 1, calendar: null }],
    pauses: [],
    isEachRound: true,
    isHuman: true,
  };
  const stages = [
    'received',
    'recorded',
    'dispatched',
    'taken',
    'handling',
    'done',
    'closed',
    'archived',
  ] as const;
  const policy: Partial<Policy> = {
    version: `v${version}`,
    clocks: [clock],
    paths: [
      {
        match: {},
        stages: stages.flatMap((stage) => [
          ...(stage === 'handling' && version === 3
            ? [{ stage: 'diagnosed', isOptional: false } as const]
            : []),
          { stage, isOptional: false },
        ]),
      },
    ],
    guards: [
      {
        transition: 'done',
        match: {},
        fields: ['testResult', 'materials', 'amountYuan'].slice(0, version - 1),
        rule: { zh: '', en: '' },
      },
    ],
  };
  const rule = { type: 'state', params: { in: [1] }, severity: 'high' } as const;
  return createTestModel({
    policy,
    equipment: ['a', 'b', 'c'].map((id) => ({
      id,
      points: [{ name: id }],
      rules: [{ ...rule, id, points: [id] }],
    })),
  });
}

const ticketOf = (loop: TestLoop, equipment: string): Ticket =>
  defined(
    loop.tickets().find((it) => it.equipment === equipment),
    'the ticket',
  );
const step = (loop: TestLoop, equipment: string, transition: Transition) =>
  loop.command(toTicketCommand(ticketOf(loop, equipment), transition)).ticket;
const limitOf = (loop: TestLoop, equipment: string) => ticketOf(loop, equipment).clocks[0]?.limitMs;
const refused = (code: string) => expect.objectContaining({ code });

/** One ticket under each of three versions, the oldest two changed away from. @param change how a version comes into force */
function openThree(change: (loop: TestLoop, version: 2 | 3) => void): TestLoop {
  const loop = createTestLoop(toModel(1));
  loop.feed({ a: 0, b: 0, c: 0 });
  loop.feed({ a: 1 });
  change(loop, 2);
  loop.feed({ a: 1, b: 0, c: 0 });
  loop.feed({ b: 1 });
  change(loop, 3);
  loop.feed({ a: 1, b: 1, c: 0 });
  loop.feed({ c: 1 });
  return loop;
}

/** The store hands out the versions that its tickets were opened under. */
function restartWith(loop: TestLoop, version: 2 | 3): void {
  const known = ([1, 2, 3] as const).map((it) => toModel(it).policy);
  loop.restart(1_000, toModel(version), (stored) => {
    const used = new Set(stored.tickets.map(({ policyVersion }) => policyVersion));
    const kept = known.filter((policy) => used.has(policy.version));
    return { ...stored, policies: new Map(kept.map((policy) => [policy.version, policy])) };
  });
}

describe.each([
  {
    how: 'without a restart',
    change: (loop: TestLoop, version: 2 | 3) => loop.replaceModel(toModel(version)),
  },
  { how: 'over restarts', change: restartWith },
  {
    how: 'the first at run time, the second over a restart',
    change: (loop: TestLoop, version: 2 | 3) =>
      version === 2 ? loop.replaceModel(toModel(version)) : restartWith(loop, version),
  },
])('two changes of the policy $how', ({ change }) => {
  test('leave each ticket its version and its clock, also where the clock is computed anew', () => {
    const loop = openThree(change);
    for (const id of ['a', 'b', 'c']) step(loop, id, { type: 'take' });
    expect(['a', 'b', 'c'].map((id) => ticketOf(loop, id).policyVersion)).toEqual(['v1', 'v2', 'v3']);
    expect(['a', 'b', 'c'].map((id) => limitOf(loop, id))).toEqual([1, 2, 3].map((it) => it * MINUTE_MS));
    for (const id of ['a', 'b', 'c'])
      step(loop, id, { type: 'reclassify', class: 'security', reason: 'a break-in' });
    expect(['a', 'b', 'c'].map((id) => limitOf(loop, id))).toEqual([1, 2, 3].map((it) => it * MINUTE_MS));
  });

  test('leave each its path and its guards', () => {
    const loop = openThree(change);
    for (const id of ['a', 'b', 'c']) step(loop, id, { type: 'take' });
    expect(() => step(loop, 'c', { type: 'start' })).toThrow(refused('wrong-stage'));
    expect(() => step(loop, 'a', { type: 'diagnose', diagnosis: 'x' })).toThrow(refused('wrong-stage'));
    for (const id of ['a', 'b']) step(loop, id, { type: 'start' });
    expect(step(loop, 'a', { type: 'done', result: 'ok' })?.stage).toBe('done');
    expect(() => step(loop, 'b', { type: 'done', result: 'ok' })).toThrow(refused('missing-fields'));
    expect(step(loop, 'b', { type: 'done', result: 'ok', testResult: '5' })?.stage).toBe('done');
  });

  test('breach each at its own time', () => {
    const loop = openThree(change);
    const [first] = ticketOf(loop, 'a').clocks;
    loop.advance(defined(first?.dueAtMs, 'a due time') - loop.clock.now().wallMs + 1_000);
    const breached = () => ['a', 'b', 'c'].map((id) => ticketOf(loop, id).clocks[0]?.isBreachTold);
    expect(breached()).toEqual([true, false, false]);
    loop.advance(MINUTE_MS);
    expect(breached()).toEqual([true, true, false]);
  });
});
