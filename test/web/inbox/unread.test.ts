/** What the bell of the inbox counts. */
import { expect, test } from 'vitest';
import { NO_PAGE } from '../../../src/notify/inbox.ts';
import { isUnread } from '../../../src/web/api/message-queries.ts';
import type { Message } from '../../../src/web/api/types.ts';

const unread = (given: Partial<Message>): boolean =>
  isUnread({ readAtMs: null, state: 'delivered', answer: null, ...given } as Message);

test('what has arrived counts until it is read', () => {
  expect(unread({})).toBe(true);
  expect(unread({ state: 'read', readAtMs: 1 })).toBe(false);
});

test('what no page has shown counts too, also when it was given up; what failed otherwise does not', () => {
  for (const state of ['queued', 'failed'] as const) {
    expect(unread({ state, answer: NO_PAGE })).toBe(true);
    expect(unread({ state, answer: { code: 'no-recipient', text: '' } })).toBe(false);
  }
  expect(unread({ state: 'dropped', answer: NO_PAGE })).toBe(false);
});
