/**
 * Which events of an incident have to be told to whom: the commander, those who must report within two hours, and, when it
 * turns out to be none, everybody who was told that it was one. The emergency itself is told by its tickets.
 */
import { toReportRoles } from '../config/report-roles.ts';
import { GRADES, type Incident } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import type { About, Addressee, Telling, TellingContext } from './telling.ts';
import { toRaisesOf } from './told-tellings.ts';
import { ASK } from './wording.ts';

export function toIncidentTellings(event: IncidentEvent, context: TellingContext): readonly Telling[] {
  const { incident } = event;
  switch (event.type) {
    case 'confirmed':
      return incident.verdict === 'confirmed'
        ? [toReportDue(event, toReporters(incident, context), toDueFact(event, context))]
        : [
            ...toAllClear(event, context, NO_INCIDENT[incident.verdict === 'test' ? 'test' : 'false-alarm']),
            ...toApproval(event, context),
          ];
    case 'graded':
      return [...toCommand(event), ...toApproval(event, context)];
    case 'report-warned':
      return [toReportDue(event, toWho(event, context), toDueFact(event, context))];
    case 'report-escalated': {
      const role = toName(event.detail['role']);
      return role === null ? [] : [toReportDue(event, [role], toUnansweredFact(event, context), ASK.oversee)];
    }
    case 'report-breached': {
      const { zh, en } = toWhose(event, context);
      const fact = { zh: `信息报告已超时${zh}`, en: `The report is overdue${en}` };
      const above = toName(event.detail['to']) ?? 'supervisor';
      const told = toReportDue(event, toWho(event, context), fact);
      // Whoever is both is told once.
      return [{ ...told, to: [...told.to, { anyOf: [above], ask: ASK.oversee }] }];
    }
    case 'ended':
      return incident.verdict === 'false-alarm' || incident.verdict === 'test'
        ? []
        : toAllClear(event, context, ENDED);
    default:
      return [];
  }
}

/** Each of the names, and whoever stands in for it. */
function toReportDue(
  event: IncidentEvent,
  names: readonly string[],
  fact: Text,
  ask: Text = ASK.report,
): Telling {
  const to = [{ anyOf: names, ask }];
  return { ...toBase(event), kind: 'report-due', to, fact };
}

/** Whose the report is by the roster, as the event says; before one does, the commander, or the roles of the policy. */
function toWho({ incident, detail }: IncidentEvent, context: TellingContext): readonly string[] {
  const responsible = toName(detail['responsible']);
  const roles = toReporters(incident, context);
  return responsible === null ? roles : [responsible, ...roles];
}

function toReporters(
  { commander, policyVersion = '' }: Incident,
  { view }: TellingContext,
): readonly string[] {
  const roles = toReportRoles(view.policyOf({ policyVersion }));
  return commander === null ? roles : [commander, ...roles];
}

/** Whoever is named as the approver is told, with who asked and why: a word in his name is not his yet. */
function toApproval(event: IncidentEvent, context: TellingContext): readonly Telling[] {
  const approver = toName(event.detail['approver']);
  if (approver === null) return [];
  const who = context.nameOf(event.by);
  const why = toName(event.detail['reason']) ?? toName(event.detail['note']) ?? '';
  const what = event.type === 'graded' ? LOWERED : WITHDRAWN;
  const fact: Text = {
    zh: `${who.zh}以您为批准人${what.zh}（${why}）`,
    en: `${who.en} has ${what.en} with you as the approver (${why})`,
  };
  const to = [{ anyOf: [approver], ask: ASK.object }];
  return [{ ...toBase(event), kind: 'information', to, fact, part: 'approval' }];
}

/** `；责任人：…`. */
function toWhose({ detail }: IncidentEvent, { nameOf }: TellingContext): Text {
  const responsible = toName(detail['responsible']);
  if (responsible === null) return { zh: '', en: '' };
  const { zh, en } = nameOf(responsible);
  return { zh: `，责任人：${zh}`, en: `; responsible: ${en}` };
}

function toUnansweredFact(event: IncidentEvent, context: TellingContext): Text {
  const { incident, atMs } = event;
  const whose = toWhose(event, context);
  const at = context.timeOf(incident.reportDueAtMs);
  const isLate = incident.reportDueAtMs <= atMs;
  return {
    zh: `信息报告${isLate ? '已' : '将'}于 ${at} 到期，预警无人响应${whose.zh}`,
    en: `The report ${isLate ? 'was' : 'is'} due at ${at}, and nobody has answered the warning${whose.en}`,
  };
}

function toName(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function toCommand(event: IncidentEvent): readonly Telling[] {
  const { commander, grade } = event.incident;
  if (commander === null) return [];
  const { zh, en } = GRADES[grade].text;
  const fact = { zh: `事件定级：${zh}，由您指挥`, en: `Grade: ${en}; you are in command` };
  return [{ ...toBase(event), kind: 'information', to: [{ anyOf: [commander], ask: ASK.direct }], fact }];
}

/** Each person once for each channel, however many tickets the incident has. */
function toAllClear(event: IncidentEvent, { view }: TellingContext, fact: Text): readonly Telling[] {
  const raises = toRaisesOf(event.incident.tickets.flatMap((ticket) => view.messagesOf(ticket)));
  if (raises.length === 0) return [];
  const to = raises.map((after): Addressee => ({ after, ask: ASK.none }));
  return [{ ...toBase(event), kind: 'information', to, fact }];
}

function toBase({ incident, by }: IncidentEvent): Omit<Telling, 'kind' | 'to' | 'fact'> {
  return { priority: 'emergency', about: toAbout(incident), version: incident.version, by, hours: null };
}

function toAbout({ id, number, location, isDrill, place, kind }: Incident): About {
  return {
    ticket: null,
    incident: id,
    occurrence: null,
    location,
    isDrill,
    number,
    where: place,
    what: KIND_TEXTS[kind],
  };
}

function toDueFact(event: IncidentEvent, context: TellingContext): Text {
  const at = context.timeOf(event.incident.reportDueAtMs);
  const { zh, en } = toWhose(event, context);
  return {
    zh: `须于 ${at} 前向产权人或业主委员会报送信息报告${zh}`,
    en: `The report to the property or owners' committee is due at ${at}${en}`,
  };
}

const KIND_TEXTS: Readonly<Record<Incident['kind'], Text>> = {
  fire: { zh: '火警', en: 'Fire' },
  entrapment: { zh: '电梯困人', en: 'Lift entrapment' },
  other: { zh: '突发事件', en: 'Emergency' },
};
const NO_INCIDENT: Readonly<Record<'false-alarm' | 'test', Text>> = {
  'false-alarm': { zh: '经核实为误报', en: 'It was a false alarm' },
  test: { zh: '经核实为测试', en: 'It was a test' },
};
const ENDED: Text = { zh: '突发事件处置结束', en: 'The emergency is over' };
const LOWERED: Text = { zh: '降低事件等级', en: 'lowered the grade of the incident' };
const WITHDRAWN: Text = {
  zh: '撤销事件“属实”的结论',
  en: 'withdrawn the verdict that the incident was real',
};
