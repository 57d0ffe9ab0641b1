/** The page's inbox. */
import { describe, expect, test } from 'vitest';
import { MESSAGE_KINDS, type MessageKind } from '../../src/core/message.ts';
import { createInbox, type InboxAnnouncement, NO_PAGE, SOUND_OF, toSound } from '../../src/notify/inbox.ts';
import { describeNotifier } from './contract.ts';
import { createMessage, toRecipient } from './fixtures.ts';

describeNotifier('inbox', false, async () => {
  const announced: InboxAnnouncement[] = [];
  return {
    notifier: createInbox({ announce: (one) => announced.push(one) }),
    setMood: () => undefined,
    arrived: () => announced.map(({ message }) => message.id),
    close: () => Promise.resolve(),
  };
});

test('an emergency sounds until somebody looks; a drill of one does not', () => {
  const emergency = createMessage({ kind: 'emergency', priority: 'emergency' });
  expect(toSound(emergency)).toBe('siren');
  expect(toSound({ ...emergency, isDrill: true })).toBe('chime');
});

test('every kind of message has its sound', () => {
  const kinds = Object.keys(MESSAGE_KINDS) as MessageKind[];
  expect(Object.keys(SOUND_OF).sort()).toEqual(kinds.sort());
});

describe('the report of an emergency', () => {
  const report = createMessage({ kind: 'emergency', priority: 'emergency', reportsTo: ['leader'] });
  const deliver = (pages: number, message = report) => {
    const announce = ({ shown }: InboxAnnouncement) => Array.from({ length: pages }, shown);
    const never = new AbortController().signal;
    return createInbox({ announce }).deliver(message, toRecipient('zhou'), never);
  };

  test('is delivered by the page that shows it, and by nothing else', async () => {
    expect(await deliver(1)).toMatchObject({ result: 'delivered' });
    expect(await deliver(0)).toEqual({ result: 'retry', answer: NO_PAGE, afterMs: null });
  });

  test('is told apart from everything that only has to be stored', async () => {
    const { reportsTo: _none, ...standIn } = report;
    expect(await deliver(0, standIn)).toMatchObject({ result: 'delivered' });
  });
});
