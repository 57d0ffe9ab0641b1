/**
 * From a member of a message to the value of a point. A member that is missing or of another kind than the profile
 * says makes the point bad, for a reason of its own. Pure.
 */
import type { PointDef } from '../../config/model.ts';
import { defined } from '../../core/assert.ts';
import { bad, type Decoded, toValue, type ValueFormat } from '../../profiles/values.ts';
import { type JsonPath, parseJsonPath, readPath } from './json-path.ts';
import type { Payload } from './payload.ts';
import { type PlainValue, toMqttAddress } from './schema.ts';

/** How one point is read from a message. */
export interface PointPlan {
  readonly point: number;
  /** null = the payload as a whole is the value, as text. */
  readonly path: JsonPath | null;
  /** Key: text of the device, `true` and `false` for booleans. null = none. */
  readonly values: ReadonlyMap<string, number> | null;
  readonly sentinels: readonly PlainValue[];
  readonly bit: number | null;
  /** A message without the member says nothing about the point. */
  readonly isOptional: boolean;
  /** Age at which its value is no longer good, ms; null = never. */
  readonly staleMs: number | null;
  readonly format: ValueFormat;
}

const TWO_STATES: ReadonlySet<number> = new Set([0, 1]);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NO_NUMBER = /^[+-]?(?:nan|inf(?:inity)?)$/i;

export function toPointPlan(point: PointDef): PointPlan {
  const { path, values, sentinels, bit, isOptional, scale, offset } = toMqttAddress(point.address);
  const declared = point.states.size > 0 ? new Set(point.states.keys()) : null;
  const states = declared ?? (point.type === 'boolean' ? TWO_STATES : null);
  return {
    point: point.index,
    path: path === undefined ? null : defined(parseJsonPath(path), `checked JSON path ${path}`),
    values: values === undefined ? null : new Map(Object.entries(values)),
    sentinels,
    bit: bit ?? null,
    isOptional,
    staleMs: point.staleMs,
    format: { scale, offset, range: point.range, states },
  };
}

/** @returns null when the message says nothing about the point. */
export function decode(plan: PointPlan, payload: Payload): Decoded | null {
  if (plan.path === null) {
    const text = payload.text();
    return text === null ? bad('decode') : fromText(plan, text.trim());
  }
  const document = payload.json();
  if (document === null) return bad('decode');
  const raw = readPath(document.root, plan.path);
  if (raw === undefined) return plan.isOptional ? null : bad('decode');
  return fromMember(plan, raw);
}

/** A number may stand as plain text only where it is all that the payload holds. */
function fromText(plan: PointPlan, text: string): Decoded {
  if (NUMBER.test(text) && !plan.values?.has(text)) return fromNumber(plan, Number(text));
  if (NO_NUMBER.test(text) && !plan.values?.has(text))
    return bad(isSentinel(plan, text) ? 'sentinel' : 'not-a-number');
  return fromWord(plan, text);
}

function fromMember(plan: PointPlan, raw: unknown): Decoded {
  switch (typeof raw) {
    case 'number':
      return fromNumber(plan, raw);
    case 'boolean':
      return fromBoolean(plan, raw);
    case 'string':
      return fromWord(plan, raw);
    default:
      return bad(raw === null ? 'sentinel' : 'decode');
  }
}

function fromWord(plan: PointPlan, text: string): Decoded {
  if (isSentinel(plan, text)) return bad('sentinel');
  const value = plan.values?.get(text);
  return value === undefined ? bad('decode') : toValue(plan.format, value);
}

function fromBoolean(plan: PointPlan, raw: boolean): Decoded {
  if (isSentinel(plan, raw)) return bad('sentinel');
  const value = plan.values?.get(String(raw));
  if (value !== undefined) return toValue(plan.format, value);
  // True is no temperature: only a point of declared states takes it for one of them.
  return plan.format.states === null ? bad('decode') : toValue(plan.format, Number(raw));
}

function fromNumber(plan: PointPlan, raw: number): Decoded {
  if (isSentinel(plan, raw)) return bad('sentinel');
  if (plan.bit === null) return toValue(plan.format, raw);
  if (!Number.isSafeInteger(raw) || raw < 0) return bad('decode');
  return toValue(plan.format, Math.floor(raw / 2 ** plan.bit) % 2);
}

function isSentinel({ sentinels }: PointPlan, raw: PlainValue): boolean {
  return sentinels.includes(raw);
}
