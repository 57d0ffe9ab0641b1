/** Feedback (客户反馈): list, one, its history, who gave it, what people do about it, and all of it as a file. */
import Type from 'typebox';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import type { Feedback } from '../../core/feedback.ts';
import { type TicketId, toId } from '../../core/ids.ts';
import type { FeedbackChange, FeedbackChangeType } from '../../feedback/changes.ts';
import { isOfPerson } from '../../feedback/corrections.ts';
import { requireStage } from '../../feedback/step.ts';
import type { Person } from '../../people/people.ts';
import type { FeedbackFilter, PersonalFields } from '../../store/store.ts';
import { HistoryEntrySchema } from '../alarm-schemas.ts';
import { created, listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { createFeedbackExport } from '../export/feedback-export.ts';
import { EXPORT_LIMITS } from '../export/limits.ts';
import { toLanguage } from '../export/words.ts';
import { XLSX_TYPE } from '../export/xlsx.ts';
import {
  CHANGE_PERMISSIONS,
  FEEDBACK_BODIES,
  FeedbackExportQuery,
  type FeedbackFilterInput,
  FeedbackQuery,
  FeedbackViewSchema,
  NewFeedbackBody,
  toFeedbackView,
} from '../feedback-schemas.ts';
import { untilGone } from '../history-range.ts';
import { NOUNS } from '../nouns.ts';
import { sealContact } from '../personal.ts';
import { IdParams } from '../request-schemas.ts';
import { sendFile } from '../send-file.ts';
import type { ApiServices } from '../services.ts';
import { toActor } from '../ticket-readers.ts';

const tags = ['feedback'];
const read = { permission: 'ticket.read-all' } as const;
/** 200,000 rows on a slow line; then the file ends, whatever it holds. */
const LONGEST_MS = 3_600_000;

const SUMMARIES = {
  assign: 'Somebody else sees to it',
  handle: 'What was arranged, and by whom; ends the first limit',
  tell: 'The result was told to whoever gave it; ends the second limit',
  analyse: 'Cause, measure, opinion; ends the third limit',
  file: 'File it: no change afterwards',
  void: 'It was entered by mistake',
  link: 'A ticket that it is about',
  complaint: 'Make it a complaint ticket as well; each names the other',
  correct: 'Correct a field; the old value stays in the history',
} as const satisfies Record<FeedbackChangeType, string>;

export function feedbackRoutes(api: Api, context: ApiContext): void {
  exportRoute(api, context);
  readRoutes(api, context);
  personalRoute(api, context);
  openRoute(api, context);
  for (const type of Object.keys(FEEDBACK_BODIES) as FeedbackChangeType[]) changeRoute(api, context, type);
}

function toFilter({
  from,
  to,
  breached,
  ...rest
}: FeedbackFilterInput): Omit<FeedbackFilter, 'limit' | 'offset'> {
  return {
    ...rest,
    ...(breached !== undefined && { isBreached: breached === 'yes' }),
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
  };
}

function toReader(person: Person, services: ApiServices) {
  return { person, actor: toActor(person, services), policy: services.model.policy };
}

/** @throws RiserError `not-found` */
async function findFeedback(id: string, { queries }: Pick<ApiServices, 'queries'>): Promise<Feedback> {
  const feedback = await queries.feedback(id);
  if (feedback === null) throw new RiserError('not-found', { what: NOUNS.feedback });
  return feedback;
}

async function findContact(
  { personal }: Feedback,
  { queries }: Pick<ApiServices, 'queries'>,
): Promise<PersonalFields | null> {
  return personal === null ? null : queries.personal(personal);
}

async function show(feedback: Feedback, person: Person, services: ApiServices) {
  return toFeedbackView(feedback, toReader(person, services), await findContact(feedback, services));
}

function readRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/feedback',
    {
      config: read,
      schema: {
        operationId: 'listFeedback',
        summary: 'Feedback by state, marks and words, the last received first',
        tags,
        querystring: FeedbackQuery,
        response: ok(listOf(FeedbackViewSchema)),
      },
    },
    async ({ query, person }) => {
      const { limit, offset, ...filter } = query;
      const { items, total } = await services.queries.feedbacks({ ...toFilter(filter), limit, offset });
      const reader = toReader(personOf({ person }), services);
      return { items: items.map((feedback) => toFeedbackView(feedback, reader)), total };
    },
  );

  api.get(
    '/feedback/:id',
    {
      config: read,
      schema: {
        operationId: 'getFeedback',
        summary: 'One entry of feedback, with the changes that the caller may make',
        tags,
        params: IdParams,
        response: ok(FeedbackViewSchema),
      },
    },
    async ({ params, person }) =>
      show(await findFeedback(params.id, services), personOf({ person }), services),
  );

  api.get(
    '/feedback/:id/history',
    {
      config: read,
      schema: {
        operationId: 'getFeedbackHistory',
        summary: 'What happened to it, oldest first; corrections with their old values',
        tags,
        params: IdParams,
        response: ok(listOf(HistoryEntrySchema)),
      },
    },
    async ({ params }) => {
      await findFeedback(params.id, services);
      const items = [...(await services.queries.feedbackHistory(params.id))];
      return { items, total: items.length };
    },
  );
}

const PersonalSchema = Type.Object({ id: Type.String(), name: Type.String(), method: Type.String() });

function personalRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/feedback/:id/personal',
    {
      config: { permission: 'ticket.personal' },
      schema: {
        operationId: 'getFeedbackPersonal',
        summary: 'Name and way of contact of whoever gave it; each reading is audited',
        description: '`not-found` where it is anonymous, or what was known has been destroyed.',
        tags,
        params: IdParams,
        response: ok(PersonalSchema),
      },
    },
    async (request) => {
      const feedback = await findFeedback(request.params.id, services);
      const fields = await findContact(feedback, services);
      const { personal: id, number } = feedback;
      if (id === null || fields === null) throw new RiserError('not-found', { what: NOUNS.personal });
      // Written down before it is shown: what cannot be audited is not read.
      const { username: actor } = personOf(request);
      await services.audit({ actor, action: 'personal-read', object: id, detail: { feedback: number } });
      return { id, name: fields.name, method: fields.method };
    },
  );
}

function openRoute(api: Api, { services }: ApiContext): void {
  api.post(
    '/feedback',
    {
      config: { permission: 'feedback.manage' },
      schema: {
        operationId: 'openFeedback',
        summary: 'Enter feedback; its limits run from the receipt',
        tags,
        body: NewFeedbackBody,
        response: created(FeedbackViewSchema),
      },
    },
    async (request, reply) => {
      const person = personOf(request);
      const { contactName, contactMethod, tickets, ...entry } = request.body;
      const { feedback } = await services.commands.submit({
        type: 'open-feedback',
        entry: { ...entry, tickets: tickets.map((id) => toId<TicketId>(id)) },
        personal: sealContact(contactName, contactMethod),
        actor: toActor(person, services),
      });
      const opened = defined(feedback, 'the feedback that was entered');
      reply.code(201).header('location', `/api/v1/feedback/${opened.id}`);
      return show(opened, person, services);
    },
  );
}

function changeRoute(api: Api, { services }: ApiContext, type: FeedbackChangeType): void {
  api.post(
    `/feedback/:id/${type}`,
    {
      config: { permission: CHANGE_PERMISSIONS[type] },
      schema: {
        operationId: `${type}Feedback`,
        summary: SUMMARIES[type],
        tags,
        params: IdParams,
        body: FEEDBACK_BODIES[type],
        response: ok(FeedbackViewSchema),
      },
    },
    async (request) => {
      const person = personOf(request);
      const { version, ...fields } = request.body;
      const change = { type, ...fields } as FeedbackChange;
      const before = await findFeedback(request.params.id, services);
      // What is over is not in the engine's memory: of that it could only say that it is not there.
      requireStage(before, type);
      const { feedback } = await services.commands.submit({
        type: 'feedback',
        feedback: before.id,
        version,
        change,
        actor: toActor(person, services),
        canManage: person.permissions.has('feedback.manage'),
        personal: await sealOfChange(change, before, services),
      });
      return show(defined(feedback, 'the feedback of a change'), person, services);
    },
  );
}

/** Of a correction what is not corrected stays as it was; the ticket of a complaint gets a seal of its own. */
async function sealOfChange(
  change: FeedbackChange,
  feedback: Feedback,
  services: ApiServices,
): Promise<PersonalFields | null> {
  const isCorrection = change.type === 'correct' && isOfPerson(change.field);
  if (!isCorrection && change.type !== 'complaint') return null;
  const known = (await findContact(feedback, services)) ?? { name: '', method: '' };
  if (change.type === 'complaint') return sealContact(known.name, known.method);
  const { field, value } = change;
  return field === 'contactName' ? sealContact(value, known.method) : sealContact(known.name, value);
}

function exportRoute(api: Api, { services }: ApiContext): void {
  let running = 0;
  api.get(
    '/feedback/export',
    {
      config: { permission: 'archive.export', isStream: true },
      handlerTimeout: LONGEST_MS,
      exposeHeadRoute: false,
      schema: {
        operationId: 'exportFeedback',
        summary: 'Feedback by state, marks and words as CSV or XLSX, one row each; audited',
        description:
          'Streamed; without personal data. Problems: `bad-request`, `history-busy`, `store-failed`.',
        tags,
        querystring: FeedbackExportQuery,
        response: {
          ...ok(Type.String()),
          200: {
            description: 'File',
            content: { 'text/csv': { schema: Type.String() }, [XLSX_TYPE]: { schema: Type.String() } },
          },
        },
      },
    },
    async (request, reply) => {
      const { format, language = toLanguage(request.headers['accept-language']), ...rest } = request.query;
      const { queries, model, clock } = services;
      if (running >= EXPORT_LIMITS.running) throw new RiserError('history-busy');
      running++;
      const signal = untilGone(reply);
      const filter = toFilter(rest);
      try {
        const { username: actor } = personOf(request);
        const detail = { ...filter, format };
        await services.audit({ actor, action: 'feedback-export', object: model.site.id, detail });
      } catch (error) {
        running--;
        throw error;
      }
      const nowMs = clock.now().wallMs;
      const file = createFeedbackExport({ queries, model, filter, format, language, nowMs, signal });
      return sendFile(file, reply, signal, () => running--);
    },
  );
}
