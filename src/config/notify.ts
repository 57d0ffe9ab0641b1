/**
 * `notify:` of the site file: which messages go to the site's own systems, and how they are signed. The page's inbox is always
 * there and needs no settings. What becomes of it is notify/index.ts.
 */
import Type, { type Static } from 'typebox';
import { MESSAGE_KINDS, type MessageKind } from '../core/message.ts';
import { ROLE_NAMES, type Role } from '../core/roles.ts';
import { oneOf, orNull } from './words.ts';

export interface NotifySettings {
  /** null = no webhook. */
  readonly webhook: WebhookSettings | null;
}

export interface WebhookSettings {
  readonly url: string;
  /** Of the signature. */
  readonly secret: string;
  /** PEM of an authority of the site's own; null = those of the system. */
  readonly ca: string | null;
  /** null = all. */
  readonly kinds: readonly MessageKind[] | null;
  /** Only messages to people who hold one of them; null = everybody. */
  readonly roles: readonly Role[] | null;
  /** Whether firms of the register without an account are told through it. */
  readonly contacts: boolean;
  readonly perMinute: number;
  readonly timeoutMs: number;
}

export const NO_NOTIFY: NotifySettings = { webhook: null };

const MESSAGE_KIND_NAMES = Object.keys(MESSAGE_KINDS) as readonly MessageKind[];

const closed = { additionalProperties: false };

const WebhookSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^https?://[^\\s]+$',
      maxLength: 2048,
      expected: 'a URL that begins with http:// or https://',
    }),
    // Shorter ones are guessed; 16 random bytes are 128 bits.
    secret: Type.String({ minLength: 16, maxLength: 4096, expected: 'a secret of at least 16 characters' }),
    ca: Type.Optional(Type.String({ minLength: 1, maxLength: 65_536 })),
    kinds: Type.Optional(Type.Array(oneOf(MESSAGE_KIND_NAMES), { minItems: 1, maxItems: 50 })),
    roles: Type.Optional(Type.Array(oneOf(ROLE_NAMES), { minItems: 1, maxItems: 50 })),
    contacts: Type.Boolean({ default: false }),
    perMinute: Type.Integer({ minimum: 1, maximum: 6000, default: 60 }),
    timeoutMs: Type.Integer({ minimum: 100, maximum: 60_000, default: 10_000 }),
  },
  closed,
);

/** Key `notify` of the site file. */
export const NotifySchema = Type.Object(
  { webhook: orNull(WebhookSchema, { default: null }) },
  { ...closed, default: {} },
);

export function toNotifySettings({ webhook }: Static<typeof NotifySchema>): NotifySettings {
  if (webhook === null) return NO_NOTIFY;
  const { ca = null, kinds = null, roles = null } = webhook;
  return { webhook: { ...webhook, ca, kinds, roles } };
}
