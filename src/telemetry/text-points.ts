/**
 * Which points are texts. Batches carry the number of a text (core/texts.ts), which means nothing to whoever reckons
 * with values or keeps them longer than this process lives: journal and recent samples pass such points over.
 */
import type { SiteModel } from '../config/model.ts';

/** By point index: 1 = a text. */
export function toTextMask({ points }: Pick<SiteModel, 'points'>): Uint8Array {
  return Uint8Array.from(points, ({ type }) => (type === 'text' ? 1 : 0));
}
