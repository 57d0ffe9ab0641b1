/**
 * What the kinds of faults of a profile are called (故障类型): its own list names those that several rules share, and a rule that
 * stands for a kind by itself lends it its text. What is shown of them is the site's (config/fault-kinds.ts).
 */
import { type Problems, quote, toFirstUse } from '../config/problems.ts';
import type { Located } from '../config/source.ts';
import type { Text } from '../core/text.ts';
import type { ParsedRule } from './rules.ts';
import type { FaultKindEntry } from './schema.ts';

/** Key: fault kind. */
export type FaultKindTexts = ReadonlyMap<string, Text>;

/**
 * @param entries the profile's list; one that no rule uses, or that is listed twice, is reported
 * @param rules all of the profile, those of its parts included
 */
export function toFaultKindTexts(
  entries: readonly FaultKindEntry[],
  rules: readonly ParsedRule[],
  { source }: Located,
  problems: Problems,
): FaultKindTexts {
  const texts = new Map<string, Text>();
  const used = new Set(rules.map(({ entry }) => entry.faultKind ?? entry.id));
  for (const [index, { id, text }] of entries.entries()) {
    const path = ['faultKinds', index, 'id'];
    const first = entries.findIndex((entry) => entry.id === id);
    if (first < index)
      problems.add(
        source,
        path,
        'an id used once',
        toFirstUse(id, { source, path: ['faultKinds', first, 'id'], value: id }),
      );
    else if (!used.has(id)) problems.add(source, path, 'the faultKind of a rule of this profile', quote(id));
    texts.set(id, text);
  }
  for (const { entry } of rules) if (!texts.has(entry.id)) texts.set(entry.id, entry.text);
  return texts;
}
