/**
 * What a step must be told: the fields that its own rule demands, and those that the policy's guards ask for besides. A
 * refusal names what is missing and the rule that asks for it.
 */
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { matches, toSettings } from './match.ts';
import type { Transition } from './transitions.ts';

/** Blanks, and characters that nobody sees, e.g. a space of no width. */
const UNSEEN = /^[\s\p{Cf}\p{Z}]*$/u;

/** Nothing, blank text in both languages, or an empty list. Zero and `false` say something. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return UNSEEN.test(value);
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object' || !('zh' in value) || !('en' in value)) return false;
  return isBlank(value.zh) && isBlank(value.en);
}

/** @throws RiserError `missing-fields`. Key: name of the field as in the transition. */
export function requireFields(fields: Readonly<Record<string, unknown>>, rule: Text): void {
  const missing = Object.keys(fields).filter((name) => isBlank(fields[name]));
  if (missing.length > 0) throw toMissing(missing, [rule]);
}

/**
 * All guards of the policy that match, at once: a field may be of the transition or of the ticket after it.
 * @throws RiserError `missing-fields`
 */
export function requireGuards(transition: Transition, after: Ticket, policy: Policy): void {
  const lack = findLacking(transition, after, policy);
  if (lack !== null) throw toMissing(lack.fields, lack.rules);
}

/** What guards ask for and nobody has given: names of fields, each once, and the rules that ask. */
export interface Lacking {
  readonly fields: readonly string[];
  readonly rules: readonly Text[];
}

/** null = the guards of the step hold. */
export function findLacking(
  transition: Pick<Transition, 'type'>,
  after: Ticket,
  policy: Policy,
): Lacking | null {
  const settings = toSettings(after);
  const missing = new Set<string>();
  const rules: Text[] = [];
  for (const guard of policy.guards) {
    if (guard.transition !== transition.type || !matches(guard.match, settings)) continue;
    const lacking = guard.fields.filter(
      (name) => !saysNone(transition, name) && isBlank(readField(transition, after, name)),
    );
    if (lacking.length === 0) continue;
    for (const name of lacking) missing.add(name);
    rules.push(guard.rule);
  }
  return missing.size === 0 ? null : { fields: [...missing], rules };
}

/** A list that is given and empty is an answer: none were used. */
function saysNone(transition: Pick<Transition, 'type'>, name: string): boolean {
  return Array.isArray((transition as Readonly<Record<string, unknown>>)[name]);
}

/** What a guard means by a name: of the transition where it says something, else of the ticket. */
export function readField(transition: Pick<Transition, 'type'>, after: Ticket, name: string): unknown {
  const given = (transition as Readonly<Record<string, unknown>>)[name];
  if (!isBlank(given)) return given;
  if (name === 'contactName' || name === 'contact') return after.contact.name;
  if (name === 'contactMethod') return after.contact.method;
  return (after as unknown as Readonly<Record<string, unknown>>)[name];
}

/** Several rules as one sentence. */
export function toRule(rules: readonly Text[]): Text {
  return { zh: rules.map(({ zh }) => zh).join('；'), en: rules.map(({ en }) => en).join('; ') };
}

function toMissing(fields: readonly string[], rules: readonly Text[]): RiserError {
  return new RiserError('missing-fields', { fields: fields.join(', '), rule: toRule(rules) });
}
