/**
 * Reporting without an account: by the QR code on the equipment or by a link, and looking at one's own report. Rate-limited
 * by address and by contact, emergencies apart; nothing of other people or of the inside of the house is shown. The desk rings
 * back before it records the ticket.
 */
import Type from 'typebox';
import type { SiteModel } from '../../config/model.ts';
import { toFullName } from '../../config/names.ts';
import { toSaidEventsOf } from '../../config/said-events.ts';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, isId, type LocationId, toId } from '../../core/ids.ts';
import { LIMITS } from '../../core/limits.ts';
import { isTicketOpen, TICKET_CLASS_NAMES } from '../../core/ticket.ts';
import type { NewTicket } from '../../tickets/transitions.ts';
import { created, noContent, ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import type { ApiLimits } from '../options.ts';
import { sealContact } from '../personal.ts';
import { findReport, LinkParams, PublicViewSchema, toLimited, toReportAnswer } from '../public-answers.ts';
import { isEmergencyReport, requireEnough } from '../report-urgency.ts';
import { closed, Id, IdParams, oneOf, ShortText } from '../request-schemas.ts';
import { nullable, TextSchema } from '../schemas.ts';
import type { ApiServices } from '../services.ts';

const tags = ['public report'];
const MINUTE_MS = 60_000;
/** What a resident writes; the desk asks for the rest. */
const MAX_CONTENT_CHARS = 1_000;

const ReportBody = closed({
  class: oneOf(TICKET_CLASS_NAMES, { default: 'help' }),
  content: Type.String({ minLength: 1, maxLength: MAX_CONTENT_CHARS, pattern: '\\S' }),
  equipment: Type.Optional(Id),
  location: Type.Optional(Id),
  place: Type.Optional(ShortText),
  contactName: Type.Optional(ShortText),
  contactMethod: Type.Optional(
    Type.String({
      maxLength: 50,
      pattern: '^\\s*$|^\\s*\\S.{3,}\\S\\s*$',
      description:
        'Telephone number: the desk rings back; may be left out in an emergency whose place is known',
    }),
  ),
  inDanger: Type.Optional(
    Type.Boolean({
      description:
        'Somebody is in danger, whatever the words: an emergency, which needs a place and no contact',
    }),
  ),
  isNewMatter: Type.Optional(
    Type.Boolean({
      description:
        'None of what the same contact has reported from there before: a ticket of its own, counted like every report. ' +
        'Without a contact it says nothing',
    }),
  ),
});

const AnswerSchema = Type.Object({
  number: Type.String({ description: 'Of the ticket that it is on' }),
  token: nullable(
    Type.String({
      description:
        'Of the link `/report/{token}`; shown once. null = it was added to a ticket that is there already',
    }),
  ),
  isMerged: Type.Boolean(),
});
const PlaceSchema = Type.Object({ equipment: Type.String(), name: TextSchema, place: TextSchema });

const FormSchema = Type.Object({
  siteName: TextSchema,
  deskPhone: nullable(Type.String({ description: 'To ring, day and night; null = the site names none' })),
  personalDays: Type.Integer({ description: 'Days for which a contact is kept after the matter is closed' }),
});

export function publicReportRoutes(api: Api, context: ApiContext): void {
  formRoute(api, context);
  reportRoute(api, context);
  viewRoute(api, context);
  placeRoute(api, context);
}

function reportRoute(api: Api, { services, limits }: ApiContext): void {
  const { publicReports: reports } = services;
  api.post(
    '/report',
    {
      config: {
        permission: 'public',
      },
      schema: {
        operationId: 'report',
        summary: 'Report a matter without an account; the answer has the link to follow it',
        description:
          'What the policy takes for an emergency needs a place and no contact, and is not refused for what others report. ' +
          'Emergencies without contact of one address, event and place go onto one ticket for ten minutes. ' +
          'Problems: `bad-request`, `missing-fields`, `not-found`, `report-limited`, `engine-busy`, `store-failed`.',
        tags,
        body: ReportBody,
        response: created(AnswerSchema),
      },
    },
    async ({ body, ip }, reply) => {
      const { clock, model, queries, commands } = services;
      const nowMs = clock.now().wallMs;
      const ticket = toReport(body, model);
      admit(ticket, ip, services, limits, nowMs);
      const contact = ticket.contactMethod;
      // Who leaves no number is known by where he writes from.
      const matter = [ticket.class, ticket.equipment ?? '', ticket.location ?? '', ticket.place];
      const isOpen = async (id: string): Promise<boolean> => {
        const found = await queries.ticket(id);
        return found !== null && isTicketOpen(found);
      };
      const { duplicateMs } = model.policy;
      const anonymous =
        ticket.contactMethod === ''
          ? reports.anonymousOf(ip, toEvent(ticket, model), toPlaceOf(ticket), nowMs)
          : null;
      const reporter =
        anonymous === null
          ? await reports.reporterOf(contact, matter, duplicateMs, nowMs, isOpen, ticket.isNewMatter)
          : null;
      const outcome = await commands.submit({
        type: 'open-ticket',
        actor: defined(anonymous ?? reporter, 'who reports').actor,
        ticket,
        personal: sealContact(ticket.contactName, ticket.contactMethod),
        // Anybody can leave any number: it counts when somebody has been reached over it.
        isContactConfirmed: ticket.contactMethod === '' ? null : false,
        ...(anonymous !== null && { together: anonymous.together }),
      });
      const opened = defined(outcome.ticket, 'the ticket of a report');
      const token =
        reporter === null
          ? reports.noteAnonymous(defined(anonymous, 'who reports'), opened, outcome.isMerged ?? false)
          : reports.note(contact, matter, reporter, opened, outcome.isMerged ?? false, nowMs);
      reply.code(201);
      return { number: opened.number, token, isMerged: token === null };
    },
  );
}

/** What has happened, as far as the words say. */
function toEvent(report: NewTicket, model: SiteModel): string {
  const { content, place } = report;
  const words = { content: { zh: content, en: content }, place: { zh: place, en: place } };
  return [...toSaidEventsOf({ ...report, ...words }, model)].toSorted().join(' ') || 'other';
}

/** Whoever has scanned the code of a lift need not say where it is; what he adds does not make another of it. */
function toPlaceOf({ equipment, location, place }: NewTicket): readonly string[] {
  return equipment === null ? ['', location ?? '', place] : [equipment];
}

/** @throws RiserError `missing-fields`, `report-limited` */
function admit(
  ticket: NewTicket,
  address: string,
  { publicReports, model }: Pick<ApiServices, 'publicReports' | 'model'>,
  { publicReportsPerMinute, publicEmergenciesPerMinute }: ApiLimits,
  nowMs: number,
): void {
  const isEmergency = isEmergencyReport(ticket, model);
  const perMinute = isEmergency ? publicEmergenciesPerMinute : publicReportsPerMinute;
  const sort = !isEmergency ? 'ordinary' : ticket.contactMethod === '' ? 'anonymous' : 'emergency';
  if (!publicReports.admitAddress(address, sort, perMinute, nowMs)) throw toLimited(model);
  requireEnough(ticket, isEmergency);
  const { contactMethod, equipment, location, place } = ticket;
  // Of a whole house behind one address somebody may be in the lift where others have seen a fire.
  const event = contactMethod === '' ? toEvent(ticket, model) : '';
  const matter = [event, equipment ?? '', location ?? '', place];
  const isAdmitted = isEmergency
    ? publicReports.admitEmergency(contactMethod || address, matter, nowMs)
    : publicReports.admit(contactMethod, nowMs);
  if (!isAdmitted) throw toLimited(model);
}

/** @throws RiserError `not-found` */
function toReport(
  {
    equipment: equipmentId,
    location: locationId,
    place = '',
    contactName = '',
    contactMethod = '',
    inDanger = false,
    isNewMatter = false,
    ...words
  }: {
    class: NewTicket['class'];
    content: string;
    equipment?: string;
    location?: string;
    place?: string;
    contactName?: string;
    contactMethod?: string;
    inDanger?: boolean;
    isNewMatter?: boolean;
  },
  model: SiteModel,
): NewTicket {
  const equipment = equipmentId === undefined ? null : toId<EquipmentId>(equipmentId);
  const location = locationId === undefined ? null : toId<LocationId>(locationId);
  if (equipment !== null && !model.equipment.has(equipment))
    throw new RiserError('not-found', { what: NOUNS.equipment });
  if (location !== null && !model.locations.has(location))
    throw new RiserError('not-found', { what: NOUNS.location });
  return {
    ...words,
    source: 'owner-call',
    channel: equipment === null ? 'form' : 'qr-code',
    equipment,
    location,
    place,
    contactName,
    contactMethod: contactMethod.trim(),
    // Who leaves no number is one of all who write from there.
    ...(isNewMatter && contactMethod.trim() !== '' && { isNewMatter }),
    priority: inDanger ? 'emergency' : null,
    impact: null,
    attendance: null,
    flow: null,
    faultKind: null,
    appointment: null,
    slip: null,
    receivedAtMs: null,
  };
}

/** Of whoever looks: refused with the number to ring. */
function toViewLimit({ model }: Pick<ApiServices, 'model'>, { publicViewsPerMinute }: ApiLimits) {
  return {
    max: publicViewsPerMinute,
    timeWindow: MINUTE_MS,
    errorResponseBuilder: () => toLimited(model),
  };
}

/** What the form says beside its fields: whom to ring, and how long a contact is kept. */
function formRoute(api: Api, { services, limits }: ApiContext): void {
  api.get(
    '/report',
    {
      config: {
        permission: 'public',
        rateLimit: toViewLimit(services, limits),
      },
      schema: {
        operationId: 'getReportForm',
        summary: 'What the form of a report says: telephone of the desk, and how long contacts are kept',
        tags,
        response: ok(FormSchema),
      },
    },
    () => {
      const { site, policy } = services.model;
      const { personalDays } = policy.retention;
      return { siteName: site.name, deskPhone: site.deskPhone ?? null, personalDays };
    },
  );
}

function viewRoute(api: Api, { services, limits }: ApiContext): void {
  api.get(
    '/report/:token',
    {
      config: {
        permission: 'public',
        rateLimit: toViewLimit(services, limits),
      },
      schema: {
        operationId: 'getReport',
        summary: 'One’s own report in plain words, with the next promised time',
        tags,
        params: LinkParams,
        response: ok(PublicViewSchema),
      },
    },
    async ({ params }, reply) => {
      const ticket = await findReport(params.token, services);
      void reply.header('cache-control', 'no-store');
      return toReportAnswer(ticket, services);
    },
  );
}

/** What stands on the label beside the QR code anyway. */
function placeRoute(api: Api, { services, limits }: ApiContext): void {
  api.get(
    '/report/equipment/:id',
    {
      config: {
        permission: 'public',
        rateLimit: toViewLimit(services, limits),
      },
      schema: {
        operationId: 'getReportPlace',
        summary: 'Name and place of an equipment, for the form behind its QR code',
        tags,
        params: IdParams,
        response: ok(PlaceSchema),
      },
    },
    ({ params }) => {
      const { model } = services;
      const equipment = model.equipment.get(toId<EquipmentId>(params.id));
      if (equipment === undefined) throw new RiserError('not-found', { what: NOUNS.equipment });
      const place = model.locations.get(equipment.location)?.path ?? { zh: '', en: '' };
      return { equipment: equipment.id, name: toFullName(model, equipment.id), place };
    },
  );
}

const LABEL_KEY = /^[0-9a-f]{1,64}$/;

/** `/r/{equipment}?k=…`: what the QR code on an equipment says; short, so that the code stays coarse. Outside of `/api`. */
export function qrCodeRoute(api: Api): void {
  api.get(
    '/r/:equipment',
    {
      config: { permission: 'public' },
      exposeHeadRoute: false,
      schema: {
        operationId: 'followQrCode',
        summary: 'Leads from the QR code of an equipment to the form of a report',
        tags,
        params: closed({ equipment: Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars }) }),
        querystring: Type.Object({ k: Type.Optional(Type.String({ maxLength: LIMITS.shortTextChars })) }),
        response: { ...noContent(), 302: Type.Null({ description: 'To the page of the form' }) },
      },
    },
    async ({ params: { equipment }, query: { k = '' } }, reply) => {
      // Handed on for whoever is sent there and says that he has arrived.
      const key = LABEL_KEY.test(k) ? `&k=${k}` : '';
      return reply.redirect(isId(equipment) ? `/report?equipment=${equipment}${key}` : '/report', 302);
    },
  );
}
