/**
 * Whether a write may be made, judged by everything that is known before it. Pure. The order decides what people are
 * told first: what can never be, who may, who forbids it now, what value, what the plant says.
 */
import type { PointDef, WriteDef } from '../config/model.ts';
import { RiserError } from '../core/errors.ts';
import { KINDS, type Kind } from '../core/kinds.ts';
import type { Role } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import { UNITS } from '../core/units.ts';
import type { LockOutRow } from '../store/store.ts';
import { type PointReading, toObstacle } from './interlocks.ts';

export interface Attempt {
  readonly point: PointDef;
  /** Of the point's equipment, and of what that is a part of. */
  readonly kinds: readonly Kind[];
  readonly value: number;
  readonly roles: readonly Role[];
  /** Of the equipment, or of what it is a part of; null = no tag hangs. */
  readonly lockOut: LockOutRow | null;
  readonly read: (point: number) => PointReading;
}

/** Roles that are enough. Key: least role. */
const ENOUGH: Readonly<Record<WriteDef['role'], readonly Role[]>> = {
  engineer: ['engineer', 'supervisor', 'admin'],
  supervisor: ['supervisor', 'admin'],
};

/** @returns why it is refused; null = it may be made */
export function refusal(attempt: Attempt): RiserError | null {
  const { point, kinds, value, roles, lockOut, read } = attempt;
  const impossible = refusalForEver(point, kinds);
  if (impossible !== null || point.write === null) return impossible;
  const { role, interlocks } = point.write;
  if (!roles.some((one) => ENOUGH[role].includes(one))) {
    return new RiserError('not-permitted', { permission: `point.write (${role})` });
  }
  if (lockOut !== null) return toLockedOut(lockOut);
  if (!isAllowed(point.write, value)) {
    return new RiserError('value-not-allowed', { value, allowed: toAllowed(point, point.write) });
  }
  const why = toObstacle(interlocks, read);
  return why === null ? null : new RiserError('interlocked', { why });
}

/** What no role, tag or reading changes; also asked again right before the wire, reverts included. */
export function refusalForEver(point: PointDef, kinds: readonly Kind[]): RiserError | null {
  if (point.write === null || point.type === 'text') {
    return new RiserError('not-writable', { point: point.id });
  }
  const kind = kinds.find((one) => KINDS[one].isLifeSafety);
  return kind === undefined ? null : new RiserError('life-safety-write', { kind: KINDS[kind].text });
}

export function toLockedOut({ by, reason }: LockOutRow): RiserError {
  return new RiserError('locked-out', { by, reason });
}

function isAllowed({ min, max, values }: WriteDef, value: number): boolean {
  if (!Number.isFinite(value) || value < min || value > max) return false;
  return values === null || values.includes(value);
}

/** `0.3–0.6 MPa`; `0 停用, 2 自动`. */
function toAllowed({ unit, states }: PointDef, { min, max, values }: WriteDef): Text {
  const symbol = UNITS[unit] === '' ? '' : ` ${UNITS[unit]}`;
  if (values === null) return { zh: `${min}–${max}${symbol}`, en: `${min}–${max}${symbol}` };
  const name = (value: number, language: 'zh' | 'en'): string =>
    [value, states.get(value)?.[language]].filter((word) => word !== undefined).join(' ');
  return {
    zh: `${values.map((value) => name(value, 'zh')).join('、')}${symbol}`,
    en: `${values.map((value) => name(value, 'en')).join(', ')}${symbol}`,
  };
}
