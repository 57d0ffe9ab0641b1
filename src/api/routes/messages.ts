/**
 * The person's own inbox: list, read, answer; and for those who look after the gateway what it has told anybody. Messages
 * arrive live over `/events`. Sending is notify/'s business.
 */
import Type from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { toId } from '../../core/ids.ts';
import { LIMITS } from '../../core/limits.ts';
import type { DeliveryOutcome } from '../../engine/commands.ts';
import { INBOX } from '../../notify/inbox.ts';
import type { Person } from '../../people/people.ts';
import { listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { type MessageView, MessageViewSchema, toMessageView } from '../message-schemas.ts';
import { NOUNS } from '../nouns.ts';
import { closed, EmptyBody, IdParams, oneOf, paging, ShortText } from '../request-schemas.ts';
import type { ApiServices } from '../services.ts';

const tags = ['messages'];
const own = { permission: 'message.read' } as const;
const state = oneOf(['unread', 'open', 'all'], { default: 'all' });
const filter = Type.Optional(ShortText);
const InboxQuery = closed({ state, ...paging });
const AllQuery = closed({
  state,
  recipient: filter,
  ticket: filter,
  incident: filter,
  channel: filter,
  ...paging,
});
const AnswerBody = closed({
  text: Type.String({ minLength: 1, maxLength: LIMITS.textChars, pattern: '\\S' }),
});

export function messageRoutes(api: Api, context: ApiContext): void {
  listRoutes(api, context);
  answerRoutes(api, context);
}

function listRoutes(api: Api, { services: { queries } }: ApiContext): void {
  api.get(
    '/messages',
    {
      config: own,
      schema: {
        operationId: 'listOwnMessages',
        summary: 'The caller’s own inbox, newest first',
        tags,
        querystring: InboxQuery,
        response: ok(listOf(MessageViewSchema)),
      },
    },
    async ({ query, person }) => {
      const { username: recipient } = personOf({ person });
      const { items, total } = await queries.messages({ ...query, recipient, channel: INBOX });
      return { items: items.map(toMessageView), total };
    },
  );

  api.get(
    '/messages/all',
    {
      config: { permission: 'message.read-all' },
      schema: {
        operationId: 'listMessages',
        summary: 'Messages to anybody through any channel, and what became of them, newest first',
        tags,
        querystring: AllQuery,
        response: ok(listOf(MessageViewSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await queries.messages(query);
      return { items: items.map(toMessageView), total };
    },
  );
}

function answerRoutes(api: Api, { services }: ApiContext): void {
  api.post(
    '/messages/:id/read',
    {
      config: own,
      schema: {
        operationId: 'readMessage',
        summary: 'The caller has read a message of the own inbox',
        tags,
        params: IdParams,
        body: EmptyBody,
        response: ok(MessageViewSchema),
      },
    },
    (request) =>
      decide(request.params.id, personOf(request), services, ({ username: by }, atMs) => ({
        type: 'read',
        by,
        atMs,
      })),
  );

  api.post(
    '/messages/:id/answer',
    {
      config: own,
      schema: {
        operationId: 'answerMessage',
        summary: 'Answer a message of the own inbox',
        tags,
        params: IdParams,
        body: AnswerBody,
        response: ok(MessageViewSchema),
      },
    },
    (request) =>
      decide(request.params.id, personOf(request), services, ({ username: by }, atMs) => ({
        type: 'answered',
        by,
        text: request.body.text,
        atMs,
      })),
  );
}

/** @throws RiserError `not-found` for a message that is another person's */
async function decide(
  id: string,
  person: Person,
  { queries, commands, clock }: ApiServices,
  toOutcome: (person: Person, atMs: number) => DeliveryOutcome,
): Promise<MessageView> {
  const find = async () => {
    const { items } = await queries.messages({ id, recipient: person.username, limit: 1, offset: 0 });
    const [message] = items;
    if (message === undefined) throw new RiserError('not-found', { what: NOUNS.message });
    return message;
  };
  const known = await find();
  const outcome = toOutcome(person, clock.now().wallMs);
  await commands.submit({ type: 'delivery', message: toId(id), outcome, known });
  return toMessageView(await find());
}
