/**
 * Words that people have typed into records that are no tickets (feedback, incidents, handovers, alarms, drill records, the audit): what is
 * due by the policy, one part redacted, a record kept, and what is due destroyed as one audited act. Decided in the engine
 * (record-words.ts there).
 */
import Type from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import {
  parseRecordName,
  RECORD_KIND_NAMES,
  RECORD_KINDS,
  type RecordKind,
} from '../../core/record-words.ts';
import type { Text } from '../../core/text.ts';
import { partAt, type TypedValue } from '../../core/typed-words.ts';
import { DAY_MS } from '../../core/zone.ts';
import type { DueWords } from '../../store/store.ts';
import { HistoryEntrySchema } from '../alarm-schemas.ts';
import { noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { REDACTION_FIELDS, WordsReason } from '../redaction-bodies.ts';
import { closed, oneOf } from '../request-schemas.ts';
import { Ms, nullable, TextSchema } from '../schemas.ts';

/** Records of one run: a few seconds of work; what is left is the next run's. */
const MAX_RECORDS = 100;

const tags = ['personal'];
const record = Type.String({
  minLength: 3,
  maxLength: LIMITS.textChars,
  description: 'Kind and id: `feedback/FK20261121-0001`, `alarm/<id of the alarm>`, `audit/17`',
});
const RecordQuery = closed({ record });
const RedactBody = closed({ record, ...REDACTION_FIELDS });
const HoldBody = closed({ record, isHeld: Type.Boolean(), reason: WordsReason });
const DestroyBody = closed({
  records: Type.Array(record, {
    minItems: 1,
    maxItems: MAX_RECORDS,
    uniqueItems: true,
    description: '`record` of what is due',
  }),
  reason: WordsReason,
});
const RecordSchema = Type.Object({
  record: Type.String(),
  hold: nullable(Type.Object({ by: Type.String(), atMs: Ms })),
  items: Type.Array(HistoryEntrySchema, { description: 'Lines that people have typed into, oldest first' }),
});
const DueSchema = Type.Object({
  kinds: Type.Array(
    Type.Object({
      kind: oneOf(RECORD_KIND_NAMES),
      text: TextSchema,
      days: nullable(Type.Integer({ description: '`retention.recordDays` of the policy; null = kept' })),
      total: Type.Integer({ description: 'Records that are due' }),
      sinceMs: nullable(Type.Number({ description: 'Since when the first of them is due, UTC ms' })),
      items: Type.Array(Type.Object({ record: Type.String(), name: Type.String(), overAtMs: Ms }), {
        description: `At most ${MAX_RECORDS}, over for longest first`,
      }),
    }),
  ),
});

export function recordWordsRoutes(api: Api, context: ApiContext): void {
  readRoutes(api, context);
  redactRoutes(api, context);
  destroyRoute(api, context);
}

function readRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/records/words/due',
    {
      config: { permission: 'personal.destroy' },
      schema: {
        operationId: 'listWordsDue',
        summary: 'What the policy keeps no longer of records that are no tickets: what, how many, since when',
        description: 'Each kind once. Only what is over, none that is held.',
        tags,
        response: ok(DueSchema),
      },
    },
    async () => {
      const { recordDays = {} } = services.model.policy.retention;
      const due = new Map((await findDue(services)).map((row) => [row.kind, row]));
      const kinds = RECORD_KIND_NAMES.map((kind) => toView(kind, recordDays[kind] ?? null, due.get(kind)));
      return { kinds };
    },
  );

  api.get(
    '/records/words',
    {
      config: { permission: 'ticket.redact' },
      schema: {
        operationId: 'getRecordWords',
        summary: 'What people have typed into a record that is no ticket, and whether it is held',
        tags,
        querystring: RecordQuery,
        response: ok(RecordSchema),
      },
    },
    async ({ query }) => {
      const items = await findLines(query.record, services);
      const hold = await services.queries.recordHold(query.record);
      return { record: query.record, hold: hold && { ...hold }, items: [...items] };
    },
  );
}

function toView(kind: RecordKind, days: number | null, due: DueWords | undefined) {
  const items = [...(due?.items ?? [])];
  const overAtMs = items[0]?.overAtMs ?? null;
  const sinceMs = overAtMs === null || days === null ? null : overAtMs + days * DAY_MS;
  return { kind, text: RECORD_KINDS[kind], days, total: due?.total ?? 0, sinceMs, items };
}

function redactRoutes(api: Api, { services }: ApiContext): void {
  api.post(
    '/records/words/redact',
    {
      config: { permission: 'ticket.redact' },
      schema: {
        operationId: 'redactRecordWords',
        summary: 'Take words out of a record that is no ticket (隐去); the histories still verify',
        description:
          'Also while it is open. They go wherever the record and messages about it repeat them. ' +
          'Problems: `not-found`, `words-gone`, `value-not-allowed`.',
        tags,
        body: RedactBody,
        response: noContent(),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const lines = await findLines(body.record, services);
      const line = lines.find(({ event }) => event === body.event);
      if (line === undefined) throw new RiserError('not-found', { what: NOUNS.record });
      if (line.typed?.includes(body.field) !== true) throw new RiserError('words-gone');
      // What is listed as typed is a text, or one in both languages.
      const words = partAt({ note: line.note, ...line.detail }, body.field) as TypedValue;
      const { username: by } = personOf(request);
      await services.commands.submit({ type: 'redact-record', ...body, words, by });
      return reply.code(204).send(null);
    },
  );

  api.post(
    '/records/words/hold',
    {
      config: { permission: 'ticket.redact' },
      schema: {
        operationId: 'holdRecordWords',
        summary: 'Keep the words of a record that is no ticket from destruction (保全), or let them go again',
        tags,
        body: HoldBody,
        response: noContent(),
      },
    },
    async (request, reply) => {
      await findLines(request.body.record, services);
      const { username: by } = personOf(request);
      await services.commands.submit({ type: 'hold-record', ...request.body, by });
      return reply.code(204).send(null);
    },
  );
}

function destroyRoute(api: Api, { services }: ApiContext): void {
  api.post(
    '/records/words/destroy',
    {
      config: { permission: 'personal.destroy' },
      schema: {
        operationId: 'destroyRecordWords',
        summary:
          'Destroy words of records that are no tickets after their retention; the histories still verify',
        description:
          'One line of the audit log with list, count and digest; `record-kept` where one of them is not due.',
        tags,
        body: DestroyBody,
        response: ok(Type.Object({ records: Type.Integer() })),
      },
    },
    async (request) => {
      const { records, reason: why } = request.body;
      const due = new Set((await findDue(services)).flatMap(({ items }) => items.map((item) => item.record)));
      const early = records.find((one) => !due.has(one));
      if (early !== undefined) throw new RiserError('record-kept', { number: early, why: NOT_DUE });
      const { username: by } = personOf(request);
      await services.commands.submit({ type: 'destroy-words', records, reason: why, by });
      return { records: records.length };
    },
  );
}

type Services = ApiContext['services'];

/** @throws RiserError `not-found` */
async function findLines(name: string, { queries }: Services) {
  const lines = parseRecordName(name) === null ? [] : await queries.recordHistory(name);
  if (lines.length === 0) throw new RiserError('not-found', { what: NOUNS.record });
  return lines;
}

function findDue({ clock, model, queries }: Services): Promise<readonly DueWords[]> {
  const { wallMs } = clock.now();
  const days = Object.entries(model.policy.retention.recordDays ?? {});
  const terms = Object.fromEntries(days.map(([kind, count]) => [kind, wallMs - count * DAY_MS]));
  return queries.dueWords(terms, MAX_RECORDS);
}

const NOT_DUE: Text = { zh: '未到保存期限，或尚未办结、已保全', en: 'it is not due, not over, or held' };
