/** The words of a ticket: what of it can be searched, as the columns of the index `ticket_text`. */
import { createHash } from 'node:crypto';
import type { Text } from '../../core/text.ts';
import type { Ticket } from '../../core/ticket.ts';
import { toIndexWords } from './bigrams.ts';

export interface TicketWords {
  readonly number: string;
  readonly content: string;
  readonly place: string;
  readonly diagnosis: string;
  readonly result: string;
}

type Searched = Pick<
  Ticket,
  'number' | 'content' | 'place' | 'equipmentName' | 'diagnosis' | 'plan' | 'result'
> &
  Partial<Pick<Ticket, 'acceptance' | 'faultKind'>>;

/** By these words the list finds what its handlers have accepted themselves. */
const OWN_ACCEPTANCE = '处理人自行验收 own acceptance';

/** Names of people are not among them. */
export function toTicketWords(ticket: Searched): TicketWords {
  return {
    number: toIndexWords(ticket.number),
    content: toIndexWords(toBoth(ticket.content)),
    place: toIndexWords(`${toBoth(ticket.place)} ${toBoth(ticket.equipmentName)}`),
    // Of a kind that rules know this is its id; what it is called they know (config/fault-kinds.ts).
    diagnosis: toIndexWords(
      [ticket.diagnosis, ticket.plan, ticket.faultKind].filter((words) => words != null).join(' '),
    ),
    result: toIndexWords(
      `${ticket.result ?? ''} ${ticket.acceptance?.isOwnWork === true ? OWN_ACCEPTANCE : ''}`.trim(),
    ),
  };
}

/** The same for the same words: most changes of a ticket leave them as they are, and the index with them. */
export function toWordsDigest(words: TicketWords): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.values(words)))
    .digest('base64url')
    .slice(0, 22);
}

/** A text that is the same in both languages, as people enter it, counts once. */
function toBoth(text: Text | null): string {
  if (text === null) return '';
  return text.zh === text.en ? text.zh : `${text.zh} ${text.en}`;
}
