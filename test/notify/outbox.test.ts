/** The sender: order, retries, slots, pauses, restarts, and what a channel's misbehaviour must not do to others. */
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { MessageId } from '../../src/core/ids.ts';
import type { Message } from '../../src/core/message.ts';
import { createInbox, INBOX, type InboxAnnouncement } from '../../src/notify/inbox.ts';
import { NOTIFY_LIMITS } from '../../src/notify/limits.ts';
import type { Delivery, Notifier } from '../../src/notify/notifier.ts';
import { createOutbox, type OutboxOptions } from '../../src/notify/outbox.ts';
import { until } from '../support/poll.ts';
import {
  BUSY,
  createFakeNotifier,
  createFakeStore,
  createMessage,
  REFUSED,
  SENT,
  SILENT,
  toRecipient,
} from './fixtures.ts';

const START_MS = 1_000_000;
const clock: Clock = {
  now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId: 'boot' }),
};
const due = { createdAtMs: START_MS, notBeforeMs: START_MS, nextAtMs: START_MS };
const NEVER = () => new Promise<Delivery>(() => undefined);

function open(
  notifiers: readonly Notifier[],
  messages: readonly Message[],
  given: Partial<OutboxOptions> = {},
) {
  const store = createFakeStore(messages);
  const channels = notifiers.map((notifier) => ({ notifier, rate: null }));
  const outbox = createOutbox({ channels, port: store, clock, log: SILENT, toRecipient, ...given });
  store.onMessages = (changed) => outbox.accept(changed);
  onTestFinished(() => outbox.stop());
  outbox.accept(messages);
  return { store, outbox };
}

function many(count: number, given: Partial<Message> = {}, prefix = 'm'): readonly Message[] {
  return Array.from({ length: count }, (_, index) =>
    createMessage({ ...due, ...given, id: `${prefix}${index}` as MessageId }),
  );
}

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a stored message goes out, and what became of it is stored', async () => {
  const channel = createFakeNotifier();
  const { store, outbox } = open([channel], many(1));
  expect(channel.delivered).toHaveLength(0);
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered.map(({ id }) => id)).toEqual(['m0']);
  expect(store.messages.get('m0' as MessageId)).toMatchObject({ state: 'sent', attempts: 1 });
  expect(outbox.status()).toMatchObject({ queued: 0, sent: 1, failed: 0, oldestMs: 0 });
});

test('emergencies go before everything else that is due', async () => {
  const channel = createFakeNotifier();
  const { outbox } = open(
    [channel],
    [...many(6), ...many(2, { priority: 'urgent' }, 'u'), ...many(2, { priority: 'emergency' }, 'e')],
  );
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered.slice(0, 4).map(({ id }) => id)).toEqual(['e0', 'e1', 'u0', 'u1']);
  expect(channel.delivered).toHaveLength(10);
});

test('an emergency has a slot even when hanging attempts have taken all others', async () => {
  const hang = createFakeNotifier([NEVER]);
  const { outbox } = open([hang], many(20));
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(hang.delivered).toHaveLength(NOTIFY_LIMITS.concurrency);
  outbox.accept(many(1, { priority: 'emergency' }, 'e'));
  expect(hang.delivered.at(-1)?.id).toBe('e0');
});

test('the newest emergency is tried before old messages of its rank, and before old emergencies are tried again', async () => {
  const channel = createFakeNotifier([NEVER]);
  const old = { createdAtMs: START_MS - 600_000, attempts: 3, priority: 'emergency' } as const;
  const stale = (['escalated', 'clock-breached', 'report-due'] as const).flatMap((kind) =>
    many(5, { ...old, kind }, kind),
  );
  const { outbox } = open([channel], [...stale, ...many(5, { ...old, kind: 'emergency' }, 'old')]);
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered.map(({ id }) => id)).toEqual(['old0', 'old1', 'old2', 'old3']);
  outbox.accept(many(2, { kind: 'emergency', priority: 'emergency' }, 'new'));
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered.slice(4).map(({ id }) => id)).toEqual(['new0', 'new1']);
});

test('what follows from an emergency does not use up the reserve of the channel', async () => {
  const channel = createFakeNotifier();
  const rate = { perMinute: 6, burst: 6, reservedRatio: 1 / 3 };
  const breaches = many(10, { kind: 'clock-breached', priority: 'emergency' }, 'breach');
  const { outbox } = open([channel], breaches, { channels: [{ notifier: channel, rate }] });
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered).toHaveLength(4);
  outbox.accept(many(1, { kind: 'emergency', priority: 'emergency' }, 'new'));
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered.at(-1)?.id).toBe('new0');
});

test('a channel that hangs keeps no other channel waiting', async () => {
  const hang = createFakeNotifier([NEVER], 'hang');
  const well = createFakeNotifier([SENT], 'well');
  const { outbox } = open(
    [hang, well],
    [...many(10, { channel: 'hang' }, 'h'), ...many(10, { channel: 'well' }, 'w')],
  );
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(well.delivered).toHaveLength(10);
});

test('what fails is tried again until it goes out, with the same id', async () => {
  const channel = createFakeNotifier([BUSY, BUSY, SENT]);
  const { store, outbox } = open([channel], many(1, { priority: 'emergency' }));
  outbox.start();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(channel.delivered.map(({ id }) => id)).toEqual(['m0', 'm0', 'm0']);
  expect(store.messages.get('m0' as MessageId)).toMatchObject({ state: 'sent', attempts: 3 });
  expect(outbox.status()).toMatchObject({ sent: 1, retries: 2 });
  expect(outbox.status().channels[0]?.trouble).toBeNull();
});

test('a refusal fails once, is counted, and is seen by its answer', async () => {
  const channel = createFakeNotifier([REFUSED]);
  const { store, outbox } = open([channel], many(1));
  outbox.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(channel.delivered).toHaveLength(1);
  expect(store.messages.get('m0' as MessageId)?.state).toBe('failed');
  expect(outbox.status()).toMatchObject({ failed: 1, failedLately: 1 });
  expect(store.messages.get('m0' as MessageId)).toMatchObject({ state: 'failed', failedAtMs: START_MS });
  expect(outbox.status().channels[0]?.trouble).toBe('400 no');
  await vi.advanceTimersByTimeAsync(NOTIFY_LIMITS.failedWindowMs);
  expect(outbox.status()).toMatchObject({ failed: 1, failedLately: 0 });
});

test('what failed in the hour before a restart counts on for the rest of that hour', async () => {
  const wall = (minutesAgo: number): number => START_MS - minutesAgo * 60_000;
  const failed = (id: string, failedAtMs: number, given: Partial<Message> = {}): Message =>
    createMessage({ ...due, id: id as MessageId, state: 'failed', nextAtMs: null, failedAtMs, ...given });
  const failedBefore = [
    failed('m1', wall(50)),
    failed('m2', wall(10)),
    failed('m3', wall(90)),
    // The clock has been set back since: it is as if it had failed now.
    failed('m4', wall(-30)),
    // Read in the inbox after all, and one of a version that did not write it down.
    failed('m5', wall(5), { state: 'read' }),
    createMessage({ id: 'm6' as MessageId, state: 'failed' }),
  ];
  const { outbox } = open([createFakeNotifier()], [], { failedBefore });
  outbox.start();
  const after = async (minutes: number): Promise<number> => {
    await vi.advanceTimersByTimeAsync(minutes * 60_000);
    return outbox.status().failedLately;
  };
  expect([await after(0), await after(11), await after(40), await after(10)]).toEqual([3, 2, 1, 0]);
  expect(outbox.status().failed, 'of this process').toBe(0);
});

test('what is tried in vain again and again counts as undelivered until it goes out', async () => {
  const tries = NOTIFY_LIMITS.undeliveredAttempts;
  const channel = createFakeNotifier([...Array.from({ length: tries }, () => BUSY), SENT]);
  const { outbox } = open([channel], many(1, { priority: 'emergency' }));
  outbox.start();
  const seen: number[] = [];
  for (let look = 0; look < 300; look += 1) {
    await vi.advanceTimersByTimeAsync(200);
    seen[channel.delivered.length] = outbox.status().undelivered;
  }
  // By attempts made; the last one has sent it.
  expect(seen.slice(1)).toEqual([...Array.from({ length: tries - 1 }, () => 0), 1, 0]);
  expect(outbox.status()).toMatchObject({ queued: 0, sent: 1, failedLately: 0 });
});

test('a whole channel that asks for a pause gets it', async () => {
  const channel = createFakeNotifier([{ ...BUSY, afterMs: 30_000 } as Delivery, SENT]);
  const { outbox } = open([channel], many(1));
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  outbox.accept(many(1, {}, 'next'));
  await vi.advanceTimersByTimeAsync(29_000);
  expect(channel.delivered).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(channel.delivered).toHaveLength(3);
});

test('what wakes nobody waits for its time, and only it', async () => {
  const channel = createFakeNotifier();
  const later = many(1, { notBeforeMs: START_MS + 3_600_000, nextAtMs: START_MS + 3_600_000 }, 'later');
  const { outbox } = open([channel], [...later, ...many(1)]);
  outbox.start();
  await vi.advanceTimersByTimeAsync(3_590_000);
  expect(channel.delivered.map(({ id }) => id)).toEqual(['m0']);
  expect(outbox.status()).toMatchObject({ queued: 1, oldestMs: 0 });
  await vi.advanceTimersByTimeAsync(NOTIFY_LIMITS.lookMs);
  expect(channel.delivered.at(-1)?.id).toBe('later0');
});

test('a wall clock that is set back does not put off what is to be tried again', async () => {
  const channel = createFakeNotifier([BUSY, SENT]);
  const { outbox } = open([channel], many(1));
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  vi.setSystemTime(START_MS - 900_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(channel.delivered).toHaveLength(2);
});

test('what is not true any more is dropped, and nothing is sent of it', async () => {
  const channel = createFakeNotifier();
  const { store, outbox } = open([channel], many(1), {
    toDropReason: () => ({ code: 'over', text: '工单已结束' }),
  });
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered).toHaveLength(0);
  expect(store.messages.get('m0' as MessageId)).toMatchObject({ state: 'dropped', answer: { code: 'over' } });
  expect(outbox.status()).toMatchObject({ dropped: 1, queued: 0 });
});

describe('a return', () => {
  const information = many(1, { kind: 'information', createdAtMs: START_MS + 1 }, 'return');

  test('follows its raise, and is not told before it', async () => {
    const channel = createFakeNotifier([BUSY, SENT]);
    const { outbox } = open([channel], [...many(1, { kind: 'emergency' }), ...information]);
    outbox.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(channel.delivered.map(({ kind }) => kind)).toEqual(['emergency']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(channel.delivered.map(({ kind }) => kind)).toEqual(['emergency', 'emergency', 'information']);
  });

  test('is dropped when its raise never went out', async () => {
    const channel = createFakeNotifier([REFUSED, SENT]);
    const { store, outbox } = open([channel], [...many(1, { kind: 'emergency' }), ...information]);
    outbox.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(channel.delivered).toHaveLength(1);
    expect(store.messages.get('return0' as MessageId)?.answer?.code).toBe('untold');
  });

  const NIGHT_MS = 4 * 3_600_000;
  const held = (kind: Message['kind'], id: string): readonly Message[] =>
    many(1, { kind, notBeforeMs: START_MS + NIGHT_MS, nextAtMs: START_MS + NIGHT_MS }, id);

  test.each(['to-visit', 'to-accept'] as const)(
    'does not wait for a request (%s) that is held for the morning: it is no raise',
    async (kind) => {
      const channel = createFakeNotifier();
      const { outbox } = open([channel], [...held(kind, 'request'), ...information]);
      outbox.start();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(channel.delivered.map(({ id }) => id)).toEqual(['return0']);
    },
  );

  test('does not wait for a held message of those who have been told of the raise', async () => {
    const channel = createFakeNotifier();
    const told = many(1, { kind: 'emergency' });
    const { outbox } = open([channel], [...told, ...held('clock-warned', 'warning'), ...information]);
    outbox.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(channel.delivered.map(({ id }) => id)).toEqual(['m0', 'return0']);
  });

  test('waits for a raise that is held, and is not late meanwhile', async () => {
    const channel = createFakeNotifier();
    const { outbox } = open([channel], [...held('assigned', 'raise'), ...information]);
    outbox.start();
    await vi.advanceTimersByTimeAsync(NIGHT_MS - NOTIFY_LIMITS.lookMs);
    expect(channel.delivered).toHaveLength(0);
    expect(outbox.status()).toMatchObject({ queued: 2, oldestMs: 0, undelivered: 0 });
    await vi.advanceTimersByTimeAsync(2 * NOTIFY_LIMITS.lookMs);
    expect(channel.delivered.map(({ id }) => id)).toEqual(['raise0', 'return0']);
  });

  test('is told also where a request to the same person was dropped before', async () => {
    const channel = createFakeNotifier();
    const { outbox } = open([channel], many(1, { kind: 'to-visit' }, 'request'), {
      toDropReason: ({ kind }) => (kind === 'to-visit' ? { code: 'done', text: '' } : null),
    });
    outbox.start();
    await vi.advanceTimersByTimeAsync(0);
    outbox.accept(information);
    await vi.advanceTimersByTimeAsync(NOTIFY_LIMITS.lookMs);
    expect(channel.delivered.map(({ id }) => id)).toEqual(['return0']);
  });
});

test('a request that is held for the morning leaves as soon as it is settled, anything else when it is due', async () => {
  const channel = createFakeNotifier();
  const later = { notBeforeMs: START_MS + 3_600_000, nextAtMs: START_MS + 3_600_000 };
  let isSettled = false;
  const requests = [
    ...many(1, { ...later, kind: 'to-visit' }, 'visit'),
    ...many(1, { ...later, kind: 'assigned' }, 'work'),
  ];
  const { store, outbox } = open([channel], requests, {
    toDropReason: () => (isSettled ? { code: 'done', text: '' } : null),
  });
  const stateOf = (id: string) => store.messages.get(id as MessageId)?.state;
  outbox.start();
  await vi.advanceTimersByTimeAsync(2 * NOTIFY_LIMITS.lookMs);
  expect([stateOf('visit0'), stateOf('work0')]).toEqual(['queued', 'queued']);
  isSettled = true;
  await vi.advanceTimersByTimeAsync(NOTIFY_LIMITS.lookMs);
  expect([stateOf('visit0'), stateOf('work0')]).toEqual(['dropped', 'queued']);
  expect(channel.delivered).toHaveLength(0);
});

test('a person whom the channel cannot reach is a failure, not silence', async () => {
  const channel = createFakeNotifier();
  const { store, outbox } = open([channel], many(1), { toRecipient: () => null });
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered).toHaveLength(0);
  expect(store.messages.get('m0' as MessageId)).toMatchObject({
    state: 'failed',
    answer: { code: 'no-recipient' },
  });
});

test('messages of a channel that is configured no more are said to have failed', async () => {
  const { store, outbox } = open([createFakeNotifier()], many(1, { channel: 'pager' }));
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(store.messages.get('m0' as MessageId)).toMatchObject({
    state: 'failed',
    answer: { code: 'no-channel' },
  });
});

test('a channel that throws is tried again, and the others go on', async () => {
  const broken = createFakeNotifier([() => Promise.reject(new Error('bug')), SENT]);
  const { store, outbox } = open([broken], many(1));
  outbox.start();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(store.messages.get('m0' as MessageId)).toMatchObject({ state: 'sent', attempts: 2 });
});

test('a message read while it is on its way is not sent again', async () => {
  let answer: (delivery: Delivery) => void = () => undefined;
  const channel = createFakeNotifier([() => new Promise((resolve) => (answer = resolve)), SENT]);
  const { store, outbox } = open([channel], many(1));
  outbox.start();
  const id = 'm0' as MessageId;
  await store.submit({ message: id, outcome: { type: 'read', by: 'engineer-li', atMs: START_MS } });
  answer(BUSY);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(channel.delivered).toHaveLength(1);
  expect(store.messages.get(id)?.state).toBe('read');
});

test('a rate lets a burst through, keeps its reserve for emergencies, and then goes on at its pace', async () => {
  const channel = createFakeNotifier();
  const rate = { perMinute: 6, burst: 6, reservedRatio: 1 / 3 };
  const { outbox } = open([channel], many(10), { channels: [{ notifier: channel, rate }] });
  outbox.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered).toHaveLength(4);
  outbox.accept(many(2, { priority: 'emergency' }, 'e'));
  await vi.advanceTimersByTimeAsync(0);
  expect(channel.delivered).toHaveLength(6);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(channel.delivered).toHaveLength(12);
});

describe('the report of an emergency in the inbox', () => {
  const report = { kind: 'emergency', priority: 'emergency', reportsTo: ['leader'], channel: INBOX } as const;
  const HOURS_MS = 5 * 3_600_000;
  /** The pages that are open; every announcement is shown to them. */
  function openInbox(messages: readonly Message[]) {
    const pages = { count: 0, shown: 0 };
    const announce = ({ shown }: InboxAnnouncement): void => {
      for (let page = 0; page < pages.count; page += 1) shown();
      pages.shown += pages.count;
    };
    const opened = open([createInbox({ announce })], messages);
    opened.outbox.start();
    return { ...opened, pages };
  }
  const stateOf = ({ store }: ReturnType<typeof openInbox>, id = 'm0') =>
    store.messages.get(id as MessageId)?.state;

  test('waits for a page, and is shown the moment one opens however long its pause is', async () => {
    const rig = openInbox(many(1, report));
    await vi.advanceTimersByTimeAsync(300_000);
    expect(stateOf(rig)).toBe('queued');
    rig.pages.count = 1;
    rig.outbox.hurry('somebody-else');
    await vi.advanceTimersByTimeAsync(0);
    expect(stateOf(rig)).toBe('queued');
    rig.outbox.hurry('engineer-li');
    await vi.advanceTimersByTimeAsync(0);
    expect(stateOf(rig)).toBe('delivered');
    expect(rig.pages.shown).toBe(1);
  });

  test('is shown to the page that opens while an attempt in vain is being stored', async () => {
    const rig = openInbox(many(1, report));
    rig.pages.count = 1;
    rig.outbox.hurry('engineer-li');
    await vi.advanceTimersByTimeAsync(10);
    expect(stateOf(rig)).toBe('delivered');
  });

  test('is neither late nor lost for the gateway’s own alarms, nor is what follows it; it is counted by itself', async () => {
    const rig = openInbox([
      ...many(1, report),
      ...many(1, { kind: 'information', channel: INBOX, createdAtMs: START_MS + 1 }, 'return'),
    ]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(rig.outbox.status()).toMatchObject({ queued: 2, oldestMs: 0, undelivered: 0 });
    expect(rig.outbox.status().channels[0]).toMatchObject({ awaitingPage: 2, trouble: null });
    await vi.advanceTimersByTimeAsync(HOURS_MS);
    expect(stateOf(rig)).toBe('failed');
    expect(rig.outbox.status()).toMatchObject({ queued: 0, failedLately: 0 });
  });

  test('is not shown any more once it has been read', async () => {
    const rig = openInbox(many(1, report));
    await vi.advanceTimersByTimeAsync(5_000);
    const outcome = { type: 'read', by: 'engineer-li', atMs: START_MS } as const;
    await rig.store.submit({ message: 'm0' as MessageId, outcome });
    rig.pages.count = 1;
    rig.outbox.hurry('engineer-li');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rig.pages.shown).toBe(0);
    expect(stateOf(rig)).toBe('read');
  });
});

describe('on real time', () => {
  beforeEach(() => {
    vi.useRealTimers();
  });

  test('an attempt that does not end is ended, and made again later', async () => {
    const hang = createFakeNotifier([NEVER]);
    const { store, outbox } = open([hang], [createMessage()], {
      channels: [{ notifier: hang, rate: null, attemptMs: 20 }],
    });
    outbox.start();
    await until(() => store.outcomes.length >= 1, { timeoutMs: 15_000, what: 'the time-out' });
    expect(store.outcomes[0]).toMatchObject({ delivery: { result: 'retry', answer: { code: 'timeout' } } });
  });

  test('an outcome that cannot be stored is stored later, and the message is not sent twice meanwhile', async () => {
    const channel = createFakeNotifier();
    const { store, outbox } = open([channel], [createMessage()]);
    store.failing = 1;
    outbox.start();
    await until(() => store.outcomes.length === 1, { timeoutMs: 15_000, what: 'the record' });
    expect(channel.delivered).toHaveLength(1);
    expect(outbox.status()).toMatchObject({ recordFailures: 1 });
    expect(store.messages.get('m1' as MessageId)?.state).toBe('sent');
  });

  test('killed between delivery and record, it is sent again with the same id: at least once, never lost', async () => {
    const first = createFakeNotifier();
    const before = open([first], [createMessage()]);
    before.store.failing = Number.POSITIVE_INFINITY;
    before.outbox.start();
    await until(() => first.delivered.length === 1, { timeoutMs: 15_000, what: 'the first delivery' });
    await before.outbox.stop();
    expect(before.store.messages.get('m1' as MessageId)?.state).toBe('queued');
    const second = createFakeNotifier();
    const after = open([second], [...before.store.messages.values()]);
    after.outbox.start();
    await until(() => after.store.outcomes.length === 1, { timeoutMs: 15_000, what: 'the second record' });
    expect(second.delivered.map(({ id }) => id)).toEqual(first.delivered.map(({ id }) => id));
    expect(first.isClosed).toBe(true);
  });

  test('a stop ends what is under way, and the message stays queued', async () => {
    const hang = createFakeNotifier([NEVER]);
    const { store, outbox } = open([hang], [createMessage()]);
    outbox.start();
    await outbox.stop();
    expect(store.outcomes).toHaveLength(0);
    expect(store.messages.get('m1' as MessageId)?.state).toBe('queued');
  });
});
