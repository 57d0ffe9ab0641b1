/**
 * What an alarm that leaves its ticket by a split makes of the ticket that it gets: the source, the class, the place and the
 * people that it would have had if the gateway had opened that one. The split itself is tickets/split.ts.
 */
import { toAlarmSettings } from '../config/alarm-start.ts';
import type { AlarmKey, OccurrenceId } from '../core/ids.ts';
import { SEVERITIES } from '../core/severity.ts';
import type { Ticket } from '../core/ticket.ts';
import { toAffectedArea } from '../tickets/affected.ts';
import { routeTicket } from '../tickets/routing.ts';
import type { AlarmFields } from '../tickets/split.ts';
import type { DecisionContext } from './context.ts';
import { toSubject } from './register.ts';
import type { Tentative } from './tentative.ts';

/** Of the gravest of the named alarms; undefined = none is named, or its rule is gone: the ticket says what is known of it. */
export function toAlarmFields(
  tx: Tentative,
  { model, policyOf }: DecisionContext,
  ticket: Ticket,
  occurrences: readonly OccurrenceId[],
  nowMs: number,
): AlarmFields | undefined {
  const policy = policyOf(ticket);
  const named = ticket.alarms.filter(({ occurrence }) => occurrences.includes(occurrence));
  const known = named.flatMap(({ occurrence, key }) => {
    const rule = model.rules.find((it) => it.key === (key as AlarmKey));
    const severity = tx.occurrenceById(occurrence)?.severity ?? rule?.severity;
    return rule === undefined || severity === undefined ? [] : [{ rule, severity }];
  });
  const [gravest] = known.toSorted((a, b) => SEVERITIES[b.severity].rank - SEVERITIES[a.severity].rank);
  if (gravest === undefined) return undefined;
  const { rule, severity } = gravest;
  const subject = toSubject(model, rule.equipment, null, nowMs);
  const { isUnderWarranty } = subject;
  const { isDifficult: _never, ...settings } = toAlarmSettings(
    { severity, class: rule.class, isUnderWarranty },
    policy,
  );
  return {
    ...settings,
    channel: 'alarm',
    place: subject.place,
    location: subject.location,
    equipment: rule.equipment,
    equipmentName: subject.equipmentName,
    faultKind: rule.faultKind,
    sparePart: subject.sparePart,
    contact: { ...subject.contact, personal: null, isConfirmed: null },
    assignee: routeTicket(subject, rule.class, policy),
    contractor: isUnderWarranty ? subject.contractor : null,
    history: tx.service.pastRepairs(rule.equipment),
    affected: toAffectedArea(model, rule.equipment),
  };
}
