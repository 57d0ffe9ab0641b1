/** Shapes of messages in the public API: what was sent to whom, and what became of it. Conventions as in schemas.ts. */
import Type, { type Static } from 'typebox';
import { MESSAGE_KINDS, MESSAGE_STATES, type Message, type MessageKind } from '../core/message.ts';
import { PRIORITY_NAMES } from '../core/ticket.ts';
import { type Sound, toSound } from '../notify/inbox.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const KIND_NAMES = Object.keys(MESSAGE_KINDS) as readonly MessageKind[];
const SOUNDS: readonly Sound[] = ['siren', 'chime', 'none'];
const maybeMs = nullable(Ms);

export const MessageViewSchema = Type.Object({
  id: Type.String(),
  kind: strings(KIND_NAMES),
  kindText: TextSchema,
  priority: strings(PRIORITY_NAMES),
  channel: Type.String(),
  recipient: Type.String({ description: 'User name, or id of a contact of the register' }),
  subject: TextSchema,
  body: TextSchema,
  ticket: nullable(Type.String()),
  occurrence: nullable(Type.String()),
  incident: nullable(Type.String()),
  feedback: Type.Optional(Type.String({ description: 'Left out = not of feedback' })),
  isDrill: Type.Boolean(),
  sound: strings(SOUNDS),
  createdAtMs: Ms,
  notBeforeMs: Ms,
  state: strings(MESSAGE_STATES),
  attempts: Type.Integer(),
  nextAtMs: maybeMs,
  sentAtMs: maybeMs,
  deliveredAtMs: maybeMs,
  readAtMs: maybeMs,
  answeredAtMs: maybeMs,
  answer: nullable(Type.Object({ code: Type.String(), text: Type.String() })),
});
export type MessageView = Static<typeof MessageViewSchema>;

/** Without its key, which only keeps it from being queued twice. */
export function toMessageView(message: Message): MessageView {
  const { key: _key, ...shown } = message;
  return { ...shown, kindText: MESSAGE_KINDS[message.kind], sound: toSound(message) };
}
