/** Two people, the gateway and one ticket: who loses against whom. */
import { describe, expect, test } from 'vitest';
import type { Transition } from '../../src/tickets/transitions.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const model = createTestModel({
  equipment: [
    {
      id: 'pump',
      points: [{ name: 'p' }, { name: 'q' }],
      rules: [
        {
          id: 'high',
          type: 'threshold',
          severity: 'high',
          faultKind: 'pressure',
          points: ['p'],
          params: { point: 'p', hi: { limit: 10 } },
        },
        {
          id: 'trip',
          type: 'threshold',
          severity: 'high',
          faultKind: 'pressure',
          points: ['q'],
          params: { point: 'q', hi: { limit: 10 } },
        },
      ],
    },
  ],
});

const TAKE: Transition = { type: 'take' };

function open(): {
  loop: TestLoop;
  version: () => number;
  send: (version: number, step?: Transition) => void;
} {
  const loop = createTestLoop(model);
  loop.feed({ p: 11, q: 5 });
  const ticket = () => loop.tickets()[0] as ReturnType<TestLoop['tickets']>[number];
  return {
    loop,
    version: () => ticket().version,
    send: (version, transition = TAKE) =>
      void loop.command(toTicketCommand({ ...ticket(), version }, transition)),
  };
}

const conflict = expect.objectContaining({ code: 'version-conflict' });

describe('a person who saw an older version', () => {
  test('keeps the step when only the gateway has noted something since', () => {
    const { loop, version, send } = open();
    const seen = version();
    loop.feed({ p: 5 });
    loop.feed({ p: 11 });
    loop.feed({ p: 'comm-loss' });
    loop.advance(110_000);
    loop.clock.stepWall(3_600_000);
    loop.advance(1_000);
    expect(version()).toBeGreaterThan(seen + 4);
    send(seen);
    expect(loop.tickets()[0]).toMatchObject({ stage: 'taken' });
  });

  test('loses against another person, also when the gateway has noted something afterwards', () => {
    const { loop, version, send } = open();
    const seen = version();
    send(seen, { type: 'note', note: 'look at the valve first' });
    loop.feed({ p: 5 });
    expect(() => send(seen)).toThrow(conflict);
    send(version() - 1);
  });

  test('loses when another alarm was attached since: the matter is not the one that was seen', () => {
    const { loop, version, send } = open();
    const seen = version();
    loop.feed({ q: 11 });
    expect(loop.tickets()).toHaveLength(1);
    expect(() => send(seen)).toThrow(conflict);
  });

  test('loses when the gateway has sent the ticket back to work', () => {
    const { loop, version, send } = open();
    send(version());
    send(version(), { type: 'arrive', how: 'by-hand' });
    send(version(), { type: 'start' });
    loop.feed({ p: 5 });
    send(version(), { type: 'done', result: 'r' });
    const seen = version();
    loop.feed({ p: 11 });
    expect(() => send(seen, { type: 'accept', opinion: 'o' })).toThrow(conflict);
  });

  test('cannot name a version that does not exist yet', () => {
    const { version, send } = open();
    expect(() => send(version() + 1)).toThrow(conflict);
  });

  test('loses after a restart, when nobody knows any more what came between', () => {
    const { loop, version, send } = open();
    const seen = version();
    loop.feed({ p: 5 });
    loop.restart(1_000);
    expect(() => send(seen)).toThrow(conflict);
    send(version());
  });
});
