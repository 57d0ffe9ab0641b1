/**
 * The channels that there are (通知渠道), one file each. A further one, such as a chat robot, SMS or a voice call, is a file and
 * a line here: what it needs it gets from the site's settings, what it must do is notifier.ts and test/notify/contract.ts.
 */

import type { NotifySettings } from '../config/notify.ts';
import type { Clock } from '../core/clock.ts';
import type { Message } from '../core/message.ts';
import { createInbox, INBOX, type InboxAnnouncement } from './inbox.ts';
import type { OutboxChannel } from './outbox.ts';
import type { ChannelRule } from './to-messages.ts';
import { createWebhook, WEBHOOK } from './webhook.ts';

/** What channels are made with. */
export interface ChannelContext {
  readonly settings: NotifySettings;
  readonly clock: Clock;
  /** To the live feed, for the recipient's pages. */
  readonly announce: (announcement: InboxAnnouncement) => void;
  /** Page of what the message is about; null = it has none. */
  readonly linkTo: (message: Message) => string | null;
  /** E.g. `Riser/1.2.3`. */
  readonly userAgent: string;
}

export interface ChannelPlugin {
  /** Which messages go through it; null = the site does not use it. */
  toRule(settings: NotifySettings): ChannelRule | null;
  /** Only where it is used. Closed by the outbox. */
  create(context: ChannelContext): OutboxChannel | null;
}

/** Key: id of the notifier. */
export const CHANNELS: Readonly<Record<string, ChannelPlugin>> = {
  [INBOX]: {
    toRule: () => ({ id: INBOX, kinds: null, roles: null, reachesContacts: false }),
    create: ({ announce }) => ({ notifier: createInbox({ announce }), rate: null }),
  },
  [WEBHOOK]: {
    toRule: ({ webhook }) =>
      webhook && {
        id: WEBHOOK,
        kinds: webhook.kinds,
        roles: webhook.roles,
        reachesContacts: webhook.contacts,
      },
    create({ settings: { webhook }, clock, linkTo, userAgent }) {
      if (webhook === null) return null;
      const { url, secret, ca, perMinute, timeoutMs } = webhook;
      return {
        notifier: createWebhook({ url, secret, ca, clock, linkTo, userAgent }),
        // A third is kept for emergencies: a storm of warnings must not use up what a fire needs.
        rate: { perMinute, burst: perMinute, reservedRatio: 1 / 3 },
        attemptMs: timeoutMs,
      };
    },
  },
};

/** For `createToMessages`: the channels that the site uses. */
export function toChannelRules(settings: NotifySettings): readonly ChannelRule[] {
  return Object.values(CHANNELS)
    .map((plugin) => plugin.toRule(settings))
    .filter((rule) => rule !== null);
}

/** For `createOutbox`: the same, made. */
export function createChannels(context: ChannelContext): readonly OutboxChannel[] {
  return Object.values(CHANNELS)
    .map((plugin) => plugin.create(context))
    .filter((channel) => channel !== null);
}
