/**
 * Open tickets that look like what is being typed: same equipment, or same place with words in common. Chinese has no
 * spaces, so words are pairs of signs. Pure.
 */
import type { Ticket } from '../api/types.ts';

interface Wanted {
  readonly content: string;
  readonly place: string;
  readonly equipment: string | null;
}

type Candidate = Pick<Ticket, 'id' | 'number' | 'stage' | 'equipment' | 'content' | 'place'>;

const MAX_SHOWN = 4;
/** Pairs of signs in common that make a place or a content alike. */
const MIN_PLACE_PAIRS = 2;
const MIN_CONTENT_PAIRS = 2;

export function findDuplicates<T extends Candidate>(tickets: readonly T[], wanted: Wanted): readonly T[] {
  const content = toPairs(wanted.content);
  const place = toPairs(wanted.place);
  return tickets
    .map((ticket) => ({ ticket, score: toScore(ticket, wanted.equipment, content, place) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MAX_SHOWN)
    .map(({ ticket }) => ticket);
}

function toScore(
  ticket: Candidate,
  equipment: string | null,
  content: ReadonlySet<string>,
  place: ReadonlySet<string>,
): number {
  if (equipment !== null && ticket.equipment === equipment) return 1_000;
  const samePlace = countShared(place, ticket.place);
  const sameContent = countShared(content, ticket.content);
  return samePlace >= MIN_PLACE_PAIRS && sameContent >= MIN_CONTENT_PAIRS ? samePlace + sameContent : 0;
}

function countShared(pairs: ReadonlySet<string>, text: Ticket['content']): number {
  return toPairs(`${text.zh} ${text.en}`).intersection(pairs).size;
}

/** `漏水了` → 漏水, 水了; what is no letter or digit parts them. */
function toPairs(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.flatMap((word) => toPairsOfWord(Array.from(word))));
}

function toPairsOfWord(signs: readonly string[]): readonly string[] {
  return signs.slice(1).map((sign, at) => `${signs[at] ?? ''}${sign}`);
}
