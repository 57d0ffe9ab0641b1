/**
 * Words and files of tickets after they were written: one part redacted, a ticket kept from destruction, and what is older than
 * the policy keeps it destroyed as one audited act. Decided in the engine (records.ts there).
 */
import Type from 'typebox';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { type TicketId, toId } from '../../core/ids.ts';
import type { Text } from '../../core/text.ts';
import type { Attachment, Ticket as TicketRow } from '../../core/ticket.ts';
import { isThere } from '../../core/ticket-words.ts';
import { partAt, type TypedValue } from '../../core/typed-words.ts';
import { DAY_MS } from '../../core/zone.ts';
import type { DueRecord } from '../../store/store.ts';
import { ok, Ticket } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { REDACTION_FIELDS, WordsReason } from '../redaction-bodies.ts';
import { closed, IdParams } from '../request-schemas.ts';
import { Ms, nullable } from '../schemas.ts';
import { findTicket, showTicket, toActor } from '../ticket-readers.ts';
import type { TicketView } from '../ticket-schemas.ts';
import { version } from '../transition-schemas.ts';

/** Tickets of one run: a few seconds of work; what is left is the next run's. */
const MAX_RECORDS = 100;

const RedactBody = closed({ version, ...REDACTION_FIELDS });
const HoldBody = closed({ version, isHeld: Type.Boolean(), reason: WordsReason });
const DestroyBody = closed({
  tickets: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    minItems: 1,
    maxItems: MAX_RECORDS,
    uniqueItems: true,
    description: '`ticket` of what is due',
  }),
  reason: WordsReason,
});
const DueSchema = Type.Object({
  ticketDays: nullable(Type.Integer({ description: '`retention.ticketDays` of the policy; null = kept' })),
  fileDays: nullable(Type.Integer({ description: '`retention.fileDays`' })),
  items: Type.Array(
    Type.Object({
      ticket: Type.String(),
      number: Type.String(),
      closedAtMs: Ms,
      words: Type.Boolean(),
      files: Type.Boolean(),
    }),
    { description: `At most ${MAX_RECORDS}, closed longest ago first` },
  ),
});
const DestroyedSchema = Type.Object({ tickets: Type.Integer(), files: Type.Integer() });

export function recordRoutes(api: Api, context: ApiContext): void {
  redactRoute(api, context);
  holdRoute(api, context);
  dueRoute(api, context);
  destroyRoute(api, context);
}

function redactRoute(api: Api, context: ApiContext): void {
  const { services } = context;
  api.post(
    '/tickets/:id/redact',
    {
      config: { permission: 'ticket.redact' },
      schema: {
        operationId: 'redactTicketWords',
        summary:
          'Take words that somebody has typed out of the record of a ticket (隐去); the history still verifies',
        description:
          'At any stage. They go wherever the ticket, its messages and later tickets of the equipment repeat them; ' +
          'lists, search and exports show the replacement. A ticket of a split or merge (`links`) may hold the same words, which are ' +
          'redacted on that one by themselves. Problems: `not-found`, `words-gone`, `version-conflict`, `value-not-allowed`.',
        tags: ['tickets'],
        params: IdParams,
        body: RedactBody,
        response: ok(Ticket),
      },
    },
    async (request) => {
      const actor = toActor(personOf(request), services);
      const { id } = request.params;
      const { event, field, replacement, ...body } = request.body;
      await findTicket(id, actor, services);
      const entries = await services.queries.ticketHistory(id);
      const entry = entries.find((one) => one.event === event);
      if (entry === undefined) throw new RiserError('not-found', { what: NOUNS.record });
      if (entry.typed?.includes(field) !== true) throw new RiserError('words-gone');
      const { ticket } = await services.commands.submit({
        type: 'redact-words',
        ticket: toId(id),
        event,
        field,
        // What is listed as typed is a text, or one in both languages.
        words: partAt(entry.detail, field) as TypedValue,
        replacement,
        by: actor.username,
        ...body,
      });
      return show(ticket, request, context);
    },
  );
}

function holdRoute(api: Api, context: ApiContext): void {
  const { services } = context;
  api.post(
    '/tickets/:id/hold',
    {
      config: { permission: 'ticket.redact' },
      schema: {
        operationId: 'holdTicket',
        summary: 'Keep words and files of a ticket from destruction (保全), or let them go again',
        description: 'At any stage. Problems: `not-found`, `version-conflict`.',
        tags: ['tickets'],
        params: IdParams,
        body: HoldBody,
        response: ok(Ticket),
      },
    },
    async (request) => {
      const actor = toActor(personOf(request), services);
      const { id } = request.params;
      await findTicket(id, actor, services);
      const { username: by } = actor;
      const command = { type: 'hold-ticket', ticket: toId<TicketId>(id), by, ...request.body } as const;
      const { ticket } = await services.commands.submit(command);
      return show(ticket, request, context);
    },
  );
}

async function show(
  ticket: TicketRow | null,
  request: Parameters<typeof personOf>[0],
  { services, policies }: ApiContext,
): Promise<TicketView> {
  const actor = toActor(personOf(request), services);
  const explained = await services.queries.explained();
  const changed = defined(ticket, 'the ticket of a record');
  return showTicket(changed, actor, services, policies, { isWhole: true, explained });
}

function dueRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/records/due',
    {
      config: { permission: 'personal.destroy' },
      schema: {
        operationId: 'listRecordsDue',
        summary: 'Tickets whose words or files are older than the policy keeps them',
        description: 'Archived, cancelled or merged ones; none of an incident, none that is held.',
        tags: ['personal'],
        response: ok(DueSchema),
      },
    },
    async () => {
      const { ticketDays, fileDays } = services.model.policy.retention;
      return { ticketDays, fileDays, items: [...(await findDue(services))] };
    },
  );
}

function destroyRoute(api: Api, { services }: ApiContext): void {
  api.post(
    '/records/destroy',
    {
      config: { permission: 'personal.destroy' },
      schema: {
        operationId: 'destroyRecords',
        summary: 'Destroy words and files of tickets after their retention; the histories still verify',
        description:
          'All or none, as one line of the audit log with list, counts and digest; `record-kept` where one is not due. ' +
          'Times, classes, equipment, clocks and amounts stay, and with them all figures.',
        tags: ['personal'],
        body: DestroyBody,
        response: ok(DestroyedSchema),
      },
    },
    async (request) => {
      const { username: by } = personOf(request);
      const { tickets, reason: why } = request.body;
      const due = await requireDue(tickets, services);
      const files = await readFiles(due, services);
      const records = due.map(({ ticket, words, files: isFiled }) => ({
        ticket: toId<TicketId>(ticket),
        words,
        files: isFiled,
      }));
      await services.commands.submit({ type: 'destroy-records', records, reason: why, by });
      // What cannot be removed now no ticket knows any more: the sweep of attachments removes it.
      for (const { id } of files)
        await services.attachments
          .discard(id)
          .catch((error: unknown) =>
            services.log.warn({ err: error, file: id }, 'records: file not removed yet'),
          );
      return { tickets: records.length, files: files.length };
    },
  );
}

type Services = ApiContext['services'];

async function findDue({ clock, model, queries }: Services): Promise<readonly DueRecord[]> {
  const { ticketDays, fileDays } = model.policy.retention;
  const { wallMs } = clock.now();
  const toBefore = (days: number | null): number | null => (days === null ? null : wallMs - days * DAY_MS);
  const terms = { wordsBeforeMs: toBefore(ticketDays), filesBeforeMs: toBefore(fileDays) };
  return queries.dueRecords(terms, MAX_RECORDS);
}

/** @throws RiserError `record-kept` */
async function requireDue(tickets: readonly string[], services: Services): Promise<readonly DueRecord[]> {
  const due = new Map((await findDue(services)).map((record) => [record.ticket, record]));
  return tickets.map((id) => {
    const record = due.get(id);
    if (record === undefined) throw new RiserError('record-kept', { number: id, why: NOT_DUE });
    return record;
  });
}

async function readFiles(due: readonly DueRecord[], { queries }: Services): Promise<readonly Attachment[]> {
  const tickets = due.filter(({ files }) => files).map(({ ticket }) => queries.ticket(ticket));
  return (await Promise.all(tickets)).flatMap((ticket) => ticket?.attachments.filter(isThere) ?? []);
}

const NOT_DUE: Text = {
  zh: '未到保存期限，或因未存档、关联事件、保全而保留',
  en: 'it is not due, or is kept',
};
