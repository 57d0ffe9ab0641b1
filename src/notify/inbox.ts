/**
 * The page's inbox (站内消息): a message is delivered when it is stored and announced to whoever watches; it is stored before
 * anything is sent. The report of an emergency is delivered only when an open page of its recipient has shown it: until then
 * it is tried again, and at once when such a page opens (lane.ts). Whether it was read and answered comes from the person, as
 * a command. Works without any network.
 */
import type { Message, MessageKind } from '../core/message.ts';
import type { Answer, Delivery, Notifier, Recipient } from './notifier.ts';

export const INBOX = 'inbox';

/** What the page plays: `siren` until somebody looks, `chime` once, nothing for what only informs. */
export type Sound = 'siren' | 'chime' | 'none';

export const SOUND_OF: Readonly<Record<MessageKind, Sound>> = {
  emergency: 'siren',
  assigned: 'chime',
  'clock-warned': 'chime',
  'clock-breached': 'chime',
  escalated: 'siren',
  urged: 'chime',
  'to-accept': 'none',
  'to-visit': 'none',
  reworked: 'chime',
  'priority-raised': 'chime',
  'to-dispatch': 'chime',
  'report-due': 'chime',
  information: 'none',
};

/** For the recipient's open pages only. */
export interface InboxAnnouncement {
  readonly recipient: string;
  readonly sound: Sound;
  readonly message: Message;
  /** To be called for each open page of the recipient that it was written to, before `announce` returns. */
  readonly shown: () => void;
}

export interface InboxOptions {
  /** To the live feed; keeps nothing, and has called `shown` for every open page when it returns. */
  readonly announce: (announcement: InboxAnnouncement) => void;
}

/** As much as a page shows of one message. */
const MAX_BYTES = 16 * 1024;

export function createInbox({ announce }: InboxOptions): Notifier {
  return {
    id: INBOX,
    maxBytes: MAX_BYTES,
    reachesContacts: false,
    async deliver(message: Message, recipient: Recipient): Promise<Delivery> {
      let pages = 0;
      const shown = (): void => void (pages += 1);
      announce({ recipient: recipient.id, sound: toSound(message), message, shown });
      const isSeen = pages > 0 || message.reportsTo === undefined;
      return isSeen
        ? { result: 'delivered', answer: null }
        : { result: 'retry', answer: NO_PAGE, afterMs: null };
    },
    close: () => Promise.resolve(),
  };
}

/** The answer to the report of an emergency whose recipient has no page open. */
export const NO_PAGE: Answer = { code: 'no-page', text: '无在线终端 / no page is open' };

/** Nobody was there to see it when it was tried last: nothing is wrong with the channel. */
export function isWithoutPage({ answer }: Pick<Message, 'answer'>): boolean {
  return answer?.code === NO_PAGE.code;
}

/** A drill rings once, so that nobody mistakes it; so does what was held back for working time. */
export function toSound({ kind, isDrill, priority }: Message): Sound {
  const sound = SOUND_OF[kind];
  return sound === 'siren' && (isDrill || priority === 'normal') ? 'chime' : sound;
}
