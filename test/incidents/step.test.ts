/** What people do to an incident: every change against every verdict, before and after its end. */
import { describe, expect, test } from 'vitest';
import { GRADE_NAMES, type Incident, PHASE_NAMES } from '../../src/core/incident.ts';
import type { IncidentChange } from '../../src/incidents/changes.ts';
import { owesReport, stepIncident } from '../../src/incidents/step.ts';
import { BEGAN_MS, begin, MINUTE_MS, makeTicket, POLICY, refusalOf } from './fixtures.ts';

const NOW_MS = BEGAN_MS + 10 * MINUTE_MS;
const VERDICTS = ['open', 'confirmed', 'false-alarm', 'test'] as const;

const CONTENT = {
  type: '电气火灾',
  time: '10:00',
  place: 'A 座',
  nature: 'safety-accident',
  scope: '三层',
  casualties: '无',
  propertyLoss: '约两千元',
  cause: { people: '', equipment: '', management: '', environment: '' },
  process: '',
  prevention: '',
} as const;
const FINAL = {
  ...CONTENT,
  kind: 'final',
  cause: { people: '', equipment: '插座老化', management: '', environment: '' },
  process: '经过',
  prevention: '更换',
} as const;
const SENT = { to: '业委会', how: '邮件', evidence: '回执 0922', atMs: NOW_MS } as const;

/** Every change, and what it does where nothing forbids it. */
const CHANGES: Readonly<Record<IncidentChange['type'], { change: IncidentChange; type: string }>> = {
  confirm: { change: { type: 'confirm', verdict: 'confirmed', note: '' }, type: 'confirmed' },
  grade: {
    change: { type: 'grade', grade: 'major', nature: 'safety-accident', commander: 'wang', reason: '伤一人' },
    type: 'graded',
  },
  phase: { change: { type: 'phase', phase: 'response', note: '' }, type: 'phase' },
  report: { change: { type: 'report', report: { ...CONTENT, kind: 'first' } }, type: 'reported' },
  'report-sent': { change: { type: 'report-sent', kind: 'follow-up', ...SENT }, type: 'report-sent' },
  join: { change: { type: 'join', ticket: makeTicket('panel-a').id }, type: 'joined' },
  end: { change: { type: 'end', note: '' }, type: 'ended' },
};

/** With a follow-up report that has not gone out yet. */
function make(verdict: Incident['verdict'], isEnded: boolean): Incident {
  const report = { ...CONTENT, kind: 'follow-up', by: 'li', atMs: BEGAN_MS, sent: null } as const;
  return { ...begin(), verdict, endedAtMs: isEnded ? NOW_MS : null, reports: [report] };
}

function step(incident: Incident, change: IncidentChange, nowMs = NOW_MS) {
  return stepIncident(incident, change, 'li', POLICY, nowMs);
}

/** What the table of the design says; null = it is done. */
function toRefusal(
  type: IncidentChange['type'],
  verdict: Incident['verdict'],
  isEnded: boolean,
): string | null {
  if (isEnded) return type === 'report' || type === 'report-sent' ? null : 'incident-ended';
  return type === 'end' && verdict === 'open' ? 'incident-open' : null;
}

const cases = Object.entries(CHANGES).flatMap(([name, { change, type }]) =>
  VERDICTS.flatMap((verdict) =>
    [false, true].map((isEnded) => ({
      name,
      verdict,
      end: isEnded ? 'ended' : 'lasting',
      isEnded,
      change,
      type,
    })),
  ),
);

test.each(cases)('$name of an incident that is $verdict and $end', ({ verdict, isEnded, change, type }) => {
  const incident = make(verdict, isEnded);
  const expected = toRefusal(change.type, verdict, isEnded);
  const refusal = refusalOf(() => step(incident, change));
  expect(refusal?.code ?? null).toBe(expected);
  if (expected !== null) return;
  const made = step(incident, change);
  if (change.type === 'confirm' && verdict === 'confirmed') {
    expect(made).toEqual({ incident, events: [] });
    return;
  }
  expect(made.incident.version).toBe(incident.version + 1);
  expect(made.events).toHaveLength(1);
  expect(made.events[0]).toMatchObject({ type, by: 'li', atMs: NOW_MS, incident: made.incident });
});

describe('a verdict', () => {
  test('may turn out otherwise until the end, and the record names the one before', () => {
    const real = step(begin(), { type: 'confirm', verdict: 'confirmed', note: '明火' }).incident;
    const made = step(real, { type: 'confirm', verdict: 'false-alarm', note: '水汽' });
    expect(made.incident.verdict).toBe('false-alarm');
    expect(made.events[0]?.detail).toEqual({ from: 'confirmed', verdict: 'false-alarm', note: '水汽' });
  });

  test('of a false alarm needs its cause', () => {
    const refusal = refusalOf(() => step(begin(), { type: 'confirm', verdict: 'false-alarm', note: ' ' }));
    expect(refusal).toMatchObject({ code: 'missing-fields', params: { fields: 'note' } });
  });
});

describe('a grade', () => {
  test.each(GRADE_NAMES)('%s is given with its commander', (grade) => {
    const change = { ...CHANGES.grade.change, grade } as IncidentChange;
    const made = step(begin(), change);
    expect(made.incident).toMatchObject({ grade, commander: 'wang', nature: 'safety-accident' });
    expect(made.events[0]?.detail).toMatchObject({
      from: 'ordinary',
      grade,
      commander: 'wang',
      reason: '伤一人',
    });
  });

  test.each(['commander', 'reason'])('without its %s is refused, and that is named', (field) => {
    const change = { ...CHANGES.grade.change, [field]: '' } as IncidentChange;
    expect(refusalOf(() => step(begin(), change))).toMatchObject({
      code: 'missing-fields',
      params: { fields: field },
    });
  });
});

test.each(PHASE_NAMES.slice(1))('phase %s is entered once', (phase) => {
  const incident = begin();
  const entered = step(incident, { type: 'phase', phase, note: '' });
  expect(entered.events.map(({ detail }) => detail)).toEqual([{ from: incident.phase, to: phase, note: '' }]);
  expect(step(entered.incident, { type: 'phase', phase, note: '' }).events).toEqual([]);
});

test('phases only go onward: what lies behind is refused, what is passed over is not', () => {
  for (const [at, phase] of PHASE_NAMES.entries())
    for (const [to, next] of PHASE_NAMES.entries()) {
      const enter = () => step({ ...begin(), phase }, { type: 'phase', phase: next, note: '' });
      if (to < at) expect(refusalOf(enter)).toMatchObject({ code: 'value-not-allowed' });
      else expect(enter().incident.phase).toBe(next);
    }
});

describe('a ticket', () => {
  test('joins once', () => {
    const incident = begin();
    const joined = step(incident, CHANGES.join.change);
    expect(joined.incident.tickets).toHaveLength(2);
    expect(joined.incident.lastAtMs).toBe(NOW_MS);
    expect(step(joined.incident, CHANGES.join.change)).toEqual({ incident: joined.incident, events: [] });
  });
});

describe('a report', () => {
  const write = (incident: Incident, kind: 'first' | 'follow-up' | 'final', nowMs = NOW_MS) =>
    step(incident, { type: 'report', report: { ...FINAL, kind } }, nowMs).incident;
  const send = (incident: Incident, kind: 'first' | 'follow-up' | 'final', atMs: number, nowMs = NOW_MS) =>
    step(incident, { ...SENT, type: 'report-sent', kind, atMs }, nowMs).incident;

  test.each(['type', 'time', 'place', 'scope', 'casualties', 'propertyLoss'])('needs its %s', (field) => {
    const report = { ...CONTENT, kind: 'first', [field]: '  ' } as const;
    expect(refusalOf(() => step(begin(), { type: 'report', report }))).toMatchObject({
      code: 'missing-fields',
      params: { fields: field },
    });
  });

  test('that is the last one needs cause, process and prevention as well', () => {
    const report = { ...CONTENT, kind: 'final' } as const;
    expect(refusalOf(() => step(begin(), { type: 'report', report }))?.params).toMatchObject({
      fields: 'cause, process, prevention',
    });
  });

  test('is never edited: a later one stands beside it, and the last one goes out', () => {
    const twice = write(write(begin(), 'first'), 'first', NOW_MS + 1);
    const sent = send(twice, 'first', NOW_MS, NOW_MS + 2);
    expect(sent.reports).toHaveLength(2);
    expect(sent.reports.map((report) => report.sent !== null)).toEqual([false, true]);
    expect(sent.reports[0]).toEqual(twice.reports[0]);
  });

  test('that was entered late shows both its times', () => {
    const late = send(write(begin(), 'first', NOW_MS), 'first', BEGAN_MS + MINUTE_MS);
    expect(late.reports[0]).toMatchObject({ atMs: NOW_MS, sent: { atMs: BEGAN_MS + MINUTE_MS } });
  });

  test('cannot have gone out ahead of now, nor before there was anything to report', () => {
    const written = write(begin(), 'first');
    for (const atMs of [NOW_MS + 1, BEGAN_MS - 1])
      expect(refusalOf(() => send(written, 'first', atMs))?.code).toBe('late-entry-order');
    expect(send(written, 'first', NOW_MS).reports[0]?.sent?.atMs).toBe(NOW_MS);
    expect(send(written, 'first', BEGAN_MS).reports[0]?.sent?.atMs).toBe(BEGAN_MS);
  });

  test('that nobody has written cannot go out, nor twice', () => {
    const sent = send(write(begin(), 'first'), 'first', NOW_MS);
    for (const kind of ['first', 'final'] as const)
      expect(refusalOf(() => send(sent, kind, NOW_MS))?.code).toBe('report-not-written');
  });

  test.each(['to', 'how', 'evidence'])('that went out needs its %s', (field) => {
    const change = { ...SENT, type: 'report-sent', kind: 'first', [field]: '' } as const;
    expect(refusalOf(() => step(write(begin(), 'first'), change))?.params).toMatchObject({ fields: field });
  });

  test('is owed before the archive by a confirmed major incident until the final one has gone out', () => {
    const major: Incident = { ...begin(), verdict: 'confirmed', grade: 'major' };
    expect(owesReport(major, POLICY)).toBe(true);
    const written = write(send(write(major, 'first'), 'first', NOW_MS), 'final');
    expect(owesReport(written, POLICY)).toBe(true);
    expect(owesReport(send(written, 'final', NOW_MS), POLICY)).toBe(false);
    const none: readonly Partial<Incident>[] = [
      { verdict: 'false-alarm' },
      { verdict: 'test' },
      { verdict: 'open' },
      { grade: 'considerable' },
      { isDrill: true },
    ];
    for (const given of none) expect(owesReport({ ...major, ...given }, POLICY)).toBe(false);
    const stricter = { ...POLICY, incidents: { ...POLICY.incidents, majorGrades: ['considerable'] } };
    expect(owesReport({ ...major, grade: 'considerable' }, stricter)).toBe(true);
  });
});
