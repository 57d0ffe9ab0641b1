/** A storm by itself (alarms.md B7, B8 no. 24): its root, its members, and which ticket can carry whom. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  beginStorm,
  endStorm,
  hasRoomFor,
  isGroupable,
  isGrouped,
  isStormOn,
  isTooLong,
  joinStorm,
  MAX_STORM_TICKET_ALARMS,
  type StormMember,
  type StormState,
  withStormTicket,
} from '../../src/alarms/storm.ts';
import { toId } from '../../src/core/ids.ts';
import type { Severity } from '../../src/core/severity.ts';
import { testRuns } from '../support/effort.ts';
import { createTestPolicy } from '../support/model.ts';
import { testSeed } from '../support/seed.ts';
import { createTestTicket } from '../support/ticket.ts';

const NOW = { wallMs: 1_000_000, monoMs: 5_000 };
const HIGH_FIRST = createTestPolicy();

function member(id: string, given: Partial<StormMember> = {}): StormMember {
  return { id: toId(id), severity: 'medium', afterMs: 10, atMs: 20, reach: 0, ...given };
}

function storm(first: StormMember, ...others: readonly StormMember[]): StormState {
  const begun = beginStorm(toId('s-1'), toId('site'), first, 11, NOW);
  return others.reduce((state, it) => joinStorm(state, it, 11), begun);
}

describe('B7 one storm, its root by first-out', () => {
  test('the alarm that certainly came first is the root, whenever it joined and however grave the others are', () => {
    const early = member('early', { afterMs: 0, atMs: 5, severity: 'low' });
    expect(storm(member('late', { severity: 'high' }), early).storm.root).toBe('early');
    expect(storm(early, member('late', { severity: 'high' })).storm.root).toBe('early');
  });

  test('of those that may have been first the graver is the root, then the one further upstream, then the earlier', () => {
    const plain = member('plain');
    expect(storm(plain, member('grave', { severity: 'high', atMs: 19 })).storm.root).toBe('grave');
    expect(storm(plain, member('feeder', { reach: 37 })).storm.root).toBe('feeder');
    expect(storm(plain, member('earlier', { atMs: 19 })).storm.root).toBe('earlier');
    expect(storm(plain, member('same')).storm.root).toBe('plain');
  });

  test('nothing is ever certain to have come before the root', () => {
    const one = fc.record({
      afterMs: fc.option(fc.nat(30)),
      widthMs: fc.integer({ min: 1, max: 9 }),
      severity: fc.constantFrom<Severity>('low', 'medium', 'high'),
      reach: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 20 }), (given) => {
        const members = given.map(({ widthMs, ...it }, at) =>
          member(`m${at}`, { ...it, atMs: (it.afterMs ?? 15) + widthMs }),
        );
        const [first, ...others] = members as [StormMember, ...StormMember[]];
        const state = storm(first, ...others);
        const root = members.find(({ id }) => id === state.storm.root);
        const earlier = members.filter(({ atMs }) => root?.afterMs != null && atMs <= root.afterMs);
        expect(earlier).toEqual([]);
        expect(state.storm.members).toBe(members.length);
      }),
      { seed: testSeed(), numRuns: testRuns(400) },
    );
  });

  test('its record keeps members, peak and both ends', () => {
    const ended = endStorm(joinStorm(storm(member('a')), member('b'), 40), 44, NOW.wallMs + 9);
    expect(ended.storm).toEqual({
      id: 's-1',
      site: 'site',
      beganAtMs: NOW.wallMs,
      endedAtMs: NOW.wallMs + 9,
      root: 'a',
      members: 2,
      peak: 44,
      ticket: null,
    });
    expect([isStormOn(ended), isStormOn(storm(member('a')))]).toEqual([false, true]);
  });
});

describe('B7 who is in a storm', () => {
  test('life safety is never in a storm, nor is a drill', () => {
    expect(isGroupable({ severity: 'life-safety', isDrill: false })).toBe(false);
    expect(isGroupable({ severity: 'low', isDrill: true })).toBe(false);
    expect(isGroupable({ severity: 'high', isDrill: false })).toBe(true);
  });

  test('high severity individually: listed, on a ticket of its own; so is a cause of what stands', () => {
    expect(isGrouped({ severity: 'high', isDrill: false }, false)).toBe(false);
    expect(isGrouped({ severity: 'medium', isDrill: false }, true)).toBe(false);
    expect(isGrouped({ severity: 'medium', isDrill: false }, false)).toBe(true);
    expect(isGrouped({ severity: 'low', isDrill: true }, false)).toBe(false);
  });
});

describe('B8 24: a growing incident swallows nothing new', () => {
  const ticket = createTestTicket({ stage: 'handling', priority: 'normal' });

  test('a severity above that of the alarm which opened the ticket has no room on it', () => {
    expect(hasRoomFor(ticket, 'medium', 'low', HIGH_FIRST)).toBe(false);
    expect(hasRoomFor(ticket, 'medium', 'medium', HIGH_FIRST)).toBe(true);
    expect(hasRoomFor(ticket, 'low', 'high', HIGH_FIRST)).toBe(true);
  });

  test('nor has what the policy makes more urgent than the ticket is', () => {
    const policy = createTestPolicy({
      priorityOf: { 'life-safety': 'emergency', high: 'urgent', medium: 'urgent', low: 'normal' },
    });
    expect(hasRoomFor(ticket, 'medium', null, policy)).toBe(false);
    expect(hasRoomFor(ticket, 'low', null, policy)).toBe(true);
  });

  test('what is less urgent than life safety is not put onto a ticket that is as urgent', () => {
    expect(hasRoomFor({ ...ticket, priority: 'emergency' }, 'low', 'low', HIGH_FIRST)).toBe(false);
    expect(hasRoomFor({ ...ticket, priority: 'urgent' }, 'low', 'high', HIGH_FIRST)).toBe(true);
  });

  test('a ticket that is done, closed, a drill or full takes no more', () => {
    for (const stage of ['done', 'accepted', 'visited', 'closed', 'cancelled'] as const)
      expect(hasRoomFor({ ...ticket, stage }, 'low', 'low', HIGH_FIRST), stage).toBe(false);
    expect(hasRoomFor({ ...ticket, isDrill: true }, 'low', 'low', HIGH_FIRST)).toBe(false);
    const alarm = {
      occurrence: toId<never>('o-1'),
      key: 'k',
      text: { zh: '', en: '' },
      firstAtMs: 0,
      lastAtMs: 0,
      count: 1,
      isActive: true,
      blindSinceMs: null,
    };
    const full = { ...ticket, alarms: Array.from({ length: MAX_STORM_TICKET_ALARMS }, () => alarm) };
    expect(hasRoomFor(full, 'low', 'low', HIGH_FIRST)).toBe(false);
  });

  test('the storm remembers the severity that its ticket was opened for', () => {
    const state = withStormTicket(storm(member('a')), toId('GC-1'), 'low');
    expect(state).toMatchObject({ ticketSeverity: 'low', storm: { ticket: 'GC-1' } });
  });

  test('the group window has a hard maximum, on monotonic time', () => {
    const state = storm(member('a'));
    expect(isTooLong(state, NOW.monoMs + 7_199_999, 7_200_000)).toBe(false);
    expect(isTooLong(state, NOW.monoMs + 7_200_000, 7_200_000)).toBe(true);
  });
});
