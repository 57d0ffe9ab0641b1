/**
 * Where a ticket itself holds what people have typed (its record is typed-words.ts): replaced where a part of the record is
 * redacted, emptied where the record is destroyed after its retention. Stages, times, classes, equipment, kinds of faults,
 * clocks and amounts are no words and stay. Names that lie in rows of their own are personal-names.ts.
 */
import type { Text } from './text.ts';
import type { Attachment, PastRepair, Ticket } from './ticket.ts';
import type { EntrapmentSheet, FireConfirmation, SheetStep } from './ticket-sheets.ts';

type ToText = (text: string) => string;

/** Every text that somebody may have typed, as `toText` makes it. */
export function mapTicketWords(ticket: Ticket, toText: ToText): Ticket {
  const mapped = maybe(toText);
  return {
    ...ticket,
    ...mapSteps(ticket, toText),
    place: both(ticket.place, toText),
    content: both(ticket.content, toText),
    readBack: mapped(ticket.readBack),
    diagnosis: mapped(ticket.diagnosis),
    plan: mapped(ticket.plan),
    workInstruction: mapped(ticket.workInstruction),
    result: mapped(ticket.result),
    testResult: mapped(ticket.testResult),
    outsideControl: mapped(ticket.outsideControl),
    materials: ticket.materials.map((one) => ({ ...one, name: toText(one.name), unit: toText(one.unit) })),
    escalation: { ...ticket.escalation, reason: toText(ticket.escalation.reason) },
    attachments: ticket.attachments.map((one) => ({ ...one, name: toText(one.name) })),
    fire: mapFire(ticket.fire, toText),
    entrapment: mapEntrapment(ticket.entrapment, toText),
  };
}

/** Who has worked on it, where that was entered in words: apart, because a user's name may be part of any text. */
export function mapHandlers(ticket: Ticket, toText: ToText): Ticket {
  return {
    ...ticket,
    handler: maybe(toText)(ticket.handler),
    workedBy: [...new Set(ticket.workedBy.map(toText))],
  };
}

/** What later tickets of the same equipment show of it. */
export function mapPastRepair(repair: PastRepair, toText: ToText): PastRepair {
  return { ...repair, content: both(repair.content, toText), result: maybe(toText)(repair.result) };
}

/** Its copy of what another ticket said. */
export function mapHistoryOf(ticket: Ticket, other: string, toText: ToText): Ticket {
  const history = ticket.history.map((one) => (one.ticket === other ? mapPastRepair(one, toText) : one));
  return { ...ticket, history };
}

/** Without any of them, also what it shows of other tickets; who handled it goes with them, since people may be named in words there. */
export function withoutTicketWords(ticket: Ticket, atMs: number): Ticket {
  const bare = mapTicketWords(ticket, () => '');
  const { contact } = bare;
  const isTyped = contact.id === null && contact.personal === null;
  return {
    ...bare,
    handler: null,
    workedBy: [],
    contact: isTyped ? { ...contact, name: { zh: '', en: '' }, method: '' } : contact,
    history: bare.history.map((one) => mapPastRepair(one, () => '')),
    wordsGoneAtMs: atMs,
  };
}

/** Of files that are destroyed their size, kind and digest stay. */
export function withoutFiles(ticket: Ticket, atMs: number): Ticket {
  const toGone = (one: Attachment): Attachment => ({ ...one, name: '', destroyedAtMs: atMs });
  return { ...ticket, attachments: ticket.attachments.map((one) => (isThere(one) ? toGone(one) : one)) };
}

export function isThere({ destroyedAtMs }: Pick<Attachment, 'destroyedAtMs'>): boolean {
  return destroyedAtMs === undefined;
}

/** What single steps have left on the ticket. */
function mapSteps(ticket: Ticket, toText: ToText): Partial<Ticket> {
  const { difficult, agreement, waiting, acceptance, visit, cancellation, hold } = ticket;
  return {
    difficult: difficult && { ...difficult, reason: toText(difficult.reason) },
    agreement: agreement && {
      ...agreement,
      by: agreement.personal === undefined ? toText(agreement.by) : agreement.by,
      workingTime: toText(agreement.workingTime),
      impact: toText(agreement.impact),
      protection: toText(agreement.protection),
      cooperation: toText(agreement.cooperation),
    },
    waiting: waiting && { ...waiting, note: toText(waiting.note) },
    acceptance: acceptance && {
      ...acceptance,
      opinion: toText(acceptance.opinion),
      manualReading: maybe(toText)(acceptance.manualReading),
      override: acceptance.override && {
        ...acceptance.override,
        reason: toText(acceptance.override.reason),
      },
    },
    visit: visit && { ...visit, note: toText(visit.note) },
    cancellation: cancellation && { ...cancellation, note: toText(cancellation.note) },
    ...(hold && { hold: { ...hold, reason: toText(hold.reason) } }),
  };
}

function mapFire(fire: FireConfirmation | null, toText: ToText): FireConfirmation | null {
  return fire && { ...fire, cause: maybe(toText)(fire.cause), steps: mapEntries(fire.steps, toText) };
}

function mapEntrapment(sheet: EntrapmentSheet | null, toText: ToText): EntrapmentSheet | null {
  return (
    sheet && {
      ...sheet,
      liftCode: toText(sheet.liftCode),
      rescueLine: toText(sheet.rescueLine),
      ...(sheet.maintainer !== undefined && { maintainer: toText(sheet.maintainer) }),
      floor: toText(sheet.floor),
      steps: mapEntries(sheet.steps, toText),
    }
  );
}

function mapEntries<Name extends string>(
  steps: Readonly<Partial<Record<Name, SheetStep>>>,
  toText: ToText,
): Readonly<Partial<Record<Name, SheetStep>>> {
  const mapped = Object.entries<SheetStep | undefined>(steps).flatMap(([name, step]) =>
    step === undefined ? [] : [[name, mapEntry(step, toText)] as const],
  );
  return Object.fromEntries(mapped) as Partial<Record<Name, SheetStep>>;
}

/** Who did it is a user's name, a row of its own, or words. */
function mapEntry(step: SheetStep, toText: ToText): SheetStep {
  const { who, by, personal, note, firm, phone, signedSlip, reason, corrected } = step;
  return {
    ...step,
    who: personal === undefined && who !== by ? toText(who) : who,
    note: toText(note),
    ...(firm !== undefined && { firm: toText(firm) }),
    ...(phone !== undefined && { phone: toText(phone) }),
    ...(signedSlip !== undefined && { signedSlip: toText(signedSlip) }),
    ...(reason !== undefined && { reason: toText(reason) }),
    ...(corrected !== undefined && { corrected: corrected.map((one) => mapEntry(one, toText)) }),
  };
}

function both({ zh, en }: Text, toText: ToText): Text {
  return { zh: toText(zh), en: toText(en) };
}

function maybe(toText: ToText): (text: string | null) => string | null {
  return (text) => (text === null ? null : toText(text));
}
