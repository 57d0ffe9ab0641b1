/**
 * Texts as numbers: batches carry Float64 columns, so a point of type `text` travels as the number of its text in this
 * table. The table belongs to one run of the gateway; nothing durable holds its numbers.
 */

export interface Texts {
  /** The number of the text, from 0; null when the table is full and the text is new. */
  toNumber(text: string): number | null;
  /** undefined for a number that was never given. */
  toText(number: number): string | undefined;
  /** Texts that found no place. */
  readonly refused: number;
}

/** @param limit most different texts */
export function createTexts(limit: number): Texts {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  let refused = 0;
  return {
    toNumber(text) {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      if (texts.length >= limit) {
        refused++;
        return null;
      }
      numbers.set(text, texts.length);
      texts.push(text);
      return texts.length - 1;
    },
    toText: (number) => texts[number],
    get refused() {
      return refused;
    },
  };
}
