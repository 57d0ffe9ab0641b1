/** The two hours within which an emergency is reported: warned before, told when they are over, each once. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { type Incident, isIncidentOver } from '../../src/core/incident.ts';
import type { OnDuty } from '../../src/incidents/countdown.ts';
import { moveIncident, stepIncident, sweepIncident } from '../../src/incidents/step.ts';
import { createFakeClock } from '../support/clock.ts';
import { BEGAN_MS, begin, HOUR_MS, MINUTE_MS, POLICY } from './fixtures.ts';

const REPORT = {
  kind: 'first',
  by: 'li',
  atMs: BEGAN_MS,
  sent: null,
  type: '火灾',
  time: '10:00',
  place: 'A 座',
  nature: 'safety-accident',
  scope: '三层',
  casualties: '无',
  propertyLoss: '无',
  cause: { people: '', equipment: '', management: '', environment: '' },
  process: '',
  prevention: '',
} as const satisfies Incident['reports'][number];
const SENT = {
  ...REPORT,
  sent: { atMs: BEGAN_MS + MINUTE_MS, to: '业委会', how: '电话', evidence: '录音 12' },
} as const;

/** Sweeps each minute up to `minutes`. @returns what was told, and when: minutes after it began */
function run(incident: Incident, minutes: number, onDuty: OnDuty = () => null, policy: Policy = POLICY) {
  const clock = createFakeClock({ wallMs: BEGAN_MS });
  const told: (readonly [minute: number, type: string | undefined])[] = [];
  let now = incident;
  for (let minute = 1; minute <= minutes; minute++) {
    const { wallMs } = clock.advance(MINUTE_MS);
    const step = sweepIncident(now, policy, wallMs, onDuty);
    if (step === null) continue;
    now = step.incident;
    told.push(...step.events.map(({ type }) => [minute, type] as const));
  }
  return { told, incident: now };
}

test('a warning comes at 80 % of the time, the breach at its end, each once', () => {
  const { told, incident } = run(begin(), 300);
  expect(told).toEqual([
    [96, 'report-warned'],
    [120, 'report-breached'],
  ]);
  expect(incident).toMatchObject({
    reportWarnedAtMs: BEGAN_MS + 96 * MINUTE_MS,
    reportBreachedAtMs: BEGAN_MS + 2 * HOUR_MS,
    version: 3,
  });
});

test('one that was not looked at in time is told of the breach alone', () => {
  const step = sweepIncident(begin(), POLICY, BEGAN_MS + 5 * HOUR_MS);
  expect(step?.events.map(({ type }) => type)).toEqual(['report-breached']);
  expect(step && sweepIncident(step.incident, POLICY, BEGAN_MS + 6 * HOUR_MS)).toBeNull();
});

test('it runs on while nobody has said what it is, and after the end of what was real', () => {
  const open = begin();
  expect(run({ ...open, verdict: 'confirmed' }, 200).told).toHaveLength(2);
  expect(run({ ...open, verdict: 'confirmed', endedAtMs: BEGAN_MS + MINUTE_MS }, 200).told).toHaveLength(2);
});

test.each([
  ['a false alarm', { verdict: 'false-alarm' }],
  ['a test', { verdict: 'test' }],
  ['a drill', { isDrill: true, verdict: 'test' }],
  ['a drill that was confirmed', { isDrill: true, verdict: 'confirmed' }],
  ['one whose first report has gone out', { verdict: 'confirmed', reports: [SENT] }],
] satisfies readonly (readonly [string, Partial<Incident>])[])('nothing is told of %s', (_name, given) => {
  expect(run({ ...begin(), ...given }, 300).told).toEqual([]);
});

test('a report that is written and not sent stops nothing', () => {
  expect(run({ ...begin(), reports: [REPORT] }, 130).told).toHaveLength(2);
});

test('what turned out to be none and then real after all is told of at once', () => {
  const { incident } = run({ ...begin(), verdict: 'false-alarm' }, 150);
  const step = sweepIncident({ ...incident, verdict: 'confirmed' }, POLICY, BEGAN_MS + 151 * MINUTE_MS);
  expect(step?.events[0]?.type).toBe('report-breached');
});

describe('after a step of the wall clock', () => {
  test.each([3 * HOUR_MS, -3 * HOUR_MS])('of %d ms the time left stays', (stepMs) => {
    const moved = moveIncident(begin(), stepMs);
    const untilMs = (minutes: number): number => BEGAN_MS + stepMs + minutes * MINUTE_MS;
    expect(sweepIncident(moved, POLICY, untilMs(95))).toBeNull();
    expect(sweepIncident(moved, POLICY, untilMs(96))?.events[0]?.type).toBe('report-warned');
    expect(sweepIncident(moved, POLICY, untilMs(120))?.events[0]?.type).toBe('report-breached');
  });

  test('what joins it goes by the time since, and a report may be sent from its beginning on', () => {
    const open = begin();
    const moved = moveIncident(open, -HOUR_MS);
    expect(moved).toMatchObject({ lastAtMs: open.lastAtMs - HOUR_MS, beganAtMs: open.beganAtMs });
    const atMs = open.beganAtMs - HOUR_MS + 20 * 60_000;
    const written = { ...moved, reports: [{ ...SENT, kind: 'first' as const, sent: null }] };
    const sent = { type: 'report-sent', kind: 'first', to: 'a', how: 'b', evidence: 'c', atMs } as const;
    const step = stepIncident(written, sent, 'li', POLICY, atMs);
    expect(step.incident.reports[0]?.sent?.atMs).toBe(atMs);
    // Before it began by that clock, it was not sent.
    const early = { ...sent, atMs: open.beganAtMs - 2 * HOUR_MS };
    expect(() => stepIncident(written, early, 'li', POLICY, atMs)).toThrow();
  });

  test('what does not run is not touched', () => {
    const open = begin();
    for (const given of [{ reports: [SENT] }, { verdict: 'test' }, { reportBreachedAtMs: 1 }] as const) {
      const incident: Incident = { ...open, ...given };
      expect(moveIncident(incident, HOUR_MS).reportDueAtMs).toBe(incident.reportDueAtMs);
    }
    const ended: Incident = { ...open, endedAtMs: 1 };
    expect(moveIncident(ended, HOUR_MS)).toBe(ended);
    expect(moveIncident(open, 0)).toBe(open);
  });
});

test('an incident is over when it has ended and nothing is owed any more', () => {
  const ended: Incident = { ...begin(), verdict: 'confirmed', endedAtMs: BEGAN_MS + HOUR_MS };
  expect(isIncidentOver({ ...ended, endedAtMs: null, verdict: 'false-alarm' })).toBe(false);
  expect(isIncidentOver({ ...ended, verdict: 'false-alarm' })).toBe(true);
  expect(isIncidentOver({ ...ended, isDrill: true })).toBe(true);
  expect(isIncidentOver({ ...ended, reports: [SENT] })).toBe(false);
  expect(isIncidentOver({ ...ended, reports: [SENT, { ...SENT, kind: 'final' }] })).toBe(true);
});

describe('as a clock of a ticket', () => {
  const LADDER: Policy = {
    ...POLICY,
    incidents: { ...POLICY.incidents, responsible: ['duty', 'desk'] },
    escalation: {
      unansweredMs: 5 * MINUTE_MS,
      ladder: [
        { role: 'supervisor', afterMs: 0 },
        { role: 'manager', afterMs: 30 * MINUTE_MS },
      ],
      breach: 'supervisor',
    },
  };
  /** The desk has two shifts; from minute 100 on it is the other one. Nobody else is there. */
  const onDuty: OnDuty = (role, atMs) =>
    role === 'desk' ? (atMs < BEGAN_MS + 100 * MINUTE_MS ? 'chen' : 'li') : null;

  test('it climbs while nobody answers the warning, before and after the breach', () => {
    const { told, incident } = run(begin(), 400, onDuty, LADDER);
    expect(told).toEqual([
      [96, 'report-warned'],
      [101, 'report-escalated'],
      [120, 'report-breached'],
      [131, 'report-escalated'],
    ]);
    expect(incident.record?.map(({ type, detail }) => [type, detail['responsible'], detail['role']])).toEqual(
      [
        ['report-warned', 'chen', undefined],
        ['report-escalated', 'li', 'supervisor'],
        ['report-breached', 'li', undefined],
        ['report-escalated', 'li', 'manager'],
      ],
    );
    expect(incident).toMatchObject({
      reportResponsible: 'li',
      reportEscalation: { level: 2, nextAtMs: null },
    });
  });

  test('whoever writes a report answers it: nobody further up is told, the breach is', () => {
    const warned = run(begin(), 97, onDuty, LADDER).incident;
    const { kind, by: _by, atMs: _atMs, sent: _sent, ...content } = REPORT;
    const report = { type: 'report', report: { kind, ...content } } as const;
    const step = stepIncident(warned, report, 'chen', LADDER, BEGAN_MS + 98 * MINUTE_MS);
    expect(step.incident.reportAnsweredAtMs).toBe(BEGAN_MS + 98 * MINUTE_MS);
    expect(step.events[0]?.incident).toEqual(step.incident);
    const later = sweepIncident(step.incident, LADDER, BEGAN_MS + 119 * MINUTE_MS, onDuty);
    expect(later).toBeNull();
    const late = sweepIncident(step.incident, LADDER, BEGAN_MS + 120 * MINUTE_MS, onDuty);
    expect(late?.events.map(({ type }) => type)).toEqual(['report-breached']);
    expect(late && sweepIncident(late.incident, LADDER, BEGAN_MS + 300 * MINUTE_MS, onDuty)).toBeNull();
  });

  test('the commander answers for it once there is one', () => {
    expect(run({ ...begin(), commander: 'wang' }, 97, onDuty, LADDER).incident.reportResponsible).toBe(
      'wang',
    );
  });

  test('after a week offline the breach is with whoever was on duty when the time was over', () => {
    const weekMs = 7 * 24 * HOUR_MS;
    const roster: OnDuty = (role, atMs) =>
      role === 'duty' ? (atMs < BEGAN_MS + weekMs / 2 ? 'then' : 'now') : null;
    const step = sweepIncident(begin(), LADDER, BEGAN_MS + weekMs, roster);
    expect(step?.events.map(({ type }) => type)).toEqual(['report-breached']);
    expect(step?.incident).toMatchObject({
      reportResponsible: 'then',
      // Told now; it was over when its two hours were.
      reportBreachedAtMs: BEGAN_MS + 2 * HOUR_MS,
      reportWarnedAtMs: BEGAN_MS + weekMs,
    });
    expect(step?.events).toMatchObject([{ atMs: BEGAN_MS + weekMs }]);
    // Whoever is above is told later, from then on, as of any warning.
    const next = step && sweepIncident(step.incident, LADDER, BEGAN_MS + weekMs + 5 * MINUTE_MS, roster);
    expect(next?.events.map(({ type }) => type)).toEqual(['report-escalated']);
  });

  test('where nobody is known to be on duty it is with the role', () => {
    expect(run(begin(), 97, () => null, LADDER).incident.reportResponsible).toBe('duty');
    expect(run(begin(), 97).incident.reportResponsible).toBe(POLICY.escalation.ladder[0]?.role ?? 'desk');
  });

  test.each([3 * HOUR_MS, -3 * HOUR_MS])(
    'a step of %d ms leaves each rung its time, also after the end',
    (stepMs) => {
      const real = { ...begin(), verdict: 'confirmed', endedAtMs: BEGAN_MS + MINUTE_MS } as const;
      const moved = moveIncident(run(real, 102, onDuty, LADDER).incident, stepMs);
      const at = (minute: number) => BEGAN_MS + stepMs + minute * MINUTE_MS;
      const types = (minute: number) =>
        sweepIncident(moved, LADDER, at(minute), onDuty)?.events.map(({ type }) => type) ?? [];
      expect(types(119)).toEqual([]);
      expect(types(120)).toEqual(['report-breached']);
      expect(types(131)).toEqual(['report-breached', 'report-escalated']);
      // Warned, and not escalated yet.
      const warned = moveIncident(run(real, 97, onDuty, LADDER).incident, stepMs);
      expect(sweepIncident(warned, LADDER, at(100), onDuty)).toBeNull();
      expect(sweepIncident(warned, LADDER, at(101), onDuty)?.events[0]?.type).toBe('report-escalated');
    },
  );
});
