/**
 * A repair is proven only by time in which somebody watched its points (alarms.md B9): not by that in which the gateway was off.
 * What comes back after the reopen window, or years later, names the repair before.
 */
import { describe, expect, test } from 'vitest';
import type { Ticket } from '../../src/core/ticket.ts';
import { WATCH_SAVE_MS } from '../../src/engine/repair-watch.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createRig, HOUR_MS, MINUTE_MS, type Rig, refused } from './alarm-rig.ts';

const PROOF_MS = 24 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;
const REPAIR: readonly Transition[] = [
  { type: 'take' },
  { type: 'arrive', how: 'by-hand' },
  { type: 'start' },
  { type: 'done', result: 'new seal' },
];
const CLOSE: readonly Transition[] = [
  { type: 'accept', opinion: 'good' },
  { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true },
  { type: 'close' },
];
const ARCHIVE: Transition = { type: 'archive' };

function createProving(reopenMs = HOUR_MS): Rig {
  const rig = createRig({ policy: { proof: [{ match: {}, ms: PROOF_MS }], reopenMs } });
  rig.feed(5);
  rig.feed(15);
  work(rig, REPAIR[0] as Transition);
  rig.feed(5);
  work(rig, ...REPAIR.slice(1));
  return rig;
}

/** The ticket of the first raise, as it was told last. */
function firstOf({ loop }: Rig): Ticket {
  const id = loop.ticketEvents[0]?.ticket.id;
  const found = loop.ticketEvents.findLast(({ ticket }) => ticket.id === id)?.ticket;
  if (found === undefined) throw new Error('no ticket');
  return found;
}

function work(rig: Rig, ...transitions: readonly Transition[]): void {
  for (const transition of transitions) rig.loop.command(toTicketCommand(firstOf(rig), transition));
}

/** The loop looks once in a while, not four times a second. */
function wait({ loop }: Rig, ms: number, stepMs = 10 * MINUTE_MS): void {
  for (let passed = 0; passed < ms; passed += stepMs) {
    loop.clock.advance(Math.min(stepMs, ms - passed));
    loop.round();
  }
}

/** Off for so long, then read as usual. */
function restart(rig: Rig, downMs: number, value: Parameters<Rig['feed']>[0] = 5): void {
  rig.loop.restart(downMs);
  rig.loop.round();
  rig.feed(value);
  for (let second = 0; second < 20; second += 1) {
    rig.loop.clock.advance(1_000);
    rig.feed(value);
    rig.loop.round();
  }
}

const proofOf = (rig: Rig): Ticket['proof'] => firstOf(rig).proof;

describe('a repair whose gateway was off', () => {
  test('is not proven by the time in which nobody watched, and has as long to go as it had', () => {
    const rig = createProving();
    wait(rig, 4 * HOUR_MS);
    restart(rig, 2 * DAY_MS);
    expect(proofOf(rig)).toMatchObject({ state: 'watching' });
    expect(firstOf(rig).isFirstFix).toBeNull();
    const leftMs = (proofOf(rig)?.endsAtMs ?? 0) - rig.loop.clock.now().wallMs;
    expect(leftMs).toBeGreaterThan(20 * HOUR_MS - MINUTE_MS);
    expect(leftMs).toBeLessThan(20 * HOUR_MS + 10 * MINUTE_MS + WATCH_SAVE_MS);
    wait(rig, 19 * HOUR_MS);
    expect(proofOf(rig)).toMatchObject({ state: 'watching' });
    wait(rig, 2 * HOUR_MS);
    expect(firstOf(rig)).toMatchObject({ proof: { state: 'proven' }, isFirstFix: true });
  });

  test('is not proven by a step that comes before its points have been read', () => {
    const rig = createProving();
    rig.loop.restart(2 * DAY_MS);
    work(rig, CLOSE[0] as Transition);
    expect(firstOf(rig)).toMatchObject({ stage: 'accepted', proof: { state: 'paused' }, isFirstFix: null });
  });

  test('stays as it was while the device stays silent after the start', () => {
    const rig = createProving();
    restart(rig, 2 * DAY_MS, 'comm-loss');
    wait(rig, 2 * DAY_MS);
    expect(proofOf(rig)).toMatchObject({ state: 'paused' });
    rig.feed(5);
    wait(rig, 1_000, 500);
    expect(proofOf(rig)).toMatchObject({ state: 'watching' });
  });

  test('loses nothing of what was watched when it was stopped in order, and little when it was killed', () => {
    for (const isKilled of [false, true]) {
      const rig = createProving();
      wait(rig, 4 * HOUR_MS, 30_000);
      if (!isKilled) rig.loop.conclude();
      restart(rig, DAY_MS);
      const watchedMs = PROOF_MS - (proofOf(rig)?.leftMs ?? 0);
      expect(4 * HOUR_MS - watchedMs).toBeLessThanOrEqual(isKilled ? WATCH_SAVE_MS : 0);
      expect(watchedMs).toBeLessThanOrEqual(4 * HOUR_MS);
    }
  });

  test('has failed when the alarm stands at the start', () => {
    const rig = createProving();
    work(rig, ...CLOSE);
    restart(rig, 30 * MINUTE_MS, 15);
    expect(firstOf(rig)).toMatchObject({ stage: 'rework', proof: { state: 'failed' }, isFirstFix: false });
  });
});

describe('the archive', () => {
  test('waits for the proof, so that a recurrence counts against the repair', () => {
    const rig = createProving();
    work(rig, ...CLOSE);
    wait(rig, 2 * HOUR_MS);
    expect(() => work(rig, ARCHIVE)).toThrow(refused('archive-too-early'));
    rig.feed(15);
    wait(rig, 1_000, 500);
    expect(firstOf(rig)).toMatchObject({ stage: 'closed', proof: { state: 'failed' }, isFirstFix: false });
    expect(rig.loop.tickets().at(-1)?.links).toEqual([{ ticket: firstOf(rig).id, kind: 'previous' }]);
    work(rig, ARCHIVE);
    expect(firstOf(rig).stage).toBe('archived');
  });

  test('follows when the repair is proven', () => {
    const rig = createProving();
    work(rig, ...CLOSE);
    wait(rig, PROOF_MS + 10 * MINUTE_MS);
    expect(firstOf(rig)).toMatchObject({ proof: { state: 'proven' }, isFirstFix: true });
    work(rig, ARCHIVE);
    expect(firstOf(rig).stage).toBe('archived');
  });

  test('does not wait for ever for points that nobody can see: neither proven nor failed', () => {
    const rig = createProving();
    work(rig, ...CLOSE);
    wait(rig, 2_000, 500);
    rig.feed('comm-loss');
    wait(rig, 8_000, 500);
    expect(proofOf(rig)).toMatchObject({ state: 'paused' });
    wait(rig, PROOF_MS - HOUR_MS);
    restart(rig, HOUR_MS, 'comm-loss');
    expect(firstOf(rig).stage).toBe('closed');
    wait(rig, HOUR_MS);
    expect(firstOf(rig)).toMatchObject({ proof: { state: 'unproven' }, isFirstFix: null });
    work(rig, ARCHIVE);
    expect(firstOf(rig).stage).toBe('archived');
  });
});

describe('a fault that comes back long after', () => {
  for (const isArchived of [false, true]) {
    test(`names the ${isArchived ? 'archived' : 'closed'} repair before, also over a restart`, () => {
      const rig = createProving();
      work(rig, ...CLOSE);
      wait(rig, PROOF_MS + HOUR_MS);
      if (isArchived) work(rig, ARCHIVE);
      wait(rig, 20 * DAY_MS, HOUR_MS);
      expect(rig.loop.tickets()).toEqual([]);
      restart(rig, HOUR_MS);
      rig.feed(15);
      wait(rig, 1_000, 500);
      const [ticket] = rig.loop.tickets();
      expect(ticket?.id).not.toBe(firstOf(rig).id);
      expect(ticket).toMatchObject({
        links: [{ ticket: firstOf(rig).id, kind: 'previous' }],
        repeatOf: null,
      });
    });
  }

  test('names none when it is another fault of the equipment', () => {
    const rig = createRig({
      policy: { reopenMs: HOUR_MS },
      others: [
        {
          id: 'fan',
          points: [{ name: 'f' }],
          rules: [
            { id: 'stop', type: 'state', params: { in: [1] }, points: ['f'] },
            { id: 'hot', type: 'state', params: { in: [2] }, points: ['f'] },
          ],
        },
      ],
    });
    const feed = (f: number): void => rig.loop.feed({ p: 5, f });
    feed(0);
    feed(1);
    work(rig, REPAIR[0] as Transition);
    feed(0);
    work(rig, ...REPAIR.slice(1), ...CLOSE);
    wait(rig, 2 * DAY_MS, HOUR_MS);
    feed(2);
    wait(rig, 1_000, 500);
    const [ticket] = rig.loop.tickets();
    expect(ticket).toMatchObject({ links: [], history: [{ ticket: firstOf(rig).id }] });
  });
});
