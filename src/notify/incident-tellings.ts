/**
 * Which events of an incident have to be told to whom: the commander, those who must report within two hours, and, when it
 * turns out to be none, everybody who was told that it was one. The emergency itself is told by its tickets.
 */
import { GRADES, type Incident } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import type { About, Addressee, Telling, TellingContext } from './telling.ts';
import { toRaisesOf } from './ticket-tellings.ts';
import { ASK } from './wording.ts';

export function toIncidentTellings(event: IncidentEvent, context: TellingContext): readonly Telling[] {
  const { incident } = event;
  switch (event.type) {
    case 'confirmed':
      return incident.verdict === 'confirmed'
        ? [toReportDue(event, toWarned(incident, context), toDueFact(incident, context))]
        : toAllClear(event, context, NO_INCIDENT[incident.verdict === 'test' ? 'test' : 'false-alarm']);
    case 'graded':
      return toCommand(event);
    case 'report-warned':
      return [toReportDue(event, toWarned(incident, context), toDueFact(incident, context))];
    case 'report-breached': {
      const fact = { zh: '信息报告已超时', en: 'The report is overdue' };
      return [toReportDue(event, toLadder(incident, context), fact)];
    }
    case 'ended':
      return incident.verdict === 'false-alarm' || incident.verdict === 'test'
        ? []
        : toAllClear(event, context, ENDED);
    default:
      return [];
  }
}

function toReportDue(event: IncidentEvent, names: readonly string[], fact: Text): Telling {
  const to = names.map((name): Addressee => ({ anyOf: [name], ask: ASK.report }));
  return { ...toBase(event), kind: 'report-due', to, fact };
}

/** The commander, or the first above where none is named. */
function toWarned({ commander }: Incident, context: TellingContext): readonly string[] {
  const [first] = toRungs(context);
  return commander !== null ? [commander] : first === undefined ? ['supervisor'] : [first];
}

function toLadder(incident: Incident, context: TellingContext): readonly string[] {
  return [...new Set([...toWarned(incident, context), ...toRungs(context)])];
}

function toRungs({ view }: TellingContext): readonly string[] {
  // Of the policy in force: an incident has none of its own.
  return view.policyOf({ policyVersion: '' }).escalation.ladder.map(({ role }) => role);
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

function toDueFact({ reportDueAtMs }: Incident, { timeOf }: TellingContext): Text {
  const at = timeOf(reportDueAtMs);
  return {
    zh: `须于 ${at} 前向产权人或业主委员会报送信息报告`,
    en: `The report to the property or owners' committee is due at ${at}`,
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
