/**
 * The flood governor of the site (alarms.md B7): counts what calls people, and while a flood is on makes one matter of it.
 * What a flood and a storm are is alarms/{flood,storm}.ts; here they meet alarms, rules and tickets.
 *
 *   annunciation ─▶ count ─▶ flood? ──no──▶ told and ticketed by itself
 *                              │ yes
 *                              ▼
 *                   member of the storm: told with the digest (medium, low), carried by the storm's ticket
 */
import { isAnnunciation, isHidden } from '../alarms/annunciation.ts';
import { type Annunciation, type FloodEffect, isToldSingly, stepFlood } from '../alarms/flood.ts';
import {
  beginStorm,
  endStorm,
  hasRoomFor,
  isGroupable,
  isGrouped,
  isStormOn,
  isTooLong,
  joinStorm,
  type StormMember,
  type StormState,
  withStormTicket,
} from '../alarms/storm.ts';
import type { RuleDef } from '../config/model.ts';
import type { AlarmEvent, Occurrence, StormEvent } from '../core/alarm.ts';
import { type OccurrenceId, type StormId, toId } from '../core/ids.ts';
import { KINDS, type System } from '../core/kinds.ts';
import type { Ticket } from '../core/ticket.ts';
import type { DecisionContext } from './context.ts';
import { toOpenTicket } from './explain.ts';
import { toGoverningRow } from './governing.ts';
import type { Admission, FloodGovernor } from './governor.ts';
import type { Tentative } from './tentative.ts';

export const FLOOD_GOVERNOR: FloodGovernor = {
  admit,
  defers: (tx, context, occurrence, rule) =>
    isGrouped(occurrence, isRoot(context, rule)) && toOpenTicket(tx, occurrence) === null,
  carrier: toCarrier,
  noteOpened(tx, context, occurrence, rule, ticket) {
    const storm = toStormOf(tx, occurrence);
    const isCarrier = isGrouped(occurrence, isRoot(context, rule)) || occurrence.id === storm?.root.id;
    if (storm === null || !isCarrier) return;
    putStorm(tx, withStormTicket(storm, ticket.id, occurrence.severity), 'grew', context.now.wallMs);
  },
  root: (tx) => toStormOn(tx)?.root.id ?? null,
  holdsReAlarm: (tx, { severity }) => isFlood(tx) && !isToldSingly(severity),
  sweep,
  conclude(tx, context) {
    if (!tx.hasNewGoverning()) return;
    const { model, now } = context;
    tx.saveLoop(toGoverningRow(model.site.id, tx.governing, now, model.policy.alarms.flood));
  },
};

/** Annunciations that a storm may take in when it begins; a flood begins with `enter` before it, by default 10. */
const MAX_RECENT = 100;

/** Drills count for nothing: an exercise must not make one matter of alarms that are none. */
function admit(tx: Tentative, context: DecisionContext, event: AlarmEvent): Admission {
  const { occurrence } = event;
  const { severity } = occurrence;
  // What has become life safety must not be folded into a storm any more.
  const before = severity === 'life-safety' ? null : occurrence.storm;
  if (occurrence.isDrill || !isAnnunciation(event)) return { storm: before, isDigest: false };
  count(tx, context, [{ system: toSystem(context, occurrence), severity }]);
  const isOn = isFlood(tx);
  if (isOn && toStormOn(tx) === null) begin(tx, context, occurrence);
  const storm = isOn && isGroupable(occurrence) ? join(tx, context, occurrence) : before;
  remember(tx, context, occurrence.id);
  return { storm, isDigest: isOn && !isToldSingly(severity) };
}

function sweep(tx: Tentative, context: DecisionContext): void {
  const { now, model } = context;
  count(tx, context, []);
  const storm = toStormOn(tx);
  if (storm !== null && (!isFlood(tx) || isTooLong(storm, now.monoMs, model.policy.alarms.flood.maxMs)))
    putStorm(tx, endStorm(storm, tx.governing.flood.peak, now.wallMs), 'ended', now.wallMs);
  const { strays } = tx.governing;
  if (strays.length === 0) return;
  for (const stray of strays)
    tx.putStorm({ type: 'ended', atMs: now.wallMs, storm: { ...stray, endedAtMs: now.wallMs } });
  tx.putGoverning({ ...tx.governing, strays: [] });
}

function count(tx: Tentative, { model, now }: DecisionContext, annunciations: readonly Annunciation[]): void {
  const { governing } = tx;
  const { state, effects } = stepFlood(governing.flood, annunciations, now, model.policy.alarms.flood);
  if (state !== governing.flood) tx.putGoverning({ ...governing, flood: state });
  for (const effect of effects) tell(tx, effect, now.wallMs);
}

function tell(tx: Tentative, effect: FloodEffect, nowMs: number): void {
  const { storm } = tx.governing;
  if (storm === null || effect.type === 'began') return;
  if (effect.type === 'digest-due') {
    const { system, tally } = effect;
    tx.putStorm({ type: 'digest', atMs: nowMs, storm: storm.storm, digest: { system, tally } });
  } else if (isStormOn(storm)) putStorm(tx, endStorm(storm, effect.peak, nowMs), 'ended', nowMs);
}

/**
 * The storm of a flood that has none: with what was annunciated within the window before, as far as it is open. That keeps
 * its tickets; it is listed.
 */
function begin(tx: Tentative, context: DecisionContext, newest: Occurrence): void {
  const { monoMs, wallMs } = context.now;
  const sinceMonoMs = monoMs - context.model.policy.alarms.flood.windowMs;
  const ids = tx.governing.recent.flatMap(({ id, monoMs: atMs }) => (atMs > sinceMonoMs ? [id] : []));
  for (const id of new Set(ids)) {
    const occurrence = id === newest.id ? null : tx.occurrenceById(id);
    if (occurrence === null || occurrence.storm !== null || isHidden(occurrence)) continue;
    if (!isGroupable(occurrence)) continue;
    const member = { ...occurrence, storm: join(tx, context, occurrence) };
    tx.putOccurrence(member, [{ type: 'grouped', atMs: wallMs, occurrence: member }]);
  }
}

/** An occurrence belongs to the first storm that it was in: no member is in two. */
function join(tx: Tentative, context: DecisionContext, occurrence: Occurrence): StormId {
  if (occurrence.storm !== null) return occurrence.storm;
  const { now } = context;
  const { peak } = tx.governing.flood;
  const storm = toStormOn(tx);
  const member = toMember(context, occurrence);
  const next =
    storm === null
      ? beginStorm(toId(`s-${tx.next('storm')}`), occurrence.site, member, peak, now)
      : joinStorm(storm, member, peak);
  putStorm(tx, next, storm === null ? 'began' : 'grew', now.wallMs);
  return next.storm.id;
}

/** For the storm that may begin next. */
function remember(tx: Tentative, { model, now }: DecisionContext, id: OccurrenceId): void {
  const { governing } = tx;
  const most = Math.min(model.policy.alarms.flood.enter, MAX_RECENT);
  const recent = [...governing.recent, { id, monoMs: now.monoMs }].slice(-most);
  tx.putGoverning({ ...governing, recent });
}

/** The storm's own ticket, else that of its root: whichever people would see the alarm on in time. */
function toCarrier(
  tx: Tentative,
  context: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
): Ticket | null {
  const { model, now } = context;
  const storm = toStormOf(tx, occurrence);
  if (storm === null || !isGrouped(occurrence, isRoot(context, rule))) return null;
  const { severity } = occurrence;
  const own = storm.storm.ticket === null ? null : tx.ticket(storm.storm.ticket);
  if (own !== null && hasRoomFor(own, severity, storm.ticketSeverity, model.policy)) return own;
  const root = tx.occurrenceById(storm.root.id);
  const other = root === null || !isGroupable(root) ? null : toOpenTicket(tx, root);
  if (root === null || other === null || !hasRoomFor(other, severity, root.severity, model.policy))
    return null;
  putStorm(tx, withStormTicket(storm, other.id, root.severity), 'grew', now.wallMs);
  return other;
}

/** Something that follows from it stands now: what it explains is on its ticket. */
function isRoot({ causes, rules }: DecisionContext, rule: RuleDef): boolean {
  return causes.effects(rule).some(({ index }) => rules.isActive(index));
}

function isFlood(tx: Tentative): boolean {
  return tx.governing.flood.sinceMonoMs !== null;
}

function toStormOn(tx: Tentative): StormState | null {
  const { storm } = tx.governing;
  return storm !== null && isStormOn(storm) ? storm : null;
}

/** Also when it has just ended: what waited for a cause comes late. */
function toStormOf(tx: Tentative, occurrence: Occurrence): StormState | null {
  const { storm } = tx.governing;
  return storm !== null && storm.storm.id === occurrence.storm ? storm : null;
}

function putStorm(tx: Tentative, storm: StormState, type: StormEvent['type'], nowMs: number): void {
  tx.putGoverning({ ...tx.governing, storm });
  tx.putStorm({ type, atMs: nowMs, storm: storm.storm });
}

function toMember({ causes }: DecisionContext, occurrence: Occurrence): StormMember {
  const { id, key, severity, onsetAfterMs: afterMs, onsetAtMs: atMs } = occurrence;
  const rule = causes.rule(key);
  return { id, severity, afterMs, atMs, reach: rule === null ? 0 : causes.effects(rule).length };
}

/** What the model no longer has is the gateway's own matter. */
function toSystem({ model }: DecisionContext, { equipment }: Occurrence): System {
  return KINDS[model.equipment.get(equipment)?.kind ?? 'gateway'].system;
}
