/** A final report that is owed: not graded away, not called a test by one person, and by the policy of its beginning. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { toId } from '../../src/core/ids.ts';
import { type Incident, isIncidentOver } from '../../src/core/incident.ts';
import type { IncidentChange } from '../../src/incidents/changes.ts';
import { owesReport, stepIncident } from '../../src/incidents/step.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { BEGAN_MS, begin, HOUR_MS, MINUTE_MS, MODEL, POLICY, refusalOf } from './fixtures.ts';

const NOW_MS = BEGAN_MS + 10 * MINUTE_MS;
const REAL: IncidentChange = { type: 'confirm', verdict: 'confirmed', note: '明火' };
const MAJOR = grade('major');

function grade(to: Incident['grade'], approver?: string): IncidentChange {
  const base = { type: 'grade', nature: 'safety-accident', commander: 'wang', reason: '伤一人' } as const;
  return { ...base, grade: to, ...(approver !== undefined && { approver }) };
}

function none(verdict: 'false-alarm' | 'test', note: string, approver?: string): IncidentChange {
  return { type: 'confirm', verdict, note, ...(approver !== undefined && { approver }) };
}

function make(incident: Incident, ...changes: readonly IncidentChange[]): Incident {
  return changes.reduce((now, change) => stepIncident(now, change, 'li', POLICY, NOW_MS).incident, incident);
}

const refused = (incident: Incident, change: IncidentChange) =>
  refusalOf(() => stepIncident(incident, change, 'li', POLICY, NOW_MS));

describe('a confirmed major event', () => {
  test.each([
    ['confirmed first', [REAL, MAJOR]],
    ['graded first', [MAJOR, REAL]],
  ] as const)(
    '%s: lowered by one person it is not, by two it still owes its final report',
    (_name, changes) => {
      const major = make(begin(), ...changes);
      expect(owesReport(major, POLICY)).toBe(true);
      expect(refused(major, grade('ordinary'))).toMatchObject({
        code: 'missing-fields',
        params: { fields: 'approver' },
      });
      expect(refused(major, grade('ordinary', 'li'))?.code).toBe('value-not-allowed');
      const lowered = make(major, grade('ordinary', 'sun'));
      expect(lowered.grade).toBe('ordinary');
      expect(owesReport(lowered, POLICY)).toBe(true);
      expect(lowered.record?.at(-1)).toMatchObject({
        type: 'graded',
        by: 'li',
        detail: { from: 'major', grade: 'ordinary', reason: '伤一人', approver: 'sun' },
      });
      // Nor by way of a lower grade.
      expect(refused(lowered, none('test', '测试'))?.code).toBe('missing-fields');
    },
  );

  test.each(['test', 'false-alarm'] as const)(
    'becomes a %s with a reason and another person only',
    (verdict) => {
      const major = make(begin(), REAL, MAJOR);
      expect(refused(major, none(verdict, ''))?.code).toBe('missing-fields');
      expect(refused(major, none(verdict, '误报'))).toMatchObject({
        code: 'missing-fields',
        params: { fields: 'approver' },
      });
      expect(refused(major, none(verdict, '误报', 'li'))?.code).toBe('value-not-allowed');
      const gone = make(major, none(verdict, '误报', 'sun'));
      expect(gone.record?.at(-1)).toMatchObject({
        by: 'li',
        detail: { from: 'confirmed', verdict, approver: 'sun' },
      });
      expect(owesReport(gone, POLICY)).toBe(false);
      expect(isIncidentOver(make(gone, { type: 'end', note: '' }))).toBe(true);
      // Real after all: it is owed again.
      expect(owesReport(make(gone, REAL), POLICY)).toBe(true);
    },
  );

  test('that is raised further, or graded anew as major, asks nobody else', () => {
    const major = make(begin(), REAL, MAJOR);
    expect(make(major, grade('extra-major'), grade('major')).grade).toBe('major');
  });

  test('stays in sight after its end, until the final report has gone out', () => {
    const ended = make(begin(), REAL, MAJOR, grade('ordinary', 'sun'), { type: 'end', note: '' });
    expect(isIncidentOver(ended)).toBe(false);
    expect(owesReport(ended, POLICY)).toBe(true);
  });
});

test('what was confirmed and is not major is withdrawn with a reason', () => {
  const real = make(begin(), REAL);
  expect(refused(real, none('test', ' '))).toMatchObject({
    code: 'missing-fields',
    params: { fields: 'note' },
  });
  expect(make(real, none('test', '联动测试')).verdict).toBe('test');
});

describe('through the rounds of the engine', () => {
  const site = (policy: Partial<Policy>) =>
    createTestModel({
      equipment: [
        {
          id: 'panel-a',
          kind: 'fire-panel',
          location: toId('a-room'),
          points: [{ name: 'zone-1' }],
          rules: [
            {
              id: 'zone-1',
              type: 'state',
              params: { in: [1] },
              points: ['zone-1'],
              severity: 'life-safety',
              class: 'fire',
            },
          ],
        },
      ],
      policy: {
        incidents: { ...POLICY.incidents, responsible: ['desk'] },
        escalation: {
          unansweredMs: 5 * MINUTE_MS,
          ladder: [{ role: 'supervisor', afterMs: 0 }],
          breach: 'supervisor',
        },
        ...policy,
      },
      overrides: { locations: MODEL.locations },
    });
  const before = site({ version: 'before' });
  const after = site({
    version: 'after',
    incidents: { ...POLICY.incidents, reportMs: 24 * HOUR_MS, majorGrades: [] },
  });

  function burn() {
    const loop = createTestLoop(before, undefined, {
      people: {
        firstReceiver: () => 'gateway',
        onDuty: (role) => (role === 'desk' ? 'chen' : null),
        isKnown: (name) => ['wang', 'sun', 'li'].includes(name),
      },
    });
    loop.feed({ 'zone-1': 0 });
    loop.feed({ 'zone-1': 1 });
    return loop;
  }
  const incidentOf = (loop: TestLoop): Incident => {
    const found = loop.writes.flatMap((write) => (write.type === 'incident' ? [write.incident] : [])).at(-1);
    if (found === undefined) throw new Error('no incident');
    return found;
  };
  const change = (loop: TestLoop, it: IncidentChange) => {
    const { id, version } = incidentOf(loop);
    return loop.command({ type: 'incident', incident: id, version, change: it, by: 'li' }).incident;
  };

  test('its limits are those of the policy that it was opened under, whatever is in force, over a restart', () => {
    const loop = burn();
    expect(incidentOf(loop)).toMatchObject({ policyVersion: 'before' });
    loop.replaceModel(after);
    change(loop, REAL);
    change(loop, MAJOR);
    expect(incidentOf(loop).owesFinal).toBe(true);
    loop.clock.advance(2 * HOUR_MS);
    loop.advance(1_000);
    expect(incidentOf(loop)).toMatchObject({ reportResponsible: 'wang' });
    expect(incidentOf(loop).reportBreachedAtMs).not.toBeNull();
    expect(refusalOf(() => change(loop, grade('ordinary')))?.code).toBe('missing-fields');
  });

  test('it is warned, climbs and is breached with whoever the roster has, and goes on after a restart', () => {
    const loop = burn();
    loop.clock.advance(97 * MINUTE_MS);
    loop.advance(1_000);
    expect(incidentOf(loop)).toMatchObject({ reportResponsible: 'chen', reportBreachedAtMs: null });
    loop.restart(24 * MINUTE_MS);
    loop.advance(1_000);
    expect(incidentOf(loop).record?.map(({ type }) => type)).toEqual([
      'report-warned',
      'report-breached',
      'report-escalated',
    ]);
  });

  test('an approver is somebody who is known as one', () => {
    const loop = burn();
    change(loop, REAL);
    change(loop, MAJOR);
    expect(refusalOf(() => change(loop, grade('ordinary', 'nobody')))?.code).toBe('unknown-person');
    expect(change(loop, grade('ordinary', 'sun'))).toMatchObject({ grade: 'ordinary', owesFinal: true });
  });

  test('the sheet of a ticket that is corrected takes no verdict back that owes its report', () => {
    const loop = burn();
    change(loop, REAL);
    change(loop, MAJOR);
    const [ticket] = loop.tickets();
    loop.command({
      type: 'ticket-transition',
      ticket: toId(ticket?.id ?? ''),
      version: ticket?.version ?? 0,
      transitions: [{ type: 'confirm-fire', verdict: 'test', how: 'on-site', cause: '测试' }],
      form: null,
      actor: { username: 'li', roles: ['desk'], groups: [] },
      occurredAtMs: null,
      personal: null,
    });
    expect(incidentOf(loop)).toMatchObject({ verdict: 'confirmed', owesFinal: true });
  });
});
