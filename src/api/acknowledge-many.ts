/** Bulk acknowledgement: which occurrences a list or a filter means, and why others are left out. The engine acknowledges. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Occurrence, toIsaState } from '../core/alarm.ts';
import type { OccurrenceId } from '../core/ids.ts';
import type { AcknowledgeFilter } from './alarm-requests.ts';
import type { AcknowledgedView, LeftOutReason } from './alarm-schemas.ts';
import { readOpenAlarms, toMatcher } from './alarm-search.ts';
import type { ApiServices } from './services.ts';

/** Occurrences that are looked up in one turn of the event loop: about 5 ms. */
const IDS_PER_TURN = 50;
/** Ids that are named for one reason; the number says how many there are. */
const LISTED = 100;

export interface Chosen {
  readonly wanted: readonly OccurrenceId[];
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly id: string;
  readonly reason: LeftOutReason;
}

type Services = Pick<ApiServices, 'queries' | 'model' | 'clock'>;

/** What is named by id is meant, life safety and what is hidden included. */
export async function chooseByIds({ queries }: Services, ids: readonly string[]): Promise<Chosen> {
  const wanted: OccurrenceId[] = [];
  const leftOut: LeftOut[] = [];
  for (const [index, id] of ids.entries()) {
    if (index > 0 && index % IDS_PER_TURN === 0) await nextTurn();
    const occurrence = await queries.alarm(id);
    const reason = occurrence === null ? 'unknown' : toObstacle(occurrence);
    if (occurrence !== null && reason === null) wanted.push(occurrence.id);
    else if (reason !== null) leftOut.push({ id, reason });
  }
  return { wanted, leftOut };
}

/** Of a filter only what is annunciated is meant: nobody has seen what is hidden. */
export async function chooseByFilter(
  { queries, model, clock }: Services,
  { olderThanMs, storm, ...rest }: AcknowledgeFilter,
  includeLifeSafety: boolean,
): Promise<Chosen> {
  const raisedByMs = olderThanMs === undefined ? undefined : clock.now().wallMs - olderThanMs;
  const match = toMatcher(model, { ...rest, ...(raisedByMs !== undefined && { raisedByMs }) });
  const wanted: OccurrenceId[] = [];
  const leftOut: LeftOut[] = [];
  for (const occurrence of await readOpenAlarms(queries, storm)) {
    if (toObstacle(occurrence) !== null || !match(occurrence)) continue;
    const { id, severity } = occurrence;
    if (severity === 'life-safety' && !includeLifeSafety) leftOut.push({ id, reason: 'life-safety' });
    else if ('EFG'.includes(toIsaState(occurrence))) leftOut.push({ id, reason: 'hidden' });
    else wanted.push(id);
  }
  return { wanted, leftOut };
}

/** @param acknowledged by this request; somebody else was quicker with the rest */
export function toAcknowledgedView(
  { wanted, leftOut }: Chosen,
  acknowledged: readonly OccurrenceId[],
): AcknowledgedView {
  const done = new Set<string>(acknowledged);
  const late = wanted.filter((id) => !done.has(id)).map((id): LeftOut => ({ id, reason: 'acknowledged' }));
  const byReason = Map.groupBy([...leftOut, ...late], ({ reason }) => reason);
  return {
    acknowledged: [...acknowledged],
    leftOut: [...byReason].map(([reason, those]) => ({
      reason,
      count: those.length,
      occurrences: those.slice(0, LISTED).map(({ id }) => id),
    })),
  };
}

function toObstacle({ endedAtMs, acknowledged }: Occurrence): 'ended' | 'acknowledged' | null {
  if (endedAtMs !== null) return 'ended';
  return acknowledged === null ? null : 'acknowledged';
}
