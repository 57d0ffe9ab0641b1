/** Which fields each step of a ticket asks for. The types tie the names to tickets/transitions.ts. */
import type { Ticket, Transition, TransitionType } from '../api/types.ts';

type FieldsOf<T extends TransitionType> = Extract<
  Exclude<keyof Extract<Transition, { type: T }>, 'type'>,
  string
>;
export type FieldName = { [T in TransitionType]: FieldsOf<T> }[TransitionType];

export interface FieldSpec<Name extends string = FieldName> {
  readonly name: Name;
  readonly kind: 'line' | 'text' | 'amount' | 'assignee' | 'choice' | 'satisfaction';
  readonly isRequired: boolean;
  /** Of a choice; the first is preselected where it says so. */
  readonly options?: readonly Option[];
  readonly initial?: Option;
}

export type Option = 'by-hand' | 'qr-code' | 'phone' | 'in-person' | 'false-alarm' | 'duplicate';

export const FORMS: { readonly [T in TransitionType]: readonly FieldSpec<FieldsOf<T>>[] } = {
  dispatch: [
    { name: 'assignee', kind: 'assignee', isRequired: true },
    { name: 'note', kind: 'line', isRequired: false },
  ],
  take: [{ name: 'readBack', kind: 'line', isRequired: false }],
  arrive: [
    { name: 'how', kind: 'choice', isRequired: true, options: ['by-hand', 'qr-code'], initial: 'by-hand' },
  ],
  start: [
    { name: 'diagnosis', kind: 'text', isRequired: true },
    { name: 'plan', kind: 'text', isRequired: true },
  ],
  done: [
    { name: 'result', kind: 'text', isRequired: true },
    { name: 'materials', kind: 'line', isRequired: false },
    { name: 'amountYuan', kind: 'amount', isRequired: false },
  ],
  accept: [
    { name: 'opinion', kind: 'text', isRequired: true },
    { name: 'manualReading', kind: 'line', isRequired: false },
  ],
  reject: [{ name: 'reason', kind: 'text', isRequired: true }],
  visit: [
    { name: 'how', kind: 'choice', isRequired: true, options: ['phone', 'in-person'], initial: 'phone' },
    { name: 'isSatisfied', kind: 'satisfaction', isRequired: true },
    { name: 'note', kind: 'line', isRequired: false },
  ],
  close: [],
  cancel: [
    { name: 'reason', kind: 'choice', isRequired: true, options: ['false-alarm', 'duplicate'] },
    { name: 'note', kind: 'text', isRequired: true },
  ],
  note: [{ name: 'note', kind: 'text', isRequired: true }],
};

/** Steps that usually come next in each stage, the likelier first. */
const NATURAL: Readonly<Record<Ticket['stage'], readonly TransitionType[]>> = {
  recorded: ['dispatch'],
  dispatched: ['take'],
  taken: ['arrive'],
  'on-site': ['start'],
  handling: ['done'],
  done: ['accept'],
  rework: ['take', 'dispatch'],
  accepted: ['visit'],
  visited: ['close'],
  closed: [],
  cancelled: [],
};

/** What this person may do now, the natural step first, those that send back or end it last. */
export function toActions(ticket: Ticket): readonly TransitionType[] {
  const natural = naturalOf(ticket);
  return (Object.keys(FORMS) as TransitionType[])
    .filter((type) => ticket.transitions.includes(type) && isSensible(ticket, type))
    .sort((a, b) => Number(b === natural) - Number(a === natural));
}

/** The natural next step, or null where it is somebody else's. */
export function naturalOf(ticket: Ticket): TransitionType | null {
  return NATURAL[ticket.stage].find((type) => ticket.transitions.includes(type)) ?? null;
}

/** Only an emergency may be signed for after arrival (service-workflow.md §2, TAKEN). */
function isSensible(ticket: Ticket, type: TransitionType): boolean {
  return type !== 'arrive' || ticket.stage !== 'dispatched' || ticket.priority === 'emergency';
}

/** Body of the request: what was entered, without empty optional fields. */
export function toBody(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const trimmed = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.trim() : value,
  ]);
  return Object.fromEntries(
    trimmed.filter(([, value]) => value !== '' && value !== undefined && value !== null),
  );
}
