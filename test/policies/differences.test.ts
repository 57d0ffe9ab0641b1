/** What differs between two versions of a policy, by path. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { toPolicyDoc } from '../../src/config/policy-doc.ts';
import { toDifferences } from '../../src/policies/differences.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';

const compare = (after: Policy, before: Policy = defaultPolicy) =>
  toDifferences(toPolicyDoc(before), toPolicyDoc(after));
const [first, ...others] = defaultPolicy.clocks as [Policy['clocks'][number], ...Policy['clocks']];

describe('two versions', () => {
  test('of the same content have none, whatever their number', () => {
    expect(compare({ ...defaultPolicy, version: 'another' })).toEqual([]);
  });

  test('that list their clocks in another order are the same, as a clock goes by its id', () => {
    expect(compare({ ...defaultPolicy, clocks: [...others, first] })).toEqual([]);
  });

  test('that list first-match rows in another order differ, as the first that matches wins', () => {
    const { attendanceFrom } = defaultPolicy;
    expect(compare({ ...defaultPolicy, attendanceFrom: attendanceFrom.toReversed() })).not.toEqual([]);
  });

  test('name what is new and what is gone', () => {
    const added = { ...first, id: 'extra' };
    expect(compare({ ...defaultPolicy, clocks: [...others, added] })).toEqual([
      { path: 'clocks[record]', before: first, after: null, isSafety: true },
      { path: 'clocks[extra]', before: null, after: added, isSafety: true },
    ]);
  });

  test('show lists of words as a whole', () => {
    const actors = { ...defaultPolicy.actors, close: ['desk', 'duty'] as const };
    expect(compare({ ...defaultPolicy, actors })).toEqual([
      { path: 'actors.close', before: ['desk'], after: ['desk', 'duty'], isSafety: false },
    ]);
  });

  test('show other hours and other holidays', () => {
    const calendars = new Map(
      [...defaultPolicy.calendars].map(([id, calendar]) => [id, { ...calendar, days: null }]),
    );
    expect(compare({ ...defaultPolicy, calendars }).map(({ path }) => path)).toEqual([
      'calendars[working].days',
    ]);
  });

  test('mark what is about emergencies and life safety, and nothing else', () => {
    const { report, escalation, clocks } = defaultPolicy;
    const weaker = {
      ...defaultPolicy,
      report: { ...report, recipients: report.recipients.slice(0, 1) },
      escalation: { ...escalation, breach: 'manager' as const },
      clocks: clocks.map((clock) => ({ ...clock, isHuman: !clock.isHuman })),
      reopenMs: 1,
      targets: { ...defaultPolicy.targets, timely: 0.5 },
    };
    const marked = Object.groupBy(compare(weaker), ({ isSafety }) => (isSafety ? 'safety' : 'other'));
    const safety = marked.safety?.map(({ path }) => path) ?? [];
    expect(safety).toEqual(expect.arrayContaining(['report.recipients[1]', 'escalation.breach']));
    for (const id of ['report', 'dispatch-emergency', 'arrival', 'record'])
      expect(safety).toContain(`clocks[${id}].isHuman`);
    const other = marked.other?.map(({ path }) => path) ?? [];
    expect(other).toEqual(expect.arrayContaining(['reopenMs', 'targets.timely']));
    for (const id of ['arrival-appointment', 'appointing']) expect(other).toContain(`clocks[${id}].isHuman`);
  });

  test.each<[string, Partial<Policy>]>([
    ['paths', { paths: defaultPolicy.paths.slice(1) }],
    ['attendanceFrom', { attendanceFrom: defaultPolicy.attendanceFrom.slice(1) }],
    ['offHours', { offHours: null }],
    ['explain', { explain: { waitMs: 3_600_000, settleMs: 1 } }],
    ['certificates', { certificates: [] }],
    ['ownAcceptance', { ownAcceptance: [] }],
    ['quiet', { quiet: { severities: ['high'], calendar: null } }],
    ['incidents', { incidents: { ...defaultPolicy.incidents, joinMs: 1 } }],
  ])('mark %s, which could hold an emergency back', (_key, change) => {
    const found = compare({ ...defaultPolicy, ...change });
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ isSafety }) => !isSafety)).toEqual([]);
  });

  test('mark who does what only emergencies ask for, and the guards that they meet', () => {
    const { actors, guards } = defaultPolicy;
    const hands = [
      'confirm-fire',
      'fire-step',
      'entrapment',
      'dispatch',
      'arrive',
      'enter-dwelling',
    ] as const;
    for (const step of hands) {
      const found = compare({ ...defaultPolicy, actors: { ...actors, [step]: ['auditor'] } });
      expect(found).toMatchObject([{ path: `actors.${step}`, isSafety: true }]);
    }
    const asked = guards.map((guard) => ({ ...guard, fields: ['note'] }));
    const marked = compare({ ...defaultPolicy, guards: asked }).filter(({ isSafety }) => isSafety);
    const others = ['guards[1].fields', 'guards[2].fields', 'guards[4].fields'];
    expect(marked.map(({ path }) => path)).toEqual(
      guards.map((_, at) => `guards[${at}].fields`).filter((path) => !others.includes(path)),
    );
  });

  test('as different as a tower and a hospital differ both ways alike', () => {
    const there = compare(hospitalPolicy);
    const back = compare(defaultPolicy, hospitalPolicy);
    expect(there.length).toBeGreaterThan(50);
    expect(there.map(({ path }) => path).sort()).toEqual(back.map(({ path }) => path).sort());
  });
});
