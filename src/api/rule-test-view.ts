/** Turns the tests of a rule into the shape of the public API, with the points of the equipment that was asked about. Pure. */
import type { SiteModel } from '../config/model.ts';
import { never } from '../core/assert.ts';
import type { EquipmentId, RuleId } from '../core/ids.ts';
import { QUALITIES } from '../core/quality.ts';
import type {
  CaseEvent,
  CaseOutcome,
  Expectation,
  Expected,
  RuleTestReport,
  SignalStep,
} from '../rule-tests/port.ts';
import type { RuleTestsView } from './rule-test-schema.ts';

type CaseView = RuleTestsView['cases'][number];

export function toRuleTestsView(
  report: RuleTestReport,
  { equipment, rule, isRuleChanged }: { equipment: EquipmentId; rule: RuleId; isRuleChanged: boolean },
  model: Pick<SiteModel, 'equipment'>,
): RuleTestsView {
  const { file, cases, lastRun } = report;
  const outcomes = lastRun?.outcomes ?? [];
  const passed = outcomes.filter(isPassed).length;
  const whole = model.equipment.get(equipment)?.parent ?? equipment;
  return {
    equipment,
    rule,
    file,
    isRuleChanged,
    lastRun: lastRun && {
      atMs: lastRun.atMs,
      tookMs: lastRun.tookMs,
      passed,
      failed: outcomes.length - passed,
    },
    cases: cases.map(({ name, points, events, expect, also, everyMs }, at) => ({
      name,
      points: points.map(({ point, steps }) => ({
        point: toPointId(whole, point),
        steps: steps.map(toStepView),
      })),
      events: events.map(toEventView),
      expect: expect.map(toExpectedView),
      also: [...also],
      everyMs,
      outcome: toOutcomeView(outcomes[at]),
    })),
  };
}

/** @param name within the equipment: `flow`, `pump-1/running` */
function toPointId(whole: EquipmentId, name: string): string {
  return name.includes('/') ? `${whole}-${name}` : `${whole}/${name}`;
}

function toStepView({ atMs, signal }: SignalStep): CaseView['points'][number]['steps'][number] {
  const { type } = signal;
  switch (type) {
    case 'silent':
      return { atMs, type, values: [], quality: null, ms: 0 };
    case 'held':
      return {
        atMs,
        type,
        values: signal.value === null ? [] : [signal.value],
        quality: signal.quality && QUALITIES[signal.quality].code,
        ms: signal.lateMs,
      };
    case 'ramp':
      return { atMs, type, values: [signal.from, signal.to], quality: null, ms: signal.overMs };
    case 'alternate':
      return { atMs, type, values: [...signal.values], quality: null, ms: signal.everyMs };
    default:
      return never(type);
  }
}

function toEventView({ atMs, happening, refused }: CaseEvent): CaseView['events'][number] {
  return { atMs, type: happening.type, ms: toMs(happening), refused };
}

function toMs(happening: CaseEvent['happening']): number | null {
  if ('downMs' in happening) return happening.downMs;
  if ('byMs' in happening) return happening.byMs;
  return 'forMs' in happening ? happening.forMs : null;
}

function toExpectedView({ atMs, expected }: Expectation): CaseView['expect'][number] {
  const { isNothing, state, level, severity, isBlind, ticket, messages } = expected;
  return {
    atMs,
    isNothing: isNothing === true,
    state: state ?? null,
    level: level ?? null,
    severity: severity ?? null,
    isBlind: isBlind ?? null,
    ticket: toTicketText(ticket),
    messages: messages === undefined ? null : [...messages],
  };
}

function toTicketText(ticket: Expected['ticket']): string | null {
  if (ticket === undefined) return null;
  return typeof ticket === 'string' ? ticket : `${ticket.class}/${ticket.priority}`;
}

function toOutcomeView(outcome: CaseOutcome | undefined): CaseView['outcome'] {
  if (outcome === undefined) return null;
  const failures = outcome.failures.map(({ atMs, expected, found }) => ({ atMs, expected, found }));
  return { isPassed: isPassed(outcome), failures, timeline: [...outcome.timeline] };
}

function isPassed({ failures }: CaseOutcome): boolean {
  return failures.length === 0;
}
