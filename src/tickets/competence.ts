/**
 * Whether whoever is given a ticket, or takes it, holds the certificates that its policy asks for (持证上岗, service-workflow.md
 * §4). Refused without them; in an emergency only warned of where the policy says so, and life safety never waits for paperwork.
 * Who holds what is handed in; whom the gateway proposes is people/assignee.ts.
 */
import { toNeededCertificates } from '../config/certificates.ts';
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import { KINDS, type Kind } from '../core/kinds.ts';
import type { Text } from '../core/text.ts';
import { type Banner, TICKET_CLASSES, type Ticket } from '../core/ticket.ts';
import { withBanner, withoutBanner } from './banners.ts';
import { toSettings } from './match.ts';

/** What is known of the people at the moment of the step. */
export interface Competence {
  /** Of the ticket's equipment; null = none. */
  readonly kind: Kind | null;
  /** An alarm of it is of life safety. */
  readonly isLifeSafety: boolean;
  /** null = a role or a group, or nobody with an account: whoever takes it is asked then. */
  stateOf(username: string, certificate: string): 'holds' | 'expired' | 'missing' | null;
}

/** Changes and detail of a step that gives the ticket to somebody. */
export interface Competent {
  readonly banners: readonly Banner[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * A contractor's people are their firm's to answer for.
 * @param competence left out = nobody knows: nothing is asked
 * @throws RiserError `missing-certificate`
 */
export function requireCertificates(
  ticket: Ticket,
  who: string,
  policy: Policy,
  competence: Competence | undefined,
  nowMs: number,
): Competent {
  const banners = withoutBanner(ticket, 'no-certificate');
  if (competence === undefined || ticket.contractor?.user === who) return { banners, detail: {} };
  const { kind } = competence;
  const isLifeSafety = competence.isLifeSafety || ticket.entrapment !== null;
  const work = { kind, settings: toSettings(ticket), isLifeSafety };
  const lacking = toNeededCertificates(work, policy).flatMap((needed) => {
    const state = competence.stateOf(who, needed.certificate);
    return state === 'missing' || state === 'expired' ? [{ ...needed, state }] : [];
  });
  const refused = lacking.filter(({ isWarning }) => !isWarning);
  if (refused.length > 0)
    throw new RiserError('missing-certificate', {
      person: who,
      certificates: toList(refused),
      rule: toRule(ticket, kind),
    });
  if (lacking.length === 0) return { banners, detail: {} };
  const withoutCertificate = lacking.map(({ certificate }) => certificate);
  return {
    banners: withBanner({ banners }, 'no-certificate', nowMs),
    detail: { withoutCertificate },
  };
}

/** E.g. `lift`, `electrician-lv（已过期）`. */
function toList(lacking: readonly { readonly certificate: string; readonly state: string }[]): Text {
  const list = (expired: string, separator: string): string =>
    lacking
      .map(({ certificate, state }) => (state === 'expired' ? `${certificate}${expired}` : certificate))
      .join(separator);
  return { zh: list('（已过期）', '、'), en: list(' (has run out)', ', ') };
}

function toRule(ticket: Ticket, kind: Kind | null): Text {
  const { zh, en } = kind === null ? TICKET_CLASSES[ticket.class].text : KINDS[kind].text;
  return { zh: `持证上岗：${zh}`, en: `work that needs a certificate: ${en}` };
}
