/**
 * How a point may be written: what the profile says, filled in from range and states, and checked for what no schema
 * can say. Points of interlocks and of the read-back are names here, as in rules; expand.ts makes them indexes.
 */
import type { PartShift, ProtocolSchema, RuleIssue } from '../config/catalog.ts';
import { checkDeclared } from '../config/declared.ts';
import type { Interlock, ReadBack, WriteDef } from '../config/model.ts';
import { didYouMean, quote } from '../config/problems.ts';
import type { Path } from '../config/source.ts';
import { KINDS, type Kind } from '../core/kinds.ts';
import { checkAddress, type PointTemplate, toIssuePath } from './points.ts';
import type { ProfileContext } from './profile.ts';
import type { PointEntry, WriteEntry } from './schema.ts';

/** A write without indexes: points are `point` of the equipment itself, `part/point` of a part. */
export interface WriteTemplate extends Omit<WriteDef, 'interlocks' | 'readBack'> {
  readonly interlocks: readonly (Omit<Interlock, 'point'> & { readonly point: string })[];
  readonly readBack: Omit<ReadBack, 'point'> & { readonly point: string };
}

/** The equipment or part that points belong to. */
export interface WriteHolder {
  readonly part: string | null;
  /** Its own kind, and of a part that of its equipment. */
  readonly kinds: readonly Kind[];
  /** Key: name that an interlock can use. */
  readonly readable: ReadonlyMap<string, PointTemplate>;
  readonly protocol: string;
  /** Of the addresses in a repetition of a part; null for the equipment itself. */
  readonly shift: PartShift | null;
}

/** One point on its way through the checks. */
interface Writable {
  readonly point: PointTemplate;
  readonly entry: WriteEntry;
  readonly holder: WriteHolder;
  readonly schema: ProtocolSchema;
  readonly context: ProfileContext;
}

/** The same points; those that the profile lets people write have `write`. */
export function fillWrites(
  points: readonly PointTemplate[],
  holder: WriteHolder,
  context: ProfileContext,
): readonly PointTemplate[] {
  const schema = context.catalog.protocols[holder.protocol] as ProtocolSchema;
  return points.map((point) => {
    const { write: entry } = point.at.value as PointEntry;
    if (entry === undefined) return point;
    const writable: Writable = { point, entry, holder, schema, context };
    return isWritable(writable) ? { ...point, write: toWrite(writable) } : point;
  });
}

/** What can never be written is said once, without what else is wrong with it. */
function isWritable(writable: Writable): boolean {
  const { point, holder, schema } = writable;
  const kind = holder.kinds.find((one) => KINDS[one].isLifeSafety);
  if (kind !== undefined) {
    report(writable, [], `no write (${kind} is life safety and is never written remotely)`, 'write');
  } else if (schema.checkWrite === undefined) {
    report(writable, [], `no write (${holder.protocol} cannot write)`, 'write');
  } else if (point.type === 'text') {
    report(writable, [], 'no write (the point is a text)', 'write');
  } else return true;
  return false;
}

function report(
  { point: { at }, context: { problems } }: Writable,
  below: Path,
  expected: string,
  found: string,
): void {
  const path = [...at.path, 'write', ...below];
  problems.add(at.source, path, expected, found, below.length === 0 ? 'key' : 'value');
}

function reportAll(writable: Writable, below: Path, issues: readonly RuleIssue[]): void {
  for (const { path, expected, found } of issues) {
    report(writable, [...below, ...toIssuePath(path)], expected, found);
  }
}

function toWrite(writable: Writable): WriteTemplate {
  const { entry, holder } = writable;
  const { readBack } = entry;
  checkReadBack(writable);
  entry.interlocks.forEach((_, at) => checkInterlock(writable, at));
  const toRead = (name: string): string => (holder.part === null ? name : `${holder.part}/${name}`);
  const bounds = toBounds(writable);
  const address = toWriteAddress(writable);
  checkValues(writable, bounds, address);
  return {
    ...bounds,
    role: entry.role,
    interlocks: entry.interlocks.map(({ point, in: wanted, notIn, min, max, text }) => ({
      point: toRead(point),
      in: wanted ?? null,
      notIn: notIn ?? null,
      min: min ?? null,
      max: max ?? null,
      text,
    })),
    readBack: { ...readBack, point: toRead(readBack.point ?? writable.point.name) },
    revertAfterMs: entry.revertAfterMs ?? null,
    address,
  };
}

type Bounds = Pick<WriteDef, 'min' | 'max' | 'values'>;

/** Values from the states, or 0 and 1 of a boolean; limits from the range, or the least and greatest value. */
function toBounds(writable: Writable): Bounds {
  const { point, entry } = writable;
  const values = toValues(writable);
  const min = entry.min ?? point.range?.min ?? (values === null ? Number.NaN : Math.min(...values));
  const max = entry.max ?? point.range?.max ?? (values === null ? Number.NaN : Math.max(...values));
  if (Number.isNaN(min) || Number.isNaN(max)) {
    report(writable, [], 'min and max, or values (the point has no range and no states)', 'none');
  } else if (min > max || (min === max && values === null)) {
    report(writable, ['max'], `more than min (${min})`, String(max));
  }
  checkLimits(writable, { min, max, values });
  return { min, max, values };
}

/** @returns ascending; null = all between the limits */
function toValues({ point, entry }: Writable): readonly number[] | null {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = entry;
  const declared = entry.values ?? toDeclared(point);
  if (declared === null) return null;
  const ascending = [...new Set(declared)].sort((one, other) => one - other);
  // What the profile names itself is not dropped in silence.
  return entry.values === undefined ? ascending.filter((value) => value >= min && value <= max) : ascending;
}

function toDeclared({ states, type }: PointTemplate): readonly number[] | null {
  if (states.size > 0) return [...states.keys()];
  return type === 'boolean' ? [0, 1] : null;
}

function checkLimits(writable: Writable, { min, max, values }: Bounds): void {
  const { point, entry } = writable;
  if (values?.length === 0) report(writable, [], 'a state between min and max', 'none');
  // A value outside of the range would be read back as impossible.
  const least = point.range?.min ?? Number.NEGATIVE_INFINITY;
  const most = point.range?.max ?? Number.POSITIVE_INFINITY;
  if (entry.min !== undefined && entry.min < least) {
    report(writable, ['min'], `at least ${least} (range)`, String(entry.min));
  }
  if (entry.max !== undefined && entry.max > most) {
    report(writable, ['max'], `at most ${most} (range)`, String(entry.max));
  }
  entry.values?.forEach((value, at) => {
    if (value >= min && value <= max) return;
    report(writable, ['values', at], `a value from ${min} to ${max}`, String(value));
  });
  reportAll(writable, [], checkDeclared('values', entry.values ?? [], point));
}

/** What is allowed must be what is sent. Nothing is said of what is refused for another reason. */
function checkValues(writable: Writable, bounds: Bounds, address: WriteTemplate['address']): void {
  const { entry, schema, context } = writable;
  const { min, max, values } = bounds;
  if (
    schema.checkValue === undefined ||
    (schema.checkWrite?.(address, context.device ?? {}) ?? []).length > 0
  )
    return;
  const check = (value: number, below: Path): void => {
    // That a boolean is 0 or 1 has been said.
    const isSaid = writable.point.type === 'boolean' && value !== 0 && value !== 1;
    const expected = Number.isFinite(value) && !isSaid ? schema.checkValue?.(address, value) : undefined;
    if (typeof expected === 'string') report(writable, below, expected, String(value));
  };
  if (values === null) {
    check(min, ['min']);
    check(max, ['max']);
  } else values.forEach((value) => check(value, toValuePath(entry, value)));
}

function toValuePath({ values }: WriteEntry, value: number): Path {
  return values === undefined ? [] : ['values', values.indexOf(value)];
}

/** @returns the point of that name, null when there is none that can be compared; it is reported */
function checkReference(writable: Writable, name: string, below: Path): PointTemplate | null {
  const { readable } = writable.holder;
  const found = readable.get(name);
  if (found === undefined) {
    const expected = 'a point of this equipment';
    report(writable, below, expected, `${quote(name)}${didYouMean(name, [...readable.keys()])}`);
    return null;
  }
  if (found.type !== 'text') return found;
  report(writable, below, 'a point with a number', `${quote(name)}, a text`);
  return null;
}

function checkInterlock(writable: Writable, index: number): void {
  const interlock = writable.entry.interlocks[index];
  if (interlock === undefined) return;
  const below: Path = ['interlocks', index];
  const point = checkReference(writable, interlock.point, [...below, 'point']);
  const { in: wanted, notIn, min, max } = interlock;
  const given = [
    ...(wanted === undefined ? [] : ['in']),
    ...(notIn === undefined ? [] : ['notIn']),
    ...(min === undefined && max === undefined ? [] : ['min/max']),
  ];
  if (given.length !== 1) {
    report(writable, below, 'exactly one of in, notIn, min/max', given.join(', ') || 'none');
    return;
  }
  if (min !== undefined && max !== undefined && min > max) {
    report(writable, [...below, 'max'], `at least min (${min})`, String(max));
  }
  const key = wanted === undefined ? 'notIn' : 'in';
  reportAll(writable, below, checkDeclared(key, wanted ?? notIn ?? [], point ?? undefined));
}

function checkReadBack(writable: Writable): void {
  const { point, entry } = writable;
  const { readBack, revertAfterMs } = entry;
  if (readBack.point !== undefined) {
    const below = ['readBack', 'point'];
    const other = checkReference(writable, readBack.point, below);
    if (other !== null && other.type !== point.type) {
      report(
        writable,
        below,
        `a ${point.type}, like the point itself`,
        `${quote(readBack.point)}, a ${other.type}`,
      );
    }
  }
  if (revertAfterMs !== undefined && revertAfterMs <= readBack.withinMs) {
    const expected = `more than readBack.withinMs (${readBack.withinMs})`;
    report(writable, ['revertAfterMs'], expected, String(revertAfterMs));
  }
}

/** Its own, or where the point is read; in either case the protocol says whether it can be written. */
function toWriteAddress({ point, entry, holder, schema, context }: Writable): WriteTemplate['address'] {
  const { at } = point;
  const place = { ...at, path: [...at.path, ...(entry.address === undefined ? [] : ['write']), 'address'] };
  const address =
    entry.address === undefined
      ? point.address
      : checkAddress(entry.address, place, schema, context, holder.shift);
  for (const issue of schema.checkWrite?.(address, context.device ?? {}) ?? []) {
    context.problems.add(at.source, [...place.path, ...toIssuePath(issue.path)], issue.expected, issue.found);
  }
  return address;
}
