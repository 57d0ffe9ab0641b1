/**
 * Finds occurrences by what the store has no index for: severity, letter, system, place, words. Reads them page by page, so
 * that others have their turn, and no more than SEARCHED_ROWS.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isPartOf } from '../config/dependence.ts';
import type { SiteModel } from '../config/model.ts';
import { type IsaState, type Occurrence, toIsaState } from '../core/alarm.ts';
import { type EquipmentId, type LocationId, toId } from '../core/ids.ts';
import { KINDS } from '../core/kinds.ts';
import { LIMITS } from '../core/limits.ts';
import type { Severity } from '../core/severity.ts';
import type { Page, StoreQueries } from '../store/store.ts';
import type { AlarmsFilter } from './alarm-requests.ts';

/** Occurrences that one search looks at, newest first: some 300 ms of reading, in slices of 10 ms. */
export const SEARCHED_ROWS = 10_000;

type Queries = Pick<StoreQueries, 'alarms' | 'stormMembers'>;
type Model = Pick<SiteModel, 'equipment' | 'locations'>;

/** All that are left out match. */
export interface AlarmMatch {
  readonly severity?: Severity;
  readonly letters?: string;
  readonly isActive?: boolean;
  readonly system?: string;
  /** With what lies in it. */
  readonly location?: string;
  /** With its parts. */
  readonly equipment?: string;
  readonly text?: string;
  readonly rule?: string;
  /** Raised then or before, UTC ms. */
  readonly raisedByMs?: number;
  /** Raised then or later, UTC ms. */
  readonly raisedFromMs?: number;
}

/** @param page of what matches, newest first; members of a storm oldest first */
export async function findAlarms(
  queries: Queries,
  model: Model,
  filter: AlarmsFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<Page<Occurrence>> {
  const { state, equipment, storm, active, raisedFrom, raisedTo, ...rest } = filter;
  const ofStore = { state, ...(equipment !== undefined && { equipment }) };
  const wanted: AlarmMatch = {
    ...rest,
    ...(active !== undefined && { isActive: active === 'true' }),
    ...(raisedFrom !== undefined && { raisedFromMs: raisedFrom }),
    ...(raisedTo !== undefined && { raisedByMs: raisedTo - 1 }),
  };
  if (storm === undefined && Object.keys(wanted).length === 0) return queries.alarms({ ...ofStore, ...page });
  const match = toMatcher(model, wanted);
  const isWanted = (occurrence: Occurrence): boolean =>
    match(occurrence) &&
    (storm === undefined ||
      ((state === 'all' || occurrence.endedAtMs === null) &&
        (equipment === undefined || occurrence.equipment === equipment)));
  const read = toReader(queries, ofStore, storm);
  const found = (await readAll(read)).filter(isWanted);
  return { items: found.slice(page.offset, page.offset + page.limit), total: found.length };
}

/** Open occurrences, of a storm or of the whole site; at most SEARCHED_ROWS. */
export function readOpenAlarms(queries: Queries, storm: string | undefined): Promise<readonly Occurrence[]> {
  return readAll(toReader(queries, { state: 'open' }, storm));
}

export function toMatcher(model: Model, wanted: AlarmMatch): (occurrence: Occurrence) => boolean {
  const { severity, letters, isActive, system, location, equipment, rule, raisedByMs, raisedFromMs } = wanted;
  const words = wanted.text?.toLowerCase();
  return (occurrence) =>
    (severity === undefined || occurrence.severity === severity) &&
    (letters === undefined || letters.includes(toIsaState(occurrence) satisfies IsaState)) &&
    (isActive === undefined || occurrence.isActive === isActive) &&
    (rule === undefined || occurrence.rule === rule) &&
    (raisedFromMs === undefined || occurrence.raisedAtMs >= raisedFromMs) &&
    (raisedByMs === undefined || occurrence.raisedAtMs <= raisedByMs) &&
    (system === undefined || toSystem(model, occurrence.equipment) === system) &&
    (equipment === undefined || isPartOf(model, occurrence.equipment, toId(equipment))) &&
    (location === undefined || isWithin(model, occurrence.equipment, location)) &&
    (words === undefined || toWords(occurrence).includes(words));
}

/** null = equipment that the site does not have any more. */
export function toSystem({ equipment }: Pick<Model, 'equipment'>, id: EquipmentId): string | null {
  const found = equipment.get(id);
  return found === undefined ? null : KINDS[found.kind].system;
}

function isWithin({ equipment, locations }: Model, id: EquipmentId, wanted: string): boolean {
  let at: LocationId | null = equipment.get(id)?.location ?? null;
  for (; at !== null; at = locations.get(at)?.parent ?? null) if (at === wanted) return true;
  return false;
}

function toWords({ text, equipmentName, place, equipment, rule }: Occurrence): string {
  const texts = [text, equipmentName, place].flatMap(({ zh, en }) => [zh, en]);
  return [...texts, `${equipment}/${rule}`].join('\n').toLowerCase();
}

type Reader = (page: { readonly limit: number; readonly offset: number }) => Promise<Page<Occurrence>>;

function toReader(
  queries: Queries,
  filter: { readonly state: 'open' | 'all'; readonly equipment?: string },
  storm: string | undefined,
): Reader {
  return storm === undefined
    ? (page) => queries.alarms({ ...filter, ...page })
    : (page) => queries.stormMembers(toId(storm), page);
}

/** What is raised meanwhile moves the pages: nothing comes twice. */
async function readAll(read: Reader): Promise<readonly Occurrence[]> {
  const found = new Map<string, Occurrence>();
  for (let offset = 0; offset < SEARCHED_ROWS; offset += LIMITS.pageRows) {
    const { items } = await read({ limit: LIMITS.pageRows, offset });
    for (const occurrence of items) found.set(occurrence.id, occurrence);
    if (items.length < LIMITS.pageRows) break;
    await nextTurn();
  }
  return [...found.values()];
}
