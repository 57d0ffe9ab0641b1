/** What people say when they are in danger: words of the policy, looked for in what somebody has reported. Pure. */
import { toPlainWords } from '../core/plain-words.ts';
import type { TicketClass } from '../core/ticket.ts';
import type { Policy, PriorityRow, SaidEvent } from './policy.ts';

type Rows = Pick<Policy, 'priorityFrom'>;

/** Whether one of the row's words is said; true where it names none. @param said as it was typed */
export function saysWords(
  { words, unlike = [] }: Pick<PriorityRow, 'words' | 'unlike'>,
  said: string,
): boolean {
  // A blank stays: what is left on both sides is not joined to another word.
  const text = toParts(unlike).reduce(
    (left, parts) => left.replaceAll(parts.join('+'), ' '),
    toPlainWords(said),
  );
  return words === undefined || toParts(words).some((parts) => parts.every((part) => text.includes(part)));
}

/** Each kind of emergency that the words tell of, whatever class it was reported as. */
export function toSaidEvents(
  said: string,
  ticketClass: TicketClass,
  { priorityFrom }: Rows,
): ReadonlySet<SaidEvent> {
  const rows = priorityFrom.filter(
    (it) => (it.class === undefined || it.class.includes(ticketClass)) && saysWords(it, said),
  );
  return new Set(rows.flatMap(({ event }) => event ?? []));
}

/** Of the words of a row, made plain once: the lists are long, and looked through at every report. */
const PARTS = new WeakMap<readonly string[], readonly (readonly string[])[]>();

/** E.g. `电梯+困`: whoever is stuck does not choose his words, so the parts may stand anywhere. */
function toParts(words: readonly string[]): readonly (readonly string[])[] {
  const known = PARTS.get(words);
  if (known !== undefined) return known;
  const parts = words.map((word) => word.split('+').map(toPlainWords));
  PARTS.set(words, parts);
  return parts;
}
