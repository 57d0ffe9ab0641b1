/** Which plan is shown, whom it says to call, and which plans are to be reviewed. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import type { Incident } from '../../src/core/incident.ts';
import { planFor, planOf, toOverduePlans, toPlanContacts } from '../../src/plans/plans.ts';
import { BEGAN_MS, begin, HOUR_MS, makeModel, makePlan, makeTicket, POLICY } from '../incidents/fixtures.ts';

const PLANS = [
  makePlan('any-other', { kind: 'other' }),
  makePlan('power', { kind: 'other', systems: ['power'] }),
  makePlan('lift', { kind: 'entrapment' }),
  makePlan('fire', { kind: 'fire' }),
];
const model = makeModel({ plans: PLANS });

describe('the plan that is shown', () => {
  test.each([
    ['board-1', 'power'],
    ['pump-1', 'any-other'],
    ['lift-1', 'lift'],
    ['lift-1-door', 'lift'],
    ['panel-a', 'fire'],
    [null, 'any-other'],
  ])('for %s is %s', (equipment, id) => {
    expect(planFor(makeTicket(equipment), model)?.id).toBe(id);
  });

  test('is none where the site has none of that kind, or only one for other equipment', () => {
    const power = makeModel({ plans: PLANS.slice(1, 2) });
    expect(planFor(makeTicket('board-1'), power)?.id).toBe('power');
    expect(planFor(makeTicket('pump-1'), power)).toBeNull();
    expect(planFor(makeTicket('panel-a'), power)).toBeNull();
  });

  test('is found again by the incident, and not when the site has dropped it', () => {
    const incident = begin(makeTicket('panel-a'), model);
    expect(planOf(incident, model)?.id).toBe('fire');
    expect(planOf(incident, makeModel())).toBeNull();
    expect(planOf({ plan: null }, model)).toBeNull();
  });
});

describe('whom a plan says to call', () => {
  const idsOf = (contacts: readonly string[], equipment: string | null) =>
    toPlanContacts(makePlan('p', { contacts }), model, equipment === null ? null : toId(equipment)).map(
      ({ id }) => id,
    );

  test('is in its order, by name or by kind for that equipment', () => {
    expect(idsOf(['maintainer', 'rescue-line', 'brigade'], 'lift-1')).toEqual([
      'lift-firm',
      'rescue',
      'brigade',
    ]);
    expect(idsOf(['maintainer'], 'pump-1')).toEqual(['pump-firm']);
  });

  test('is one for none in particular where nobody is responsible for that kind', () => {
    expect(idsOf(['rescue-line', 'maintainer'], 'board-1')).toEqual(['rescue-other']);
    expect(idsOf(['fire-brigade'], null)).toEqual(['brigade']);
  });

  test('is nobody twice, and nobody that the register does not know', () => {
    expect(idsOf(['fire-brigade', 'brigade', 'gone'], 'panel-a')).toEqual(['brigade']);
  });
});

describe('a plan is to be reviewed', () => {
  const at = (date: string): number => Date.parse(`${date}T00:00:00+08:00`);
  const overdue = (incidents: readonly Incident[], nowMs: number) =>
    toOverduePlans(model, incidents, POLICY, nowMs).map(({ plan, reason, since, incident }) => [
      plan.id,
      reason,
      since,
      incident,
    ]);
  const major: Incident = {
    ...begin(makeTicket('panel-a'), model),
    verdict: 'confirmed',
    grade: 'major',
    endedAtMs: BEGAN_MS + HOUR_MS,
  };

  test('from the day after its three years are over, by the calendar of the site', () => {
    expect(overdue([], at('2029-01-11') - 1)).toEqual([]);
    expect(overdue([], at('2029-01-11'))).toEqual(
      PLANS.map(({ id }) => [id, 'three-years', '2029-01-10', null]),
    );
  });

  test('at once after a major incident that it was shown for', () => {
    expect(overdue([major], at('2026-09-22'))).toEqual([
      ['fire', 'major-incident', '2026-09-22', 'SJ20260922-01'],
    ]);
  });

  test('after the first of several, however they are ordered', () => {
    const later: Incident = { ...major, number: 'SJ20261001-01', endedAtMs: at('2026-10-01') };
    for (const incidents of [
      [major, later],
      [later, major],
    ])
      expect(overdue(incidents, at('2026-11-01'))[0]?.[3]).toBe('SJ20260922-01');
  });

  test.each([
    ['one that lasts', { endedAtMs: null }],
    ['a false alarm', { verdict: 'false-alarm' }],
    ['a drill', { isDrill: true }],
    ['a lesser one', { grade: 'considerable' }],
    ['one before the last review', { endedAtMs: at('2026-01-09') }],
    ['one of another plan', { plan: 'power-of-another-site' }],
  ] satisfies readonly (readonly [string, Partial<Incident>])[])('not after %s', (_name, given) => {
    expect(overdue([{ ...major, ...given }], at('2026-11-01'))).toEqual([]);
  });
});
