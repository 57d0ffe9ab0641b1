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
  const text = unlike.reduce((left, one) => left.replaceAll(toPlainWords(one), ' '), toPlainWords(said));
  return words === undefined || words.some((word) => isSaid(word, text));
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

/** E.g. `电梯+困`: whoever is stuck does not choose his words, so the parts may stand anywhere. */
function isSaid(word: string, text: string): boolean {
  return toPlainWords(word)
    .split('+')
    .every((part) => text.includes(part.trim()));
}
