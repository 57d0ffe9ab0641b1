/**
 * An alarm of a drill on the ticket of a real matter (alarms.md B8 no. 27: the full path, marked). It changes nothing of that ticket, but the
 * equipment that has just had trouble is not mute for the length of the drill: whoever an emergency is reported to at once is told,
 * as of any other alarm of a drill, and that somebody has to look whether it is one.
 */
import type { Text } from '../core/text.ts';
import type { TicketEvent } from '../core/ticket.ts';
import { DESK } from './people-of-ticket.ts';
import type { Addressee, Telling, TellingContext } from './telling.ts';
import { toTelling } from './telling-parts.ts';
import { ASK } from './wording.ts';

/** @param event `alarm-attached`; of a real alarm, and of one that is no emergency, nothing is told here */
export function toExercise(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, detail } = event;
  const policy = context.view.policyOf(ticket);
  const alarm = ticket.alarms.find(({ occurrence }) => occurrence === detail['occurrence']);
  if (detail['isDrill'] !== true || alarm === undefined || ticket.isDrill) return [];
  if (alarm.severity === undefined || policy.priorityOf[alarm.severity] !== 'emergency') return [];
  const roles = policy.report.recipients.filter(({ when }) => when === 'at-once').map(({ role }) => role);
  const to = roles.map((role): Addressee => {
    if (role !== 'assignee') return { anyOf: [role], ask: role === 'leader' ? ASK.know : ASK.direct };
    return { anyOf: ticket.assignee === null ? [DESK] : [ticket.assignee, DESK], ask: ASK.attend };
  });
  const desk: Addressee = { anyOf: [DESK], ask: ASK.know };
  const told = { kind: 'emergency', priority: 'emergency', to: [...to, desk], event } as const;
  const telling = toTelling({ ...told, fact: toFact(alarm.text) }, context);
  return [{ ...telling, about: { ...telling.about, isDrill: true, what: alarm.text }, hours: null }];
}

function toFact({ zh, en }: Text): Text {
  return {
    zh: `演练期间告警：${zh}；该设备有未办结的真实工单，请立即核实是否属实`,
    en: `Alarm during a drill: ${en}. A real ticket of this equipment is open: verify at once whether it is real`,
  };
}
