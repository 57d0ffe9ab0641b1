/**
 * Values of the forms that the API offers: where they begin, which must be filled in, and what is sent. Which steps and
 * fields there are is the API's business, whether it suffices the engine's. Pure.
 */
import type {
  Language,
  OfferedField,
  OfferedForm,
  OfferedStep,
  Ticket,
  TransitionType,
} from '../api/types.ts';

/** What somebody can do: one step, or several on one form. Id: `take`, `form:repair`. */
export interface Action {
  readonly id: string;
  readonly form: string | null;
  readonly text: { readonly zh: string; readonly en: string };
  readonly steps: readonly OfferedStep[];
}

/** Key: transition, then field. */
export type StepValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Steps that take a ticket further; the other ones stand apart. */
const PATH: readonly TransitionType[] = [
  'record',
  'dispatch',
  'take',
  'arrive',
  'diagnose',
  'plan',
  'agree',
  'start',
  'done',
  'accept',
  'visit',
  'close',
  'archive',
  'resume',
  'reopen',
];
/** Those that have a card of their own. */
const ELSEWHERE: readonly TransitionType[] = ['attach', 'confirm-fire', 'fire-step', 'entrapment'];
/** They send back or end. */
export const BACKWARD: readonly string[] = ['reject', 'cancel', 'merge'];

/** Never the natural next step. */
const ASIDE: readonly string[] = ['reject', 'reopen'];
/** Where a ticket still waits for whoever is to take it. */
const UNTAKEN: readonly Ticket['stage'][] = ['received', 'recorded', 'dispatched', 'rework'];

export interface Actions {
  /** Along the path: short forms first, then single steps, the natural next one at the head. */
  readonly main: readonly Action[];
  readonly others: readonly Action[];
  /** Opens by itself; null where the next step is somebody else's. */
  readonly natural: Action | null;
}

export function toActions(ticket: Pick<Ticket, 'offered' | 'forms' | 'stage'>): Actions {
  const offered = (ticket.offered ?? []).filter(({ transition }) => !ELSEWHERE.includes(transition));
  const isMain = ({ transition }: OfferedStep) => PATH.includes(transition) || transition === 'reject';
  const forms = (ticket.forms ?? []).map(toFormAction);
  const steps = offered.filter(isMain).map(toStepAction);
  const main = [
    ...forms,
    ...steps.filter(({ id }) => id !== 'reject'),
    ...steps.filter(({ id }) => id === 'reject'),
  ];
  const [first] = main;
  const isForward = first !== undefined && !ASIDE.includes(first.id) && !isRedirection(first, ticket.stage);
  return {
    main,
    others: offered.filter((step) => !isMain(step)).map(toStepAction),
    natural: isForward ? first : null,
  };
}

/** Dispatching what somebody is at work on takes it from him. */
function isRedirection({ id }: Action, stage: Ticket['stage']): boolean {
  return id === 'dispatch' && !UNTAKEN.includes(stage);
}

export function findStep(ticket: Pick<Ticket, 'offered'>, transition: TransitionType): OfferedStep | null {
  return ticket.offered?.find((step) => step.transition === transition) ?? null;
}

export function toStepAction(step: OfferedStep): Action {
  return { id: step.transition, form: null, text: step.text, steps: [step] };
}

function toFormAction({ id, name, steps }: OfferedForm): Action {
  return { id: `form:${id}`, form: id, text: name, steps };
}

/** Choices that nearly always hold. */
const USUAL: Readonly<Record<string, unknown>> = {
  'visit.how': 'phone',
  'link.kind': 'related',
};

/** Who fills in a form, and where. */
export interface Filler {
  readonly username: string;
  readonly language: Language;
  /** Came by the code on the equipment: stands before it. null = did not. */
  readonly scannedCode: string | null;
}

export function toInitialValues({ steps }: Action, ticket: Ticket, by: Filler): StepValues {
  return Object.fromEntries(
    steps.map(({ transition, fields }) => [
      transition,
      Object.fromEntries(fields.map(({ name }) => [name, toInitial(transition, name, ticket, by)])),
    ]),
  );
}

function toInitial(
  transition: TransitionType,
  name: string,
  ticket: Ticket,
  { username, language, scannedCode }: Filler,
): unknown {
  const path = `${transition}.${name}`;
  switch (path) {
    case 'record.class':
      return ticket.class;
    case 'record.content':
      return ticket.content[language];
    case 'record.place':
      return ticket.place[language];
    case 'dispatch.assignee':
      return toProposed(ticket);
    case 'arrive.how':
      return scannedCode === null ? 'by-hand' : 'qr-code';
    case 'arrive.code':
      return scannedCode ?? undefined;
    case 'done.handler':
      return ticket.takenBy ?? username;
    case 'diagnose.faultKind':
      return ticket.faultKind ?? undefined;
    case 'entrapment.liftCode':
    case 'entrapment.rescueLine':
    case 'entrapment.floor':
    case 'entrapment.people':
      return ticket.entrapment?.[name as 'floor'] ?? undefined;
    default:
      return USUAL[path];
  }
}

/** Whoever is there already, else whom it is proposed to. Who came for a firm does not have it in the house. */
function toProposed({ earlyArrival = null, assignee }: Ticket): string | undefined {
  if (earlyArrival !== null && earlyArrival.as !== null) return earlyArrival.by;
  return assignee ?? undefined;
}

/** What the ticket says already need not be said again: a guard may mean the ticket's own field. */
export function isDemanded(field: OfferedField, ticket: Ticket): boolean {
  if (!field.isRequired) return false;
  if (field.name === 'contactName') return ticket.contact.name.zh === '';
  if (field.name === 'contactMethod') return ticket.contact.method === '';
  return true;
}

/** Of a cancellation, what is only asked where the reporter has withdrawn it. @param reason as it is chosen now */
export function isAsked(
  { transition }: Pick<OfferedStep, 'transition'>,
  { name }: Pick<OfferedField, 'name'>,
  reason: unknown,
): boolean {
  return transition !== 'cancel' || reason === 'withdrawn' || !CONSENT.includes(name);
}

const CONSENT: readonly string[] = ['agreedWith', 'how', 'agreedAtMs'];

/** Body of the request without its version. Empty fields are left out: the engine names those that it misses. */
export function toBody({ form, steps }: Action, values: StepValues): Readonly<Record<string, unknown>> {
  const filled = steps.map(({ transition }) => [transition, toFilled(values[transition] ?? {})] as const);
  if (form !== null) return { steps: Object.fromEntries(filled) };
  return filled[0]?.[1] ?? {};
}

function toFilled(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const trimmed = Object.entries(values).map(([name, value]) => [name, toTrimmed(value)] as const);
  return Object.fromEntries(trimmed.filter(([, value]) => !isEmpty(value)));
}

function toTrimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  if (!Array.isArray(value)) return value;
  return value.filter((row: { readonly name?: string }) => (row.name ?? '').trim() !== '');
}

function isEmpty(value: unknown): boolean {
  return (
    value === '' || value === undefined || value === null || (Array.isArray(value) && value.length === 0)
  );
}

/** Route below the ticket. */
export function toRoute({ id, form }: Action): readonly string[] {
  return form === null ? [id] : ['forms', form];
}
