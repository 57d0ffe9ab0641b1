/**
 * Rows of the list of current alarms: those of one storm stand together under a row of their own, the root on top. Life
 * safety is never folded away. Pure.
 */
import type { Alarm, Severity } from '../api/types.ts';
import { compareSeverities, isUnacknowledged } from '../shared/alarm-order.ts';

/** A storm with more members on show is folded until somebody unfolds it. */
export const FOLD_ABOVE = 20;

export type AlarmRow =
  | { readonly type: 'alarm'; readonly key: string; readonly alarm: Alarm; readonly role: Role }
  | StormRow;

/** `root` and `member` stand below the row of their storm. */
export type Role = 'single' | 'root' | 'member';

export interface StormRow {
  readonly type: 'storm';
  readonly key: string;
  readonly storm: string;
  /** null = not among the open alarms any more. */
  readonly root: Alarm | null;
  /** On show; the root first. */
  readonly members: readonly Alarm[];
  /** Worst of the members. */
  readonly severity: Severity;
  readonly isOpen: boolean;
}

/** Key: id of the storm. */
export interface Storms {
  readonly roots: ReadonlyMap<string, string>;
  /** What somebody has chosen; a storm that is missing follows FOLD_ABOVE. */
  readonly isOpen: ReadonlyMap<string, boolean>;
}

/** @param alarms in order; @param all open alarms, where the root is looked for */
export function toAlarmRows(
  alarms: readonly Alarm[],
  { roots, isOpen }: Storms,
  all: readonly Alarm[] = alarms,
): readonly AlarmRow[] {
  const ofStorm = Map.groupBy(alarms.filter(isFolded), ({ storm }) => storm ?? '');
  const placed = new Set<string>();
  return alarms.flatMap((alarm): readonly AlarmRow[] => {
    const { storm } = alarm;
    const members = storm === null || !isFolded(alarm) ? [] : (ofStorm.get(storm) ?? []);
    if (storm === null || members.length < 2) return [toRow(alarm, 'single')];
    if (placed.has(storm)) return [];
    placed.add(storm);
    const row = toStormRow(storm, members, roots.get(storm), isOpen.get(storm), all);
    if (!row.isOpen) return [row];
    return [
      row,
      ...row.members.map((member) => toRow(member, member.id === row.root?.id ? 'root' : 'member')),
    ];
  });
}

/** Each by itself, whatever storm it is in. */
export function toSingleRows(alarms: readonly Alarm[]): readonly AlarmRow[] {
  return alarms.map((alarm) => toRow(alarm, 'single'));
}

/** How many of each severity, worst first; those of which there are none are left out. */
export function tallySeverities(
  alarms: readonly Alarm[],
): readonly { readonly severity: Severity; readonly count: number }[] {
  const groups = Map.groupBy(alarms, ({ severity }) => severity);
  return [...groups]
    .map(([severity, those]) => ({ severity, count: those.length }))
    .sort((a, b) => compareSeverities(a.severity, b.severity));
}

/** What one confirmation may acknowledge: people look at life safety one by one. */
export function isBulkable(alarm: Alarm): boolean {
  return isUnacknowledged(alarm) && alarm.severity !== 'life-safety';
}

function toStormRow(
  storm: string,
  members: readonly Alarm[],
  rootId: string | undefined,
  chosen: boolean | undefined,
  all: readonly Alarm[],
): StormRow {
  const root = all.find(({ id }) => id === rootId) ?? null;
  const sorted =
    root !== null && members.includes(root) ? [root, ...members.filter((one) => one !== root)] : members;
  return {
    type: 'storm',
    key: `storm-${storm}`,
    storm,
    root,
    members: sorted,
    severity: tallySeverities(members)[0]?.severity ?? 'low',
    isOpen: chosen ?? members.length <= FOLD_ABOVE,
  };
}

function isFolded({ storm, severity }: Alarm): boolean {
  return storm !== null && severity !== 'life-safety';
}

function toRow(alarm: Alarm, role: Role): AlarmRow {
  return { type: 'alarm', key: alarm.id, alarm, role };
}
