/** Takes off what all texts of a list share, so that narrow places show what tells them apart. Pure. */

/** Words that all texts begin with, with the space after them: `Demo Tower Basement 1` … → `Demo Tower `. */
export function toSharedWords(texts: readonly string[]): string {
  const shared = toSharedStart(texts);
  return shared.slice(0, shared.lastIndexOf(' ') + 1);
}

/** `1号防火分区`, `2号防火分区` → `1`, `2`; `Zone 1`, `Zone 2` → `1`, `2`. A single text stays whole. */
export function toShortNames(texts: readonly string[]): readonly string[] {
  if (texts.length < 2) return texts;
  const start = toSharedStart(texts).length;
  const tails = texts.map((text) => text.slice(start));
  const end = toSharedStart(tails.map(reverse)).length;
  const short = tails.map((text) => text.slice(0, text.length - end));
  return short.includes('') ? texts : short;
}

function toSharedStart(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let length = first.length;
  for (const text of others) {
    while (!text.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}

function reverse(text: string): string {
  return Array.from(text).toReversed().join('');
}
