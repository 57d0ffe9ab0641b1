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

  test('as different as a tower and a hospital differ both ways alike', () => {
    const there = compare(hospitalPolicy);
    const back = compare(defaultPolicy, hospitalPolicy);
    expect(there.length).toBeGreaterThan(50);
    expect(there.map(({ path }) => path).sort()).toEqual(back.map(({ path }) => path).sort());
  });
});
