/** Whether an alarm should not occur now by the rule's own design: outside its hours, or an effect to be expected. */
import type { AlarmLevel } from '../alarms/step.ts';
import type { RuleDef } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { CalendarId } from '../core/ids.ts';
import { QUALITIES } from '../core/quality.ts';
import type { DecisionContext } from './context.ts';

type SuppressionContext = Pick<DecisionContext, 'model' | 'rules' | 'isWithin' | 'isReading'>;

/**
 * null = it may occur. What cannot be judged hides nothing, but after a start a sign that may not have been read yet goes on
 * hiding what it hid (silent reconcile). @param open the open occurrence
 */
export function toDesignSuppression(
  context: SuppressionContext,
  rule: RuleDef,
  open: Occurrence | null,
): AlarmLevel['suppression'] {
  const { model, rules, isWithin } = context;
  const { calendar, expectedWhen, index } = rule;
  const wasExpected = open?.suppression?.reason === 'expected' && isUnread(context, index);
  if (expectedWhen !== null && (wasExpected || rules.isExpected(index)))
    return { reason: 'expected', text: expectedWhen.text };
  if (calendar === null || isWithin(calendar)) return null;
  const { name } = defined(model.calendars.get(calendar), `calendar ${calendar}`);
  return {
    reason: 'schedule',
    text: { zh: `不在监视时段（${name.zh}）`, en: `outside its hours (${name.en})` },
  };
}

function isUnread({ rules, isReading }: SuppressionContext, rule: number): boolean {
  const { expected } = rules.state(rule);
  return !isReading && expected.some(({ sample }) => sample.quality === QUALITIES['no-data'].code);
}

/** Asks each calendar once a round. */
export function createHours(
  isWithinCalendar: (calendar: CalendarId) => boolean,
): (calendar: CalendarId) => boolean {
  const known = new Map<CalendarId, boolean>();
  return (calendar) => {
    const isWithin = known.get(calendar) ?? isWithinCalendar(calendar);
    known.set(calendar, isWithin);
    return isWithin;
  };
}
