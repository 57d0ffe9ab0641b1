/** The service policy, version 2: the figures of the documents, what is left out, its version, and its way through JSON. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { firstMatch } from '../../src/config/match.ts';
import type { Policy } from '../../src/config/policy.ts';
import { fromPolicyDoc, type PolicyDoc, toPolicyDoc, toPolicyVersion } from '../../src/config/policy-doc.ts';
import { readPolicy, readPolicyText, toPolicyOrigin } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { defined } from '../../src/core/assert.ts';
import { addOpenMs } from '../../src/core/calendar.ts';
import { type CalendarId, toId } from '../../src/core/ids.ts';
import { PRIORITY_NAMES } from '../../src/core/ticket.ts';
import type { ClockSettings } from '../../src/core/ticket-clock.ts';
import { readShippedPolicy } from '../support/random-tickets.ts';
import { write } from './support/site.ts';

const CONFIG = join(import.meta.dirname, '../../config');
const DEFAULT = readFileSync(join(CONFIG, 'policy.yaml'), 'utf8');
const HOSPITAL = readFileSync(join(CONFIG, 'policy-hospital.yaml'), 'utf8');
const SHIPPED = [
  ['policy.yaml', DEFAULT],
  ['policy-hospital.yaml', HOSPITAL],
] as const;
const MINUTE_MS = 60_000;

function read(text: string): Policy {
  const problems = createProblems();
  const policy = readPolicy(write(text), problems)?.policy ?? null;
  problems.throwIfAny();
  return defined(policy, 'policy without problems');
}

const ALARM: ClockSettings = {
  class: 'engineering',
  source: 'equipment-alarm',
  flow: 'public-area',
  priority: 'urgent',
  attendance: 'urgent',
  isDifficult: false,
};
function limitOf(policy: Policy, id: string, of: Partial<ClockSettings>): number | null {
  const clock = defined(
    policy.clocks.find((one) => one.id === id),
    `clock ${id}`,
  );
  const limitMs = firstMatch(clock.limits, { ...ALARM, ...of })?.limitMs;
  return limitMs === undefined ? null : limitMs / MINUTE_MS;
}

describe('the default policy', () => {
  const policy = readShippedPolicy('policy.yaml');

  test.each([
    ['record', { source: 'owner-call' }, 1],
    ['record', {}, null],
    ['record-alarm', {}, 1],
    ['report', { priority: 'emergency' }, 1.5],
    ['dispatch', {}, 2],
    ['arrival', { attendance: 'emergency' }, 10],
    ['arrival', {}, 30],
    ['arrival', { attendance: 'next-working-day' }, 480],
    ['arrival-immediate', { attendance: 'immediate' }, 10],
    ['plan', {}, 3],
    ['support', {}, 5],
    ['reply', { class: 'complaint', flow: 'daily' }, 15],
    ['repair', {}, 480],
    ['repair', { priority: 'normal', attendance: 'immediate' }, 1_440],
    ['repair', { isDifficult: true }, 10_080],
    ['complaint-contact', { class: 'complaint' }, 1_440],
    ['complaint-result', { class: 'complaint' }, 2_880],
    ['visit', {}, 2],
  ] as const)('gives clock %s for %o the figure of the documents', (id, of, minutes) => {
    expect(limitOf(policy, id, of)).toBe(minutes);
  });

  test('reports an emergency to three, of whom the leader is told at once, and leaves the dispatch to the desk', () => {
    expect(policy.report.recipients.map(({ role, when }) => [role, when])).toEqual([
      ['assignee', 'at-once'],
      ['supervisor', 'at-once'],
      ['leader', 'at-once'],
    ]);
    expect(policy.deskDispatches).toEqual([{ priority: ['emergency'] }]);
    expect(policy.incidents).toMatchObject({
      reportMs: 120 * MINUTE_MS,
      majorGrades: ['extra-major', 'major'],
    });
    expect(policy.quiet.severities).toEqual(['low']);
  });

  test('has working time from 9 to 17, without statutory holidays and with make-up days', () => {
    const working = defined(policy.calendars.get(toId<CalendarId>('working')), 'calendar');
    // Saturday 10 October 2026 is a make-up day; the Thursday to Wednesday before were holidays.
    expect(addOpenMs(working, Date.UTC(2026, 8, 30, 9, 0), MINUTE_MS)).toBe(Date.UTC(2026, 9, 8, 1, 1));
    expect(addOpenMs(working, Date.UTC(2026, 9, 9, 9, 0), MINUTE_MS)).toBe(Date.UTC(2026, 9, 10, 1, 1));
  });

  test('tightens limits when the priority rises with its attendance', () => {
    for (const clock of policy.clocks) {
      const limits = PRIORITY_NAMES.map((priority) => {
        const attendance = priority === 'normal' ? 'next-working-day' : priority;
        const row = firstMatch(clock.limits, { ...ALARM, priority, attendance });
        return row === null || row.calendar !== null ? Number.POSITIVE_INFINITY : row.limitMs;
      }) as [number, number, number];
      // An emergency may have clocks of its own where others have none, never a longer one.
      if (Number.isFinite(limits[1]))
        expect(limits[0] <= limits[1] || !Number.isFinite(limits[0])).toBe(true);
      expect(limits[1]).toBeLessThanOrEqual(limits[2]);
    }
  });
});

test('the hospital shares no clock, path, ladder or list of actors with the default', () => {
  const [one, other] = [read(DEFAULT), read(HOSPITAL)];
  const ids = new Set(one.clocks.map(({ id }) => id));
  expect(other.clocks.filter(({ id }) => ids.has(id))).toEqual([]);
  const toStages = ({ paths }: Policy) => paths.map(({ stages }) => JSON.stringify(stages));
  const known = new Set(toStages(one));
  expect(toStages(other).filter((stages) => known.has(stages)).length).toBeLessThan(2);
  expect(other.escalation).not.toEqual(one.escalation);
  expect(other.report.recipients.find(({ role }) => role === 'leader')?.when).toBe('confirmed');
  expect(other.actors.dispatch).not.toContain('desk');
  expect([...other.calendars.keys()].filter((id) => one.calendars.has(id))).toEqual([]);
});

test('what is left out has its default', () => {
  const short = DEFAULT.replace(/^(routing|guards|forms|proof|certificates):\n(?: .*\n)+/gm, '').replace(
    /^(reopen|explain|repeat|falseAlarm|overrideGrace|duplicate|retention):.*$/gm,
    '',
  );
  expect(short).not.toMatch(/^(routing|reopen|retention)/m);
  const full = read(DEFAULT);
  const none = { routing: [], guards: [], forms: [], proof: [], certificates: [] };
  const policy = read(short);
  expect(policy).toEqual({ ...full, ...none, version: policy.version });
});

describe('the version', () => {
  const { version } = readShippedPolicy('policy.yaml');

  test('follows the content, not remarks, spelling or the order of calendars', () => {
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect(read(`# a remark\n${DEFAULT}`).version).toBe(version);
    expect(read(DEFAULT.replace('limit: 90s', 'limit: 90000ms')).version).toBe(version);
    expect(read(DEFAULT.replace('limit: 90s', 'limit: 91s')).version).not.toBe(version);
    const policy = read(DEFAULT);
    const turned = { ...policy, calendars: new Map([...policy.calendars].reverse()) };
    expect(toPolicyVersion(turned)).toBe(version);
  });

  test('follows hours and holidays, which are content too', () => {
    expect(read(DEFAULT.replace('["09:00-17:00"]', '["09:00-17:30"]')).version).not.toBe(version);
    expect(read(DEFAULT.replace('    days: holidays-cn\n', '')).version).not.toBe(version);
  });
});

test.each(SHIPPED)('%s survives JSON with its calendars', (_name, text) => {
  const policy = read(text);
  const back = fromPolicyDoc(JSON.parse(JSON.stringify(toPolicyDoc(policy))) as PolicyDoc);
  expect(back).toEqual(policy);
  expect(toPolicyVersion(back)).toBe(policy.version);
  for (const [id, calendar] of policy.calendars) {
    const atMs = Date.UTC(2026, 8, 30, 7, 0);
    const other = defined(back.calendars.get(id), 'calendar');
    expect(addOpenMs(other, atMs, 600 * MINUTE_MS)).toBe(addOpenMs(calendar, atMs, 600 * MINUTE_MS));
  }
});

test('what comes back from JSON cannot be changed', () => {
  const back = fromPolicyDoc(toPolicyDoc(read(DEFAULT)));
  expect(() => (back.calendars as Map<unknown, unknown>).clear()).toThrow(TypeError);
  expect(Object.isFrozen(back.clocks[0]?.limits)).toBe(true);
});

test('a policy knows the text that it was read from, and the same text is the same policy', () => {
  const policy = read(DEFAULT);
  const origin = defined(toPolicyOrigin(policy) ?? undefined, 'origin');
  expect(origin.text).toBe(DEFAULT);
  const problems = createProblems();
  expect(readPolicyText(DEFAULT, origin, problems)?.policy).toEqual(policy);
  expect(problems.count).toBe(0);
});

test('calendars without a zone are in that of the site', () => {
  const problems = createProblems();
  const policy = readPolicy(join(CONFIG, 'policy.yaml'), problems, 'Europe/Berlin')?.policy;
  expect(policy?.calendars.get(toId<CalendarId>('working'))?.timeZone).toBe('Europe/Berlin');
});
