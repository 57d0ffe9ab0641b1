/** What attempts, people and time make of one message. */
import { describe, expect, test } from 'vitest';
import type { MessageId } from '../../src/core/ids.ts';
import type { Message } from '../../src/core/message.ts';
import { NO_PAGE } from '../../src/notify/inbox.ts';
import { RETRIES, stepMessage, toBackOffMs } from '../../src/notify/step-message.ts';
import { attempt, BUSY, createMessage, REFUSED, SENT } from './fixtures.ts';

const DELIVERED = { result: 'delivered', answer: null } as const;

describe('an attempt', () => {
  test('that the channel takes over is sent, and one that arrives is delivered', () => {
    expect(stepMessage(createMessage(), attempt(SENT))).toMatchObject({
      state: 'sent',
      attempts: 1,
      sentAtMs: 2_000,
      deliveredAtMs: null,
      nextAtMs: null,
    });
    expect(stepMessage(createMessage(), attempt(DELIVERED))).toMatchObject({
      state: 'delivered',
      sentAtMs: 2_000,
      deliveredAtMs: 2_000,
    });
  });

  test('that fails is made again after a back-off that grows up to its cap', () => {
    let message = createMessage({ priority: 'emergency' });
    const pauses: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      message = stepMessage(message, attempt(BUSY, 10_000));
      pauses.push((message.nextAtMs ?? 0) - 10_000);
    }
    const { firstMs, capMs } = RETRIES.emergency;
    expect(message).toMatchObject({ state: 'queued', attempts: 12, answer: { code: '503' } });
    expect(pauses[0]).toBeGreaterThanOrEqual(firstMs * 0.75);
    expect(pauses[0]).toBeLessThanOrEqual(firstMs);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(capMs);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(capMs * 0.75);
  });

  test('is made later where the channel asks for it, within an hour', () => {
    const asks = (afterMs: number) => attempt({ ...BUSY, afterMs } as typeof BUSY, 10_000);
    expect(stepMessage(createMessage(), asks(300_000)).nextAtMs).toBe(310_000);
    expect(stepMessage(createMessage(), asks(86_400_000)).nextAtMs).toBe(10_000 + 3_600_000);
  });

  test('that is refused has failed at once', () => {
    expect(stepMessage(createMessage(), attempt(REFUSED))).toMatchObject({ state: 'failed', nextAtMs: null });
  });

  test('is the last one when it is too old, but not before five were made', () => {
    const old = createMessage({ priority: 'normal', createdAtMs: 0, notBeforeMs: 0 });
    const lateMs = RETRIES.normal.maxAgeMs + 1;
    expect(stepMessage({ ...old, attempts: 3 }, attempt(BUSY, lateMs)).state).toBe('queued');
    expect(stepMessage({ ...old, attempts: 4 }, attempt(BUSY, lateMs)).state).toBe('failed');
  });

  test('is the last one when there were too many', () => {
    const { maxAttempts } = RETRIES.urgent;
    const tried = createMessage({ priority: 'urgent', attempts: maxAttempts - 1 });
    expect(stepMessage(tried, attempt(BUSY)).state).toBe('failed');
  });

  test('that comes back after the person has read it changes nothing', () => {
    const read = stepMessage(createMessage(), { type: 'read', by: 'engineer-li', atMs: 1_500 });
    expect(stepMessage(read, attempt(BUSY))).toBe(read);
  });

  test('whose arrival is known only later turns sent into delivered', () => {
    const sent = stepMessage(createMessage(), attempt(SENT));
    expect(stepMessage(sent, attempt(DELIVERED, 9_000))).toMatchObject({
      state: 'delivered',
      sentAtMs: 2_000,
      deliveredAtMs: 9_000,
      attempts: 1,
    });
  });
});

describe('a person', () => {
  test('who reads it again changes nothing', () => {
    const read = stepMessage(createMessage({ state: 'delivered' }), { type: 'read', by: 'li', atMs: 3_000 });
    expect(read).toMatchObject({ state: 'read', readAtMs: 3_000 });
    expect(stepMessage(read, { type: 'read', by: 'li', atMs: 4_000 })).toBe(read);
  });

  test('who answers has read it', () => {
    const outcome = { type: 'answered', by: 'li', text: '马上到', atMs: 3_000 } as const;
    expect(stepMessage(createMessage({ state: 'delivered' }), outcome)).toMatchObject({
      state: 'answered',
      readAtMs: 3_000,
      answeredAtMs: 3_000,
      answer: { code: 'li', text: '马上到' },
    });
  });
});

test('what is over stays as it is, whatever comes', () => {
  for (const state of ['answered', 'failed', 'dropped'] as const) {
    const over = createMessage({ state });
    expect(stepMessage(over, attempt(SENT))).toBe(over);
    expect(stepMessage(over, { type: 'read', by: 'li', atMs: 3_000 })).toBe(over);
  }
});

test('what no page showed until it was given up can still be read and answered in the inbox', () => {
  const message = createMessage({ state: 'failed', answer: NO_PAGE });
  const read = stepMessage(message, { type: 'read', by: 'zhou', atMs: 3_000 });
  expect(read).toMatchObject({ state: 'read', readAtMs: 3_000, deliveredAtMs: 3_000 });
  expect(stepMessage(message, attempt(SENT))).toBe(message);
});

test('only what has not gone out is dropped, and says why', () => {
  const outcome = { type: 'dropped', answer: { code: 'over', text: '工单已结束' }, atMs: 3_000 } as const;
  expect(stepMessage(createMessage(), outcome)).toMatchObject({ state: 'dropped', answer: { code: 'over' } });
  const sent: Message = createMessage({ state: 'sent' });
  expect(stepMessage(sent, outcome)).toBe(sent);
});

test('messages of one outage are not tried again at the same moment', () => {
  const pauses = Array.from({ length: 50 }, (_, index) =>
    toBackOffMs(createMessage({ id: `m${index}` as MessageId }), 6),
  );
  expect(new Set(pauses).size).toBeGreaterThan(40);
});
