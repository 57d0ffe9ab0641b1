/**
 * One event more: pure, for live events, for the alarm history and for a backtest alike. Drills and what is out of service
 * count nowhere; what is hidden (shelved, suppressed, explained) is counted as hidden, never as annunciated.
 */
import { type Cell, countAt, countSeverity, toBin } from './cell.ts';
import { FiguresEdit } from './edit.ts';
import { type ControlFigure, type FigureEvent, isAnnunciated, type OccurrenceFigure } from './event.ts';
import type { AlarmMemory, Figures } from './figures.ts';
import { FIGURE_RULES } from './limits.ts';

/** @param events in the order in which they happened */
export function stepFigures(figures: Figures, events: readonly FigureEvent[]): Figures {
  const edit = new FiguresEdit(figures);
  for (const event of events) takeFigureEvent(edit, event);
  return edit.finish();
}

/** For those who step through many pages with an edit of their own. */
export function takeFigureEvent(edit: FiguresEdit, event: FigureEvent): void {
  const before = edit.memoryOf(event.key);
  switch (event.kind) {
    case 'occurrence':
      edit.remember(event.key, takeOccurrence(edit, before, event));
      return;
    case 'control':
      edit.remember(event.key, takeControl(edit, before, event));
      return;
    case 'false-alarm':
      edit.change(event.key, event.atMs, ({ falseAlarms }) => ({ falseAlarms: falseAlarms + 1 }));
      return;
    default:
      event satisfies never;
  }
}

function takeOccurrence(edit: FiguresEdit, before: AlarmMemory, event: OccurrenceFigure): AlarmMemory {
  const { key, atMs, type, state, severity } = event;
  const isEnded = type === 'ended';
  let memory = takeControl(edit, before, event);
  if (event.isShelved === false) memory = endShelf(edit, memory, key, atMs);
  if (event.isDrill) return memory;
  const isRaise = type === 'raised' || type === 're-raised';
  if (isRaise) noteHiddenRaise(edit, event);
  if (isAnnunciated(event)) memory = annunciate(edit, memory, event);
  if (isRaise) memory = { ...memory, stretchMs: isAnnunciated(event) ? atMs : null };
  // The alarm of a drill that is over comes as one too, though it is the first that anybody counts.
  if (type === 're-alarmed' && before.activeSinceMs !== null) memory = reAlarm(edit, memory, event);
  if (type === 'acknowledged') memory = acknowledge(edit, memory, event);
  if (type === 'returned') memory = noteReturn(edit, memory, event);
  memory = followStretches(edit, memory, event);
  memory = takeSight(edit, memory, key, state === 'G' || isEnded ? null : event.blindSinceMs, atMs);
  const isAcknowledged = !isEnded && (state === 'C' || state === 'A');
  const isActive = !isEnded && event.isActive;
  const reAlarms = isRaise || isEnded ? 0 : memory.reAlarms;
  return { ...memory, isActive, isAcknowledged, severity, reAlarms };
}

/** Shelves and permits, told of an occurrence or of an alarm without one. */
function takeControl(
  edit: FiguresEdit,
  memory: AlarmMemory,
  { key, type, atMs }: Pick<ControlFigure, 'key' | 'type' | 'atMs'>,
): AlarmMemory {
  switch (type) {
    case 'shelved':
      if (memory.shelvedAtMs === atMs) return memory;
      edit.change(key, atMs, ({ shelves }) => ({ shelves: shelves + 1 }));
      return { ...memory, shelvedAtMs: atMs, shelvedSinceMs: memory.shelvedSinceMs ?? atMs };
    case 'unshelved':
    case 'shelf-expired':
      return endShelf(edit, memory, key, atMs);
    case 'out-of-service':
      return { ...memory, outSinceMs: memory.outSinceMs ?? atMs };
    case 'in-service':
    case 'service-expired':
      return endService(edit, memory, key, atMs);
    default:
      return memory;
  }
}

function endShelf(edit: FiguresEdit, memory: AlarmMemory, key: string, atMs: number): AlarmMemory {
  if (memory.shelvedSinceMs === null) return memory;
  edit.spread(key, memory.shelvedSinceMs, atMs, addShelved);
  return { ...memory, shelvedSinceMs: null };
}

function endService(edit: FiguresEdit, memory: AlarmMemory, key: string, atMs: number): AlarmMemory {
  if (memory.outSinceMs === null) return memory;
  edit.spread(key, memory.outSinceMs, atMs, addOutOfService);
  return { ...memory, outSinceMs: null };
}

/** What cannot be judged while it is out of service is nobody's blindness. */
function takeSight(
  edit: FiguresEdit,
  memory: AlarmMemory,
  key: string,
  blindSinceMs: number | null,
  atMs: number,
): AlarmMemory {
  const { blindSinceMs: before } = memory;
  if (blindSinceMs !== null) {
    return before === null ? { ...memory, blindSinceMs: Math.min(blindSinceMs, atMs) } : memory;
  }
  if (before === null) return memory;
  edit.spread(key, before, atMs, addBlind);
  return { ...memory, blindSinceMs: null };
}

function noteHiddenRaise(edit: FiguresEdit, { key, atMs, state }: OccurrenceFigure): void {
  if (state === 'F') edit.change(key, atMs, ({ suppressed }) => ({ suppressed: suppressed + 1 }));
  if (state === 'E') edit.change(key, atMs, ({ raisedShelved }) => ({ raisedShelved: raisedShelved + 1 }));
}

function annunciate(edit: FiguresEdit, memory: AlarmMemory, event: OccurrenceFigure): AlarmMemory {
  const { key, atMs, severity } = event;
  const { lastMs, previousMs, waitingSinceMs } = memory;
  const interval = edit.annunciate(atMs);
  const hasRun = lastMs !== null && atMs >= lastMs;
  const isBurst = previousMs !== null && atMs >= previousMs && atMs - previousMs <= FIGURE_RULES.burstMs;
  edit.change(key, atMs, (cell) => ({
    n: cell.n + 1,
    bySeverity: countSeverity(cell.bySeverity, severity),
    intervals: countAt(cell.intervals, interval),
    runs: cell.runs + (hasRun ? 1 : 0),
    inverseRunsHz: cell.inverseRunsHz + (hasRun ? 1 / Math.max(1, (atMs - lastMs) / 1_000) : 0),
    bursts: cell.bursts + (isBurst ? 1 : 0),
    waits: cell.waits + (waitingSinceMs === null ? 1 : 0),
  }));
  undoFleeting(edit, memory, event);
  return {
    ...memory,
    lastMs: atMs,
    previousMs: lastMs,
    fleeting: null,
    waitingSinceMs: waitingSinceMs ?? atMs,
  };
}

/** It came again at once. */
function undoFleeting(edit: FiguresEdit, { fleeting }: AlarmMemory, { key, atMs }: OccurrenceFigure): void {
  if (fleeting === null || atMs - fleeting.returnedMs >= FIGURE_RULES.fleetingQuietMs) return;
  edit.change(key, fleeting.raisedMs, (cell) => ({ fleeting: Math.max(0, cell.fleeting - 1) }));
}

function noteReturn(edit: FiguresEdit, memory: AlarmMemory, { key, atMs }: OccurrenceFigure): AlarmMemory {
  const { stretchMs } = memory;
  const isFleeting = stretchMs !== null && atMs >= stretchMs && atMs - stretchMs < FIGURE_RULES.fleetingMs;
  if (!isFleeting) return { ...memory, stretchMs: null };
  edit.change(key, stretchMs, ({ fleeting }) => ({ fleeting: fleeting + 1 }));
  return { ...memory, stretchMs: null, fleeting: { raisedMs: stretchMs, returnedMs: atMs } };
}

function reAlarm(edit: FiguresEdit, memory: AlarmMemory, { key, atMs }: OccurrenceFigure): AlarmMemory {
  const reAlarms = memory.reAlarms + 1;
  edit.change(key, atMs, ({ reAlarmsMax }) => ({ reAlarmsMax: Math.max(reAlarmsMax, reAlarms) }));
  return { ...memory, reAlarms };
}

/** Counted on the day on which the wait began. What the gateway acknowledges by itself ends a wait and is no answer. */
function acknowledge(edit: FiguresEdit, memory: AlarmMemory, event: OccurrenceFigure): AlarmMemory {
  const { waitingSinceMs: sinceMs } = memory;
  if (sinceMs === null || event.isAutomatic) return memory;
  const ms = Math.max(0, event.atMs - sinceMs);
  edit.change(event.key, sinceMs, (cell) => ({
    acknowledged: cell.acknowledged + 1,
    acknowledgedActive: cell.acknowledgedActive + (event.isActive ? 1 : 0),
    acknowledgeMs: cell.acknowledgeMs + ms,
    acknowledgeMaxMs: Math.max(cell.acknowledgeMaxMs, ms),
    acknowledgeBins: countAt(cell.acknowledgeBins, toBin(ms)),
  }));
  return memory;
}

/** Stretches of standing, of being active and of waiting for an acknowledgement: begun and ended by the state. */
function followStretches(edit: FiguresEdit, before: AlarmMemory, event: OccurrenceFigure): AlarmMemory {
  const { key, atMs, state, type } = event;
  const isOpen = type !== 'ended';
  const isStanding = isOpen && (state === 'B' || state === 'C');
  const isActive = isOpen && event.isActive && state !== 'G';
  const isWaiting = isOpen && (state === 'B' || state === 'D');
  const { standingSinceMs, activeSinceMs, waitingSinceMs } = before;
  if (!isStanding && standingSinceMs !== null) closeStanding(edit, key, standingSinceMs, atMs);
  if (!isActive && activeSinceMs !== null) closeActive(edit, key, activeSinceMs, atMs);
  if (!isWaiting && waitingSinceMs !== null) closeWaiting(edit, key, waitingSinceMs, atMs);
  return {
    ...before,
    standingSinceMs: isStanding ? (standingSinceMs ?? atMs) : null,
    activeSinceMs: isActive ? (activeSinceMs ?? atMs) : null,
    waitingSinceMs: isWaiting ? waitingSinceMs : null,
    stretchMs: isOpen ? before.stretchMs : null,
  };
}

/** Every day on which it was stale: from a day after its begin on. */
function closeStanding(edit: FiguresEdit, key: string, sinceMs: number, atMs: number): void {
  edit.spread(key, sinceMs + FIGURE_RULES.staleMs, atMs, () => ({ stale: 1 }));
}

function closeActive(edit: FiguresEdit, key: string, sinceMs: number, atMs: number): void {
  edit.change(key, sinceMs, ({ activeMaxMs }) => ({ activeMaxMs: Math.max(activeMaxMs, atMs - sinceMs) }));
}

function closeWaiting(edit: FiguresEdit, key: string, sinceMs: number, atMs: number): void {
  edit.change(key, sinceMs, ({ waitMaxMs }) => ({ waitMaxMs: Math.max(waitMaxMs, atMs - sinceMs) }));
}

const addShelved = ({ shelvedMs }: Cell, ms: number): Partial<Cell> => ({ shelvedMs: shelvedMs + ms });
const addBlind = ({ blindMs }: Cell, ms: number): Partial<Cell> => ({ blindMs: blindMs + ms });
const addOutOfService = ({ outOfServiceMs }: Cell, ms: number): Partial<Cell> => ({
  outOfServiceMs: outOfServiceMs + ms,
});

/**
 * The figures as if everything that runs ended now: for views, which must count an alarm that has been standing for a week
 * before it ends. Only to be looked at; the next event is counted on the figures themselves.
 */
export function settleFigures(figures: Figures, nowMs: number): Figures {
  const edit = new FiguresEdit(figures);
  edit.pass(nowMs);
  if (edit.sliding.flood !== null) edit.addFlood(edit.sliding.flood);
  for (const part of figures.alarms.parts) {
    for (const [key, memory] of part) settleAlarm(edit, key, memory, nowMs);
  }
  return edit.finish();
}

function settleAlarm(edit: FiguresEdit, key: string, memory: AlarmMemory, nowMs: number): void {
  const { shelvedSinceMs, outSinceMs, blindSinceMs, standingSinceMs, activeSinceMs, waitingSinceMs } = memory;
  if (shelvedSinceMs !== null) edit.spread(key, shelvedSinceMs, nowMs, addShelved);
  if (outSinceMs !== null) edit.spread(key, outSinceMs, nowMs, addOutOfService);
  if (blindSinceMs !== null) edit.spread(key, blindSinceMs, nowMs, addBlind);
  if (standingSinceMs !== null) closeStanding(edit, key, standingSinceMs, nowMs);
  if (activeSinceMs !== null) closeActive(edit, key, activeSinceMs, nowMs);
  if (waitingSinceMs !== null) closeWaiting(edit, key, waitingSinceMs, nowMs);
}
