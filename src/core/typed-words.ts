/**
 * What of a ticket's record people have typed: the parts of an event's detail that may name anybody, as against the skeleton
 * (stages, times, codes, ids, amounts) that figures are made of. Which of them lie where is the store's business. Pure.
 *
 *   { note: "call Ms Chen", materials: [{ name: "seal", quantity: 1, unit: "pc" }] }
 *     → note, materials/0/name, materials/0/unit
 */
import { GATEWAY } from './gateway.ts';
import type { Text } from './text.ts';
import type { TicketEventType } from './ticket-event.ts';

/** As people write it, or the same in both languages. */
export type TypedValue = string | Text;

export interface TypedPart {
  /** Names and places of lists from the detail downwards, joined by `/`. */
  readonly field: string;
  readonly value: TypedValue;
}

type Detail = Readonly<Record<string, unknown>>;

export interface WrittenEvent {
  readonly type: string;
  readonly by: string;
  readonly detail: Detail;
}

/** Names under which a string is somebody's own words. */
const TYPED: ReadonlySet<string> = new Set([
  'content',
  'place',
  'note',
  'reason',
  'readBack',
  'diagnosis',
  'plan',
  'workInstruction',
  'workingTime',
  'impact',
  'protection',
  'cooperation',
  'result',
  'testResult',
  'handler',
  'outsideControl',
  'opinion',
  'manualReading',
  'overrideReason',
  'cause',
  'liftCode',
  'rescueLine',
  'floor',
  'firm',
  'phone',
  'signedSlip',
  'replacement',
]);

/** Names within these lists and objects that are typed there and codes elsewhere. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  materials: ['name', 'unit'],
  attachment: ['name'],
};

/** Where such a name holds a word of a closed list. */
const CODES: Readonly<Partial<Record<TicketEventType, readonly string[]>>> = {
  waited: ['reason'],
  cancelled: ['reason'],
  'carried-over': ['reason'],
  'clocks-moved': ['reason'],
};

/** Fields of a correction whose old and new value are words; a kind of fault and an amount are skeleton. */
const CORRECTED: readonly string[] = [
  'content',
  'place',
  'diagnosis',
  'plan',
  'workInstruction',
  'result',
  'testResult',
  'outsideControl',
];

/** Deepest place of a typed part; a record that is deeper is none of ours. */
const MAX_DEPTH = 4;

/**
 * Each part once, in the order of the detail; blank ones are none. What the gateway wrote by itself has none, but for the
 * reason of somebody's override that it repeats.
 */
export function toTypedParts({ type, by, detail }: WrittenEvent): readonly TypedPart[] {
  if (by === GATEWAY) return toOverride(detail);
  return collectParts(detail, createTypedTest(type, detail));
}

/** @param isTyped of the names and places from the detail downwards */
export function collectParts(
  detail: Detail,
  isTyped: (path: readonly string[]) => boolean,
): readonly TypedPart[] {
  const parts: TypedPart[] = [];
  collect(detail, [], isTyped, parts);
  return parts;
}

/** The detail with something else at these places; the rest is as it was. */
export function withParts(detail: Detail, parts: ReadonlyMap<string, unknown>): Detail {
  if (parts.size === 0) return detail;
  const copy = structuredClone(detail) as Record<string, unknown>;
  for (const [field, value] of parts) {
    const names = field.split('/');
    const last = names.pop() ?? '';
    const holder = names.reduce<unknown>((at, name) => (isHolder(at) ? at[name] : undefined), copy);
    if (isHolder(holder) && last in holder) holder[last] = value;
  }
  return copy;
}

/** What stands at that place; undefined = nothing. */
export function partAt(detail: Detail, field: string): unknown {
  return field
    .split('/')
    .reduce<unknown>((at, name) => (isHolder(at) && Object.hasOwn(at, name) ? at[name] : undefined), detail);
}

/**
 * A text without these words: as a whole, or where they stand within other words (a content that two reports have made). Words of
 * one character are looked for as a whole only: within others they would mean nothing.
 */
export function toReplacer(words: TypedValue, replacement: string): (text: string) => string {
  const wanted = typeof words === 'string' ? [words] : [...new Set([words.zh, words.en])];
  const known = wanted.filter((text) => text.trim() !== '');
  return (text) =>
    known.reduce((left, one) => {
      if (left === one) return replacement;
      return Array.from(one).length > 1 ? left.replaceAll(one, () => replacement) : left;
    }, text);
}

type TypedTest = (path: readonly string[]) => boolean;

function createTypedTest(type: string, detail: Detail): TypedTest {
  const codes = CODES[type as TicketEventType] ?? [];
  const isCorrection = type === 'corrected' && CORRECTED.includes(String(detail['field']));
  return (path) => {
    const name = path.at(-1) ?? '';
    const [first = ''] = path;
    if (path.length > 1 && INSIDE[first]?.includes(name) === true) return true;
    if (path.length === 1 && isCorrection && (name === 'from' || name === 'to')) return true;
    return TYPED.has(name) && !codes.includes(name);
  };
}

function collect(holder: object, path: readonly string[], isTyped: TypedTest, parts: TypedPart[]): void {
  if (path.length >= MAX_DEPTH) return;
  for (const [name, value] of Object.entries(holder)) {
    const place = [...path, name];
    if (isWords(value)) {
      if (isTyped(place)) parts.push({ field: place.join('/'), value });
    } else if (typeof value === 'object' && value !== null) collect(value, place, isTyped, parts);
  }
}

function toOverride({ override }: Detail): readonly TypedPart[] {
  if (!isHolder(override)) return [];
  const { reason } = override;
  return isWords(reason) ? [{ field: 'override/reason', value: reason }] : [];
}

function isWords(value: unknown): value is TypedValue {
  if (typeof value === 'string') return value.trim() !== '';
  if (!isHolder(value)) return false;
  const { zh, en } = value;
  return typeof zh === 'string' && typeof en === 'string' && `${zh}${en}`.trim() !== '';
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
