/** Messages about tickets that are over: read late, and not kept in memory for good. */
import { expect, test } from 'vitest';
import { type MessageId, type TicketId, toId } from '../../src/core/ids.ts';
import type { Message } from '../../src/core/message.ts';
import { MessageBook } from '../../src/engine/message-book.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';

const OVER = 'GC20261101-0001' as TicketId;

function createMessage(given: Partial<Message> = {}): Message {
  const nothing = { zh: '', en: '' };
  return {
    id: 'm1' as MessageId,
    key: 'GC20261101-0001/assigned/2/wang/inbox',
    kind: 'assigned',
    priority: 'normal',
    channel: 'inbox',
    recipient: 'wang',
    subject: nothing,
    body: nothing,
    ticket: OVER,
    occurrence: null,
    incident: null,
    isDrill: false,
    createdAtMs: 1,
    notBeforeMs: 1,
    state: 'delivered',
    attempts: 1,
    nextAtMs: null,
    sentAtMs: 1,
    deliveredAtMs: 1,
    readAtMs: null,
    answeredAtMs: null,
    answer: null,
    ...given,
  };
}

test('who comes back from leave reads a message about a ticket that has left the memory, and that is stored', () => {
  const loop = createTestLoop(createTestModel());
  const known = createMessage();
  const outcome = { type: 'read', by: 'wang', atMs: loop.clock.now().wallMs } as const;
  loop.command({ type: 'delivery', message: known.id, outcome, known });
  expect(loop.writes.flatMap((write) => (write.type === 'message' ? [write.message] : []))).toEqual([
    { ...known, state: 'read', readAtMs: outcome.atMs },
  ]);
});

test('a message of which memory knows more than was looked up goes on from there', () => {
  const loop = createTestLoop(createTestModel());
  const known = createMessage();
  const { wallMs } = loop.clock.now();
  const answered = { type: 'answered', by: 'wang', text: '1', atMs: wallMs } as const;
  loop.command({ type: 'delivery', message: known.id, outcome: answered, known });
  loop.command({ type: 'delivery', message: known.id, outcome: { ...answered, text: '2' }, known });
  const stored = loop.writes.flatMap((write) => (write.type === 'message' ? [write.message.answer] : []));
  expect(stored).toEqual([{ code: 'wang', text: '1' }]);
});

test('a message that is sent only after its ticket has left is forgotten; one that waits is not', () => {
  const waiting = createMessage({ id: toId('m2'), key: 'two', state: 'queued' });
  const book = new MessageBook([createMessage(), waiting]);
  book.forgetStrays(() => true, 1);
  expect(book.of(OVER)).toHaveLength(2);
  book.forgetStrays(() => false, 1);
  expect(book.of(OVER)).toEqual([waiting]);
  book.put({ ...waiting, state: 'sent', sentAtMs: 5 });
  book.forgetStrays(() => false, 4);
  expect(book.has(waiting.key)).toBe(true);
  book.forgetStrays(() => false, 5);
  expect(book.get(waiting.id)).toBeNull();
  expect(book.has(waiting.key)).toBe(false);
});
