/**
 * Where a ticket names people outside the house whose words lie in rows of their own: its contact, who agreed to the plan, who did
 * a step of a sheet. The rows and their digests are store/personal.ts, destroying them is the engine's.
 */
import type { Ticket } from './ticket.ts';
import type { EntrapmentSheet, FireConfirmation, SheetStep } from './ticket-sheets.ts';

/** Of one row. */
export interface PersonalWords {
  readonly name: string;
  readonly method: string;
}

const GONE: PersonalWords = { name: '', method: '' };

/** Ids of the rows, each once. */
export function toPersonalIds({ contact, agreement, fire, entrapment }: Ticket): readonly string[] {
  const steps = [...Object.values(fire?.steps ?? {}), ...Object.values(entrapment?.steps ?? {})];
  const ids = [contact.personal, agreement?.personal, ...steps.map(({ personal }) => personal)];
  return [...new Set(ids.filter((id) => id !== null && id !== undefined))];
}

/** @param wordsOf the row; undefined leaves what stands on the ticket, as of a row that is not there */
export function withPersonal(ticket: Ticket, wordsOf: (id: string) => PersonalWords | undefined): Ticket {
  const { contact, agreement, fire, entrapment } = ticket;
  const own = contact.personal === null ? undefined : wordsOf(contact.personal);
  const agreed = agreement?.personal === undefined ? undefined : wordsOf(agreement.personal);
  return {
    ...ticket,
    ...(own && { contact: { ...contact, name: { zh: own.name, en: own.name }, method: own.method } }),
    ...(agreement && agreed && { agreement: { ...agreement, by: agreed.name } }),
    ...(fire && { fire: withSteps(fire, wordsOf) }),
    ...(entrapment && { entrapment: withSteps(entrapment, wordsOf) }),
  };
}

/** Without any of them. */
export function withoutPersonal(ticket: Ticket): Ticket {
  return toPersonalIds(ticket).length === 0 ? ticket : withPersonal(ticket, () => GONE);
}

function withSteps<T extends FireConfirmation | EntrapmentSheet>(
  sheet: T,
  wordsOf: (id: string) => PersonalWords | undefined,
): T {
  const toStep = (step: SheetStep): SheetStep => {
    const words = step.personal === undefined ? undefined : wordsOf(step.personal);
    return words === undefined ? step : { ...step, who: words.name };
  };
  const steps = Object.entries(sheet.steps).map(([name, step]) => [name, toStep(step)]);
  return { ...sheet, steps: Object.fromEntries(steps) };
}
