/**
 * The lists of a handover, made from what stands at one moment and frozen: what is written later does not change what was
 * signed. Pure. The most urgent line comes first.
 */
import { type AlarmControl, type Occurrence, toIsaState } from '../core/alarm.ts';
import type { Handover, HandoverLine } from '../core/duty.ts';
import type { Incident } from '../core/incident.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';
import { PRIORITIES, STAGES, type Ticket } from '../core/ticket.ts';
import { isCarriedOver } from '../core/ticket-carried.ts';
import type { TicketClock } from '../core/ticket-clock.ts';
import { toOffsetMs } from '../core/zone.ts';
import { HANDOVER_LIMITS } from './limits.ts';
import type { HandoverSources } from './port.ts';

export type HandoverLists = Pick<
  Handover,
  | 'standing'
  | 'shelved'
  | 'suppressed'
  | 'outOfService'
  | 'lockOuts'
  | 'tickets'
  | 'incidents'
  | 'drills'
  | 'commissioning'
  | 'blind'
>;

export function toHandoverLists(sources: HandoverSources): HandoverLists {
  const { alarms, controls, lockOuts, tickets, blind } = sources;
  const states = new Map(alarms.map((occurrence) => [occurrence, toIsaState(occurrence)]));
  const inState = (...letters: readonly string[]): Occurrence[] =>
    alarms.filter((occurrence) => letters.includes(states.get(occurrence) ?? '')).sort(bySeverity);
  return {
    standing: limit(inState('B', 'C', 'D').map((occurrence) => toStanding(occurrence, sources))),
    shelved: limit(controls.flatMap((control) => toShelved(control, sources))),
    suppressed: limit(inState('F').map((occurrence) => toSuppressed(occurrence))),
    outOfService: limit(controls.flatMap((control) => toOutOfService(control, sources))),
    lockOuts: limit(
      [...lockOuts].map(([id, { by, reason, atMs }]) => ({
        id,
        text: sources.equipmentName(id),
        detail: join(reason, by, toTime(atMs, sources)),
      })),
    ),
    incidents: limit(toIncidents(sources)),
    drills: limit(toDrills(sources)),
    commissioning: limit(toSilent(sources)),
    tickets: limit([...tickets].sort(byUrgency).map((ticket) => toTicketLine(ticket, sources))),
    blind: limit(
      blind.map(({ point, equipment, name, sinceMs, reason }) => ({
        id: point,
        text: pair(sources.equipmentName(equipment), name, reason),
        detail: sinceMs === null ? '' : toTime(sinceMs, sources),
      })),
    ),
  };
}

/** A list that is too long ends with a line that says how many are missing. */
function limit(lines: readonly HandoverLine[]): readonly HandoverLine[] {
  const { lines: max } = HANDOVER_LIMITS;
  if (lines.length <= max) return lines;
  const left = lines.length - max + 1;
  const text = { zh: `另有 ${left} 项未列出`, en: `${left} more are not listed` };
  return [...lines.slice(0, max - 1), { id: 'more', text, detail: String(left) }];
}

function toStanding(occurrence: Occurrence, sources: HandoverSources): HandoverLine {
  const { id, severity, equipmentName, text, acknowledged, raisedAtMs, blindSinceMs } = occurrence;
  const blind: readonly Text[] = blindSinceMs === null ? [] : [{ zh: '数据不可信', en: 'cannot be seen' }];
  return {
    id,
    text: pair(
      ...toDrillMark(occurrence),
      SEVERITIES[severity].text,
      equipmentName,
      text,
      toStateText(occurrence),
      ...blind,
    ),
    detail: join(toTime(raisedAtMs, sources), acknowledged?.by ?? ''),
  };
}

function toStateText({ isActive, isLatched, acknowledged }: Occurrence): Text {
  if (isActive)
    return acknowledged === null
      ? { zh: '未恢复，未确认', en: 'active, not acknowledged' }
      : { zh: '未恢复，已确认', en: 'active, acknowledged' };
  return isLatched
    ? { zh: '已恢复，待复位', en: 'returned, waits for its reset' }
    : { zh: '已恢复，未确认', en: 'returned, not acknowledged' };
}

function toShelved(
  { key, equipment, shelf }: AlarmControl,
  sources: HandoverSources,
): readonly HandoverLine[] {
  if (shelf === null) return [];
  const until = toTime(shelf.untilMs, sources);
  const end = { zh: `搁置至 ${until}`, en: `shelved until ${until}` };
  const text = pair(sources.equipmentName(equipment), sources.alarmText(key), end);
  return [{ id: key, text, detail: join(shelf.reason, shelf.by) }];
}

function toOutOfService(
  { key, equipment, outOfService }: AlarmControl,
  sources: HandoverSources,
): readonly HandoverLine[] {
  if (outOfService === null) return [];
  const { untilMs, reason, permit, by, approver } = outOfService;
  const until = toTime(untilMs, sources);
  const end = { zh: `停用至 ${until}`, en: `out of service until ${until}` };
  const text = pair(sources.equipmentName(equipment), sources.alarmText(key), end);
  return [{ id: key, text, detail: join(permit, reason, by, approver) }];
}

function toSuppressed({ id, equipmentName, text, suppression, explainedBy }: Occurrence): HandoverLine {
  const why =
    suppression?.text ??
    (explainedBy === null
      ? { zh: '', en: '' }
      : pair({ zh: '上级原因', en: 'follows from' }, explainedBy.equipmentName, explainedBy.text));
  return { id, text: pair(equipmentName, text, why), detail: '' };
}

/** What is raised there meanwhile is marked as practice: whoever takes over has to know until when. */
function toDrills(sources: HandoverSources): readonly HandoverLine[] {
  const drills = [...sources.drills].sort(([, a], [, b]) => a.untilMs - b.untilMs);
  return drills.map(([id, { by, atMs, reason, untilMs }]) => {
    const until = toTime(untilMs, sources);
    const end = { zh: `演练至 ${until}`, en: `drill until ${until}` };
    return {
      id,
      text: pair(sources.equipmentName(id), end),
      detail: join(reason, by, toTime(atMs, sources)),
    };
  });
}

/** Whoever takes over has to send the report, or see that it is sent. */
function toIncidents(sources: HandoverSources): readonly HandoverLine[] {
  const list = [...sources.incidents].sort((a, b) => a.reportDueAtMs - b.reportDueAtMs);
  return list.map(
    ({ id, number, kind, place, reportDueAtMs, reportBreachedAtMs, commander, reportResponsible }) => {
      const due = toTime(reportDueAtMs, sources);
      const end: Text =
        reportBreachedAtMs === null
          ? { zh: `信息报告限 ${due}`, en: `report due ${due}` }
          : { zh: `信息报告已超时（限 ${due}）`, en: `report overdue (was due ${due})` };
      const text = pair({ zh: number, en: number }, INCIDENT_KINDS[kind], place, end);
      return { id, text, detail: commander ?? reportResponsible ?? '' };
    },
  );
}

const INCIDENT_KINDS: Readonly<Record<Incident['kind'], Text>> = {
  fire: { zh: '火警', en: 'Fire' },
  entrapment: { zh: '电梯困人', en: 'People in a lift' },
  other: { zh: '突发事件', en: 'Incident' },
};

/** Who is at the desk has to look there himself: life safety first, then what is over first. */
function toSilent(sources: HandoverSources): readonly HandoverLine[] {
  const { commissioning } = sources;
  const list = [...commissioning].sort((a, b) => b.lifeSafety - a.lifeSafety || a.untilMs - b.untilMs);
  return list.map(({ id, by, approver, reason, untilMs, lifeSafety, standing }) => {
    const until = toTime(untilMs, sources);
    const alarms = [...standing].sort(bySeverity).map(({ severity, text }): Text => {
      const of = SEVERITIES[severity].text;
      return { zh: `未恢复：${of.zh} ${text.zh}`, en: `standing: ${of.en}, ${text.en}` };
    });
    const grave: readonly Text[] =
      lifeSafety === 0
        ? []
        : [{ zh: `生命安全告警 ${lifeSafety} 条静默`, en: `${lifeSafety} alarms of life safety are silent` }];
    const end = { zh: `调试静默至 ${until}`, en: `silent for commissioning until ${until}` };
    return {
      id,
      text: pair(sources.equipmentName(id), end, ...grave, ...alarms),
      detail: join(reason, by, approver),
    };
  });
}

/** What is practised is not taken for real, nor the other way round. */
function toDrillMark({ isDrill }: Pick<Ticket, 'isDrill'>): readonly Text[] {
  return isDrill ? [{ zh: '演练', en: 'Drill' }] : [];
}

function toTicketLine(ticket: Ticket, sources: HandoverSources): HandoverLine {
  const { id, number, priority, stage, content, place, takenBy, assignee } = ticket;
  const clock = toNearest(ticket);
  const parts: readonly Text[] = [
    ...toDrillMark(ticket),
    { zh: number, en: number },
    PRIORITIES[priority].text,
    place,
    content,
    STAGES[stage],
    ...(clock === null ? [] : [toClockText(clock, sources)]),
    ...toCarriedText(ticket, sources),
  ];
  return { id, text: pair(...parts), detail: takenBy ?? assignee ?? '' };
}

/** What the day has left over, and until when. */
function toCarriedText(ticket: Ticket, sources: HandoverSources): readonly Text[] {
  const deadlineMs = ticket.carriedOver?.deadlineAtMs ?? null;
  if (deadlineMs === null || !isCarriedOver(ticket)) return [];
  const until = toTime(deadlineMs, sources);
  return [{ zh: `当日未完成，新期限 ${until}`, en: `left over, new deadline ${until}` }];
}

function toClockText({ name, dueAtMs, breachedAtMs }: TicketClock, sources: HandoverSources): Text {
  if (breachedAtMs !== null) {
    const at = toTime(breachedAtMs, sources);
    return { zh: `${name.zh}已超时（${at}）`, en: `${name.en} breached at ${at}` };
  }
  const due = dueAtMs === null ? null : toTime(dueAtMs, sources);
  return due === null
    ? { zh: `${name.zh}暂停计时`, en: `${name.en} paused` }
    : { zh: `${name.zh}限 ${due}`, en: `${name.en} due ${due}` };
}

/** The running clock that ends first; a breached one before all. */
function toNearest({ clocks }: Ticket): TicketClock | null {
  const running = clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null);
  return running.sort((a, b) => toDue(a) - toDue(b))[0] ?? null;
}

function toDue({ dueAtMs, breachedAtMs }: TicketClock): number {
  return breachedAtMs ?? dueAtMs ?? Number.MAX_SAFE_INTEGER;
}

/** A real emergency before all else, whatever limits of other matters have passed: slips are entered with times of before. */
function byUrgency(a: Ticket, b: Ticket): number {
  return Number(isEmergency(b)) - Number(isEmergency(a)) || byClock(a, b);
}

function isEmergency({ priority, isDrill }: Ticket): boolean {
  return priority === 'emergency' && !isDrill;
}

function byClock(a: Ticket, b: Ticket): number {
  const [first, second] = [a, b].map((ticket) => {
    const clock = toNearest(ticket);
    return clock === null ? Number.MAX_SAFE_INTEGER : toDue(clock);
  });
  const rank = PRIORITIES[b.priority].rank - PRIORITIES[a.priority].rank;
  return (first ?? 0) - (second ?? 0) || rank || a.receivedAtMs - b.receivedAtMs;
}

function bySeverity(a: Occurrence, b: Occurrence): number {
  return toWeight(b.severity) - toWeight(a.severity) || a.raisedAtMs - b.raisedAtMs;
}

function toWeight(severity: Severity): number {
  return SEVERITIES[severity].rank;
}

function pair(...texts: readonly Text[]): Text {
  return { zh: join(...texts.map(({ zh }) => zh)), en: join(...texts.map(({ en }) => en)) };
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** `11-28 03:00` on the clocks of the site. */
function toTime(atMs: number, { timeZone }: Pick<HandoverSources, 'timeZone'>): string {
  return new Date(atMs + toOffsetMs(timeZone, atMs)).toISOString().slice(5, 16).replace('T', ' ');
}
