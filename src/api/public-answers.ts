/** The report behind a link, found and shown to whoever has the link. Nobody learns whether another one exists. */
import Type from 'typebox';
import { RiserError } from '../core/errors.ts';
import type { Ticket } from '../core/ticket.ts';
import { NOUNS } from './nouns.ts';
import { isReporterOf, parseLink } from './public-reports.ts';
import { toPublicView } from './public-view.ts';
import { closed } from './request-schemas.ts';
import { Ms, nullable, TextSchema } from './schemas.ts';
import type { ApiServices } from './services.ts';

export const LinkParams = closed({ token: Type.String({ minLength: 1, maxLength: 100 }) });

export const PublicViewSchema = Type.Object({
  number: Type.String(),
  receivedAtMs: Ms,
  timeZone: Type.String({ description: 'IANA zone of the site: its times are told in it' }),
  place: TextSchema,
  content: TextSchema,
  stageText: TextSchema,
  isOver: Type.Boolean(),
  isTogether: Type.Boolean({
    description: 'Dealt with together with the same matter that somebody else has reported',
  }),
  isContactConfirmed: nullable(
    Type.Boolean({ description: 'false = the desk rings back, and may read out a code to be entered here' }),
  ),
  promised: nullable(Type.Object({ atMs: Ms, text: TextSchema })),
  steps: Type.Array(Type.Object({ atMs: Ms, text: TextSchema })),
});

/** @throws RiserError `not-found` */
export async function findReport(token: string, { queries }: Pick<ApiServices, 'queries'>): Promise<Ticket> {
  const link = parseLink(token);
  const ticket = link === null ? null : await queries.ticket(link.ticket);
  if (link === null || ticket === null || !isReporterOf(ticket, link.secret))
    throw new RiserError('not-found', { what: NOUNS.ticket });
  return ticket;
}

/** Whoever is refused is told whom to ring. */
export function toLimited({ site }: ApiServices['model']): RiserError {
  const phone = site.deskPhone ?? '';
  const desk =
    phone === '' ? { zh: '物业前台', en: 'the desk' } : { zh: `物业前台 ${phone}`, en: `the desk, ${phone}` };
  return new RiserError('report-limited', { desk, phone });
}

export async function toReportAnswer(
  ticket: Ticket,
  { queries, clock, model }: Pick<ApiServices, 'queries' | 'clock' | 'model'>,
) {
  const history = await queries.ticketHistory(ticket.id);
  const other = await findSurvivor(ticket, queries);
  const survivor = other === null ? null : { ticket: other, history: await queries.ticketHistory(other.id) };
  const view = toPublicView(ticket, history, model.site.timeZone, clock.now().wallMs, survivor);
  return { ...view, steps: [...view.steps] };
}

/** Merges that are followed, one into the next: nobody puts more together than he can look over. */
const MAX_MERGES = 20;

/** What a merged ticket is dealt with on, at last; null = it is none, or the other is not there. */
export async function findSurvivor(
  ticket: Ticket,
  queries: Pick<ApiServices['queries'], 'ticket'>,
): Promise<Ticket | null> {
  let last = ticket;
  for (let at = 0; at < MAX_MERGES && last.stage === 'merged'; at++) {
    const into = last.links.findLast(({ kind }) => kind === 'merged-into');
    const next = into === undefined ? null : await queries.ticket(into.ticket);
    if (next === null) return null;
    last = next;
  }
  return last === ticket ? null : last;
}
