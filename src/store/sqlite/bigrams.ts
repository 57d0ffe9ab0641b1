/**
 * Words for the full-text index. SQLite's tokenizers take a run of Chinese characters for one word, so every run is
 * written as its overlapping pairs and its last character (design.md §6):
 *
 *   水泵房漏水   →  水泵 泵房 房漏 漏水 水       found by 泵房 (a pair), 泵房漏 (two pairs in a row), 房 (a beginning)
 *   GC20261121-0001  →  gc20261121 0001        found by 0001, gc2026 (a beginning)
 *
 * Knows no table; ticket-text.ts does.
 */

/** Han, kana and hangul are written without spaces; everything else with letters or digits is a word as it stands. */
const RUNS =
  /(?<script>[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]+)|[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]]+/gv;
/** Words of one question; what comes after them would hardly narrow it down. */
const MAX_PHRASES = 10;
/** Characters of one question that are looked at. */
const MAX_QUERY_CHARS = 200;

/** @returns words separated by spaces, for the column of an index; empty when there is nothing to find. */
export function toIndexWords(text: string): string {
  return findRuns(text)
    .flatMap(({ run, isScript }) => (isScript ? [...toPairs(run), run.at(-1) ?? ''] : [run.join('')]))
    .join(' ');
}

/**
 * A question as people type it, as a `match` of FTS5: all words must be there, in whatever order; a word may go on.
 * @returns null when it holds no word
 */
export function toMatch(query: string): string | null {
  const words = query.slice(0, MAX_QUERY_CHARS).split(/\s+/u);
  const phrases = words.map(toPhrase).filter((phrase) => phrase !== null);
  return phrases.length === 0 ? null : phrases.slice(0, MAX_PHRASES).join(' AND ');
}

interface Run {
  /** Characters, not UTF-16 units. */
  readonly run: readonly string[];
  readonly isScript: boolean;
}

function findRuns(text: string): readonly Run[] {
  const plain = text.normalize('NFKC').toLowerCase();
  return [...plain.matchAll(RUNS)].map((match) => ({
    run: Array.from(match[0]),
    isScript: match.groups?.['script'] !== undefined,
  }));
}

function toPairs(run: readonly string[]): readonly string[] {
  return run.slice(1).map((character, at) => `${run[at] ?? ''}${character}`);
}

/**
 * The runs of one word must follow each other. In the index a run of Chinese ends with a single character, which the
 * phrase has to pass when another run follows. The last word is a beginning, unless it is a pair: that is complete.
 */
function toPhrase(word: string): string | null {
  const runs = findRuns(word);
  const last = runs.at(-1);
  if (last === undefined) return null;
  const before = runs.slice(0, -1).map(({ run }) => toIndexWords(run.join('')));
  const isPair = last.isScript && last.run.length > 1;
  const end = isPair ? toPairs(last.run) : [last.run.join('')];
  return `"${[...before, ...end].join(' ')}"${isPair ? '' : ' *'}`;
}
