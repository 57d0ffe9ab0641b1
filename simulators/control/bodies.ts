/** Parses the bodies of the control interface that are more than a few words. Answers are routes.ts. */
import { TABLES, type Table, type Variable } from '../devices/device.ts';

export type Body = Readonly<Record<string, unknown>>;

export interface PinnedVariable {
  readonly equipment: string;
  readonly name: string;
  /** null lets go. */
  readonly pinned: Variable | null;
}

export interface RawMessage {
  readonly equipment: string;
  readonly topic: string;
  readonly payload: string;
}

const TYPES = ['Boolean', 'Int32', 'Double', 'String'] as const satisfies readonly Variable['type'][];
const STATUSES = [
  'Good',
  'UncertainLastUsableValue',
  'BadSensorFailure',
  'BadNoCommunication',
] as const satisfies readonly NonNullable<Variable['status']>[];
/** JSON has no words for them, but a broken instrument sends them. */
const NOT_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);
/** Levels of plain text; wildcards are for subscribers. */
const TOPIC = /^[^+#\0]{1,200}$/;

export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTable(value: unknown): value is Table {
  return TABLES.some((table) => table === value);
}

/** A whole number of 16 bits. */
export function isWord(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}

export function hasOnly(body: Body, known: readonly string[]): boolean {
  return Object.keys(body).every((key) => known.includes(key));
}

/**
 * @param toType the type that the variable has, for a body that names none
 * @returns null when the body is not understood
 */
export function parsePinnedVariable(
  body: unknown,
  toType: (equipment: string, name: string) => Variable['type'] | undefined,
): PinnedVariable | null {
  if (!isBody(body) || !hasOnly(body, ['equipment', 'name', 'value', 'type', 'status'])) return null;
  const { equipment, name, value, status } = body;
  if (typeof equipment !== 'string' || typeof name !== 'string' || value === undefined) return null;
  if (value === null) return { equipment, name, pinned: null };
  // A variable that is not there is answered as such, whatever type its value would have had.
  const wanted = body['type'] ?? toType(equipment, name) ?? toOwnType(value);
  const type = TYPES.find((each) => each === wanted);
  const known = STATUSES.find((each) => each === (status ?? 'Good'));
  const parsed = type === undefined ? null : parseValue(type, value);
  if (type === undefined || known === undefined || parsed === null) return null;
  return { equipment, name, pinned: { type, value: parsed, status: known } };
}

/** @returns null when the body is not understood. */
export function parseMessage(body: unknown): RawMessage | null {
  if (!isBody(body) || !hasOnly(body, ['equipment', 'topic', 'payload'])) return null;
  const { equipment, topic, payload } = body;
  if (typeof equipment !== 'string' || typeof topic !== 'string' || !TOPIC.test(topic)) return null;
  if (payload === undefined) return null;
  if (payload === null) return { equipment, topic, payload: '' };
  return { equipment, topic, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) };
}

function toOwnType(value: unknown): Variable['type'] {
  if (typeof value === 'boolean') return 'Boolean';
  return typeof value === 'number' ? 'Double' : 'String';
}

function parseValue(type: Variable['type'], value: unknown): Variable['value'] | null {
  switch (type) {
    case 'Boolean':
      return typeof value === 'boolean' ? value : null;
    case 'Int32':
      return typeof value === 'number' && (value | 0) === value ? value : null;
    case 'Double':
      return typeof value === 'number' ? value : (NOT_FINITE.get(value) ?? null);
    case 'String':
      return typeof value === 'string' ? value : null;
    default:
      return type satisfies never;
  }
}
