/** Whom the report of an emergency has really reached, and whom not: by what left the gateway, not by what was meant. */
import { expect, test } from 'vitest';
import type { Message } from '../../src/core/message.ts';
import { toReached, toUnreached } from '../../src/notify/reported.ts';
import { createMessage } from './fixtures.ts';

const report = (recipient: string, state: Message['state'], given: Partial<Message> = {}): Message =>
  createMessage({ kind: 'emergency', recipient, state, reportsTo: ['leader'], ...given });

test('somebody is reached as soon as one message has been taken over by its channel', () => {
  const messages = [
    report('zhou', 'failed', { channel: 'webhook' }),
    report('zhou', 'delivered', { sentAtMs: 4_000 }),
    report('wu', 'sent', { sentAtMs: 3_000 }),
  ];
  expect(toReached(messages)).toEqual(new Map([['leader', 3_000]]));
});

test('a message that waits, has failed or was dropped has reached nobody', () => {
  for (const state of ['queued', 'failed', 'dropped'] as const)
    expect(toReached([report('zhou', state)])).toEqual(new Map());
  for (const state of ['sent', 'delivered', 'read', 'answered'] as const)
    expect([...toReached([report('zhou', state)]).keys()]).toEqual(['leader']);
});

test('whoever is given an emergency that nobody had is told by its assignment', () => {
  const given = report('wang', 'read', { kind: 'assigned', reportsTo: ['assignee'] });
  expect([...toReached([given]).keys()]).toEqual(['assignee']);
});

test('messages that report nothing reach nobody of the policy, nor do those to a stand-in', () => {
  const { reportsTo: _none, ...standIn } = report('desk-li', 'delivered');
  expect(toReached([standIn])).toEqual(new Map());
});

test('one person can stand for several of the policy’s recipients', () => {
  const both = report('wu', 'delivered', { reportsTo: ['supervisor', 'leader'] });
  expect([...toReached([both]).keys()]).toEqual(['supervisor', 'leader']);
});

test('who is not reached is named with the people it was tried with, each once', () => {
  const open = [{ to: 'assignee' }, { to: 'supervisor' }, { to: 'leader' }];
  const messages = [
    report('li', 'delivered', { reportsTo: ['assignee'] }),
    report('zhou', 'failed', { channel: 'webhook' }),
    report('zhou', 'queued', { channel: 'sms' }),
  ];
  expect(toUnreached(open, messages)).toEqual([
    { to: 'supervisor', people: [] },
    { to: 'leader', people: ['zhou'] },
  ]);
});
