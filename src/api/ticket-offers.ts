/**
 * The steps and short forms that a person is offered, with the fields of each: the page builds its forms from them. Kinds and
 * limits of fields come from the schema of the request, what must be filled in from the step's own rule and the policy's
 * guards. Whether it suffices, the engine says.
 */
import type { TSchema } from 'typebox';
import type { Guard, Policy } from '../config/policy.ts';
import { AGREED_HOW, AGREED_WITH, CANCEL_REASONS } from '../core/cancellation.ts';
import { LIMITS } from '../core/limits.ts';
import type { Text } from '../core/text.ts';
import { ATTENDANCES, FLOWS, PRIORITIES, TICKET_CLASSES, type Ticket, WAIT_REASONS } from '../core/ticket.ts';
import { ENTRAPMENT_STEPS, FIRE_STEPS } from '../core/ticket-sheets.ts';
import { isFromOutside, isOneOf, mayAct } from '../tickets/actors.ts';
import { toConsentRules } from '../tickets/cancel-consent.ts';
import { isBlank, readField } from '../tickets/fields.ts';
import { toHandlingMinutes } from '../tickets/handling-time.ts';
import { matches, toSettings } from '../tickets/match.ts';
import { isArrivalEarly } from '../tickets/path.ts';
import type { TransitionType } from '../tickets/transitions.ts';
import type { OfferedFieldView, OfferedFormView, OfferedStepView } from './ticket-schemas.ts';
import type { TicketReader } from './ticket-views.ts';
import { FIELD_TEXTS, OPTION_TEXTS, TRANSITION_TEXTS } from './ticket-words.ts';
import { TRANSITION_FIELDS } from './transition-schemas.ts';

type Kind = OfferedFieldView['kind'];

export function toOfferedSteps(
  ticket: Ticket,
  transitions: readonly TransitionType[],
  policy: Policy,
): OfferedStepView[] {
  return transitions.map((transition) => toOfferedStep(ticket, transition, policy));
}

/** Those that begin with a step that is offered, and whose other steps the person may take as well, or may send as a whole. */
export function toOfferedForms(
  ticket: Ticket,
  offered: readonly TransitionType[],
  { actor, policy, owner }: TicketReader,
): OfferedFormView[] {
  const settings = toSettings(ticket);
  // Whoever is there before the dispatch goes on once it is given.
  const isHeldBack = (first: TransitionType): boolean => first === 'arrive' && isArrivalEarly(ticket, policy);
  return policy.forms
    .filter(({ match, actors, transitions: [first, ...rest] }) => {
      const isNext = first !== undefined && offered.includes(first) && !isHeldBack(first);
      if (!isNext || !matches(match, settings)) return false;
      if (actors !== undefined) return isOneOf(ticket, actors, actor, policy, owner);
      const isTaker = (type: TransitionType): boolean => !isFromOutside(actor) && isOwnAfter(rest, type);
      return rest.every((type) => mayAct(ticket, type, actor, policy, owner) || isTaker(type));
    })
    .map(({ id, name, transitions }) => ({ id, name, steps: toOfferedSteps(ticket, transitions, policy) }));
}

/** Who takes a ticket on the form is its taker for the steps that follow. */
function isOwnAfter(rest: readonly TransitionType[], type: TransitionType): boolean {
  const taken = rest.indexOf('take');
  return taken >= 0 && rest.indexOf(type) > taken;
}

function toOfferedStep(ticket: Ticket, transition: TransitionType, policy: Policy): OfferedStepView {
  const settings = toSettings(ticket);
  const guards = policy.guards.filter(
    (guard) => guard.transition === transition && matches(guard.match, settings),
  );
  return {
    transition,
    text: TRANSITION_TEXTS[transition],
    fields: transition === 'attach' ? [] : toFields(ticket, transition, guards),
    rules: [...guards.map(({ rule }) => rule), ...(transition === 'cancel' ? toConsentRules(ticket) : [])],
  };
}

function toFields(
  ticket: Ticket,
  transition: Exclude<TransitionType, 'attach'>,
  guards: readonly Guard[],
): OfferedFieldView[] {
  const fields: Readonly<Record<string, TSchema>> = TRANSITION_FIELDS[transition];
  const always = new Set<string>(ALWAYS[transition] ?? []);
  // One that stands is not moved without whom it was made with.
  if (transition === 'appoint' && ticket.appointment !== null) for (const name of MOVED) always.add(name);
  const asked = new Set(guards.flatMap((guard) => guard.fields));
  // What the ticket has already need not be said again.
  const isLacking = (name: string): boolean =>
    asked.has(name) && !isProposed(ticket, name) && isBlank(readField({ type: transition }, ticket, name));
  return Object.entries(fields).map(([name, schema]) =>
    toField(transition, name, schema, always.has(name) || isLacking(name)),
  );
}

const MOVED: readonly string[] = ['agreedWith', 'reason'];

/** Left out, the step itself fills it in. */
function isProposed({ marks, stageSinceMs }: Ticket, name: string): boolean {
  return name === 'handlingMinutes' && toHandlingMinutes(marks, stageSinceMs) !== null;
}

function toField(
  transition: TransitionType,
  name: string,
  schema: TSchema,
  isRequired: boolean,
): OfferedFieldView {
  const shape = schema as {
    readonly type?: string;
    readonly enum?: readonly string[];
    readonly maxLength?: number;
  };
  const texts = toOptionTexts(transition, name);
  const options = shape.enum?.map((value) => ({ value, text: texts[value] ?? { zh: value, en: value } }));
  return {
    name,
    kind: toKind(transition, name, shape),
    text: FIELD_TEXTS[name] ?? { zh: name, en: name },
    isRequired,
    ...(options !== undefined && { options }),
  };
}

/** Fields that are more than their type says. */
const KINDS: Readonly<Record<string, Kind>> = {
  assignee: 'assignee',
  approver: 'user',
  user: 'user',
  contact: 'contact',
  into: 'ticket',
  ticket: 'ticket',
  overridePhoto: 'photo',
  signedPhoto: 'photo',
  materials: 'materials',
  fromMs: 'time',
  toMs: 'time',
  untilMs: 'time',
  estimatedAtMs: 'time',
  agreedAtMs: 'time',
  atMs: 'time',
};

function toKind(
  transition: TransitionType,
  name: string,
  shape: { readonly type?: string; readonly enum?: readonly string[]; readonly maxLength?: number },
): Kind {
  if (shape.enum !== undefined) return 'choice';
  // Of a reclassification it is three numbers, of an agreement what people were told.
  if (name === 'impact' && transition === 'reclassify') return 'impact';
  const special = KINDS[name];
  if (special !== undefined) return special;
  switch (shape.type) {
    case 'number':
      return 'number';
    case 'integer':
      return 'integer';
    case 'boolean':
      return 'boolean';
    default:
      return (shape.maxLength ?? 0) > LIMITS.shortTextChars ? 'text' : 'line';
  }
}

/** What the steps themselves demand (tickets/step-*.ts); what only some sites or classes do is in their guards. */
const ALWAYS: Readonly<Partial<Record<TransitionType, readonly string[]>>> = {
  dispatch: ['assignee'],
  arrive: ['how'],
  diagnose: ['diagnosis'],
  plan: ['plan'],
  agree: ['agreedBy', 'workingTime', 'impact', 'protection', 'cooperation'],
  done: ['result'],
  accept: ['opinion'],
  visit: ['how', 'isRepaired', 'isSatisfied'],
  wait: ['reason', 'note', 'approver'],
  reject: ['reason'],
  reopen: ['reason'],
  cancel: ['reason', 'note'],
  merge: ['into', 'note'],
  transfer: ['assignee', 'reason'],
  urge: ['note'],
  escalate: ['reason'],
  answer: ['note'],
  reclassify: ['reason'],
  'set-difficult': ['approver', 'reason'],
  'clear-difficult': ['reason'],
  appoint: ['fromMs', 'toMs'],
  estimate: ['atMs'],
  correct: ['field', 'value', 'reason'],
  link: ['ticket', 'kind'],
  'confirm-fire': ['verdict', 'how'],
  'fire-step': ['step'],
  'enter-dwelling': ['approver', 'reason'],
  'sample-visit': ['how', 'isRepaired', 'isSatisfied'],
  note: ['note'],
};

const TEXTS_OF: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  'wait.reason': WAIT_REASONS,
  'appoint.agreedWith': AGREED_WITH,
  'cancel.reason': CANCEL_REASONS,
  'cancel.agreedWith': AGREED_WITH,
  'cancel.how': AGREED_HOW,
  'fire-step.step': FIRE_STEPS,
  'entrapment.step': ENTRAPMENT_STEPS,
  'correct.field': FIELD_TEXTS,
  attendance: ATTENDANCES,
  flow: FLOWS,
};
const CLASS_TEXTS = toTexts(TICKET_CLASSES);
const PRIORITY_TEXTS = toTexts(PRIORITIES);

function toOptionTexts(transition: TransitionType, name: string): Readonly<Record<string, Text>> {
  if (name === 'class') return CLASS_TEXTS;
  if (name === 'priority') return PRIORITY_TEXTS;
  return TEXTS_OF[`${transition}.${name}`] ?? TEXTS_OF[name] ?? OPTION_TEXTS;
}

function toTexts(table: Readonly<Record<string, { readonly text: Text }>>): Readonly<Record<string, Text>> {
  return Object.fromEntries(Object.entries(table).map(([name, { text }]) => [name, text]));
}
