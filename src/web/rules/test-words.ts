/** The cases of a rule's tests in words: what its points give, what happens, what must come of it. Pure. */
import type { TFunction } from 'i18next';
import type { PointDefinition, RuleTests } from '../api/types.ts';
import { zh } from '../locales/zh.ts';
import { toEventText } from '../shared/to-event-text.ts';
import type { Format } from '../shared/use-format.ts';

export type TestCase = RuleTests['cases'][number];
type Step = TestCase['points'][number]['steps'][number];
type Event = TestCase['events'][number];
type Expected = TestCase['expect'][number];

export interface TestWordsContext {
  readonly t: TFunction;
  readonly format: Pick<Format, 'span' | 'text' | 'value'>;
  /** Words of a quality code. */
  readonly toQuality: (code: number) => string;
}

/** Something at one time of the case. */
export interface TimedText {
  readonly atMs: number;
  readonly text: string;
}

export function toStepText(
  { type, values, quality, ms }: Step,
  point: PointDefinition | undefined,
  context: TestWordsContext,
): string {
  const { t, format } = context;
  const duration = format.span(ms);
  const [first, last] = values.map((value) => toValueText(value, point, context));
  if (type === 'silent') return t('ruleTests.signal.silent');
  if (type === 'ramp') return t('ruleTests.signal.ramp', { from: first, to: last, duration });
  if (type === 'alternate') {
    const list = values.map((value) => toValueText(value, point, context)).join(t('common.separator'));
    return t('ruleTests.signal.alternate', { values: list, duration });
  }
  if (quality === null) {
    const value = first ?? t('ruleTests.signal.last');
    return ms === 0 ? value : t('ruleTests.signal.late', { value, duration });
  }
  const word = context.toQuality(quality);
  return first === undefined ? word : t('ruleTests.signal.withQuality', { value: first, quality: word });
}

export function toHappeningText({ type, ms, refused }: Event, { t, format }: TestWordsContext): string {
  const key = Object.hasOwn(zh.ruleTests.event, type) ? (type as 'restart') : null;
  const duration = format.span(Math.abs(ms ?? 0));
  const sign = ms !== null && ms < 0 ? '−' : '+';
  const event = key === null ? type : t(`ruleTests.event.${key}`, { duration, sign });
  return refused === null ? event : t('ruleTests.refused', { event, code: refused });
}

export function toExpectedText(expected: Expected, { t }: TestWordsContext): string {
  const { isNothing, state, level, severity, isBlind, ticket, messages } = expected;
  const parts = [
    isNothing && t('ruleTests.nothing'),
    state !== null && `${state} ${t(`alarmState.${state}`)}`,
    level !== null && (Object.hasOwn(zh.ruleWords, level) ? t(`ruleWords.${level as 'hi'}`) : level),
    severity !== null && t('common.pair', { name: t('alarms.severity'), value: t(`severity.${severity}`) }),
    isBlind !== null && (isBlind ? t('ruleTests.blind') : t('ruleTests.sighted')),
    ticket !== null && toTicketText(ticket, t),
    messages !== null && toMessagesText(messages, t),
  ];
  return parts.filter((part) => part !== false).join(t('common.clause'));
}

/** `0 秒`, `12.5 秒`, `10 分钟`: since the beginning of the case. */
export function toCaseTime(atMs: number, { format }: Pick<TestWordsContext, 'format'>): string {
  return format.span(atMs);
}

function toValueText(
  value: number,
  point: PointDefinition | undefined,
  { format }: TestWordsContext,
): string {
  const state = point?.states.find((one) => one.value === value);
  if (state !== undefined) return format.text(state.text);
  return point === undefined || point.unit === '' ? String(value) : `${value} ${point.unit}`;
}

function toTicketText(ticket: string, t: TFunction): string {
  if (ticket === 'none') return t('ruleTests.noTicket');
  const [kind = '', priority = ''] = ticket.split('/');
  if (!Object.hasOwn(zh.class, kind) || !Object.hasOwn(zh.priority, priority)) return t('ruleTests.ticket');
  const of = {
    class: t(`class.${kind as 'fire'}`),
    priority: t(`priority.${priority as 'urgent'}`),
  };
  return t('common.pair', { name: t('ruleTests.ticket'), value: t('ruleTests.ticketOf', of) });
}

function toMessagesText(messages: readonly string[], t: TFunction): string {
  if (messages.length === 0) return t('ruleTests.noMessages');
  const list = messages.map((message) => toEventText(t, 'alarmEvent', message)).join(t('common.separator'));
  return t('ruleTests.messages', { list });
}
