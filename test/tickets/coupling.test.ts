/** The matrix of alarms.md B9, cell by cell: what each event of an alarm does to a ticket in each state, and the reverse. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { AlarmEventType, Occurrence } from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import type { Stage, Ticket } from '../../src/core/ticket.ts';
import {
  applyAlarmEvent,
  asksForWork,
  isNote,
  judgeRaise,
  noteDrillOver,
  noteExplanation,
  noteReAlarms,
  noteRecurrence,
  takesRaise,
} from '../../src/tickets/coupling.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import { attachMembers, detachMember } from '../../src/tickets/storm.ts';
import { sweepTicket } from '../../src/tickets/sweep.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  COMPLETE,
  createAlarm,
  createAlarmTicket,
  createContext,
  createEvent,
  createFreePolicy,
  createOccurrence,
  DESK,
  HOUR_MS,
  MINUTE_MS,
  NORMAL,
  PHOTO,
  withClocks,
} from './fixtures.ts';

const policy: Policy = createFreePolicy({
  proof: [{ match: {}, ms: 24 * HOUR_MS }],
  reopenMs: 24 * HOUR_MS,
  falseAlarm: { raises: 3, withinMs: 24 * HOUR_MS },
  proposeDoneMs: 4 * HOUR_MS,
  overrideGraceMs: 30 * MINUTE_MS,
});
const NOW_MS = BASE_MS + HOUR_MS;
const AGAIN: Partial<Occurrence> = { id: toId('occurrence-2'), raisedAtMs: NOW_MS };

const BEFORE_DONE: readonly Stage[] = [
  'received',
  'recorded',
  'dispatched',
  'taken',
  'on-site',
  'diagnosed',
  'planned',
  'agreed',
  'handling',
  'waiting',
  'rework',
];
const FINISHED: readonly Stage[] = ['done', 'accepted', 'visited'];

function apply(ticket: Ticket, type: AlarmEventType, given: Partial<Occurrence> = {}, nowMs = NOW_MS) {
  return applyAlarmEvent(ticket, createEvent(type, given, nowMs), policy, nowMs);
}

/** The step, which must be one. */
function must(ticket: Ticket, type: AlarmEventType, given: Partial<Occurrence> = {}, nowMs = NOW_MS) {
  const step = apply(ticket, type, given, nowMs);
  if (step === null) throw new Error(`${type} says nothing to the ticket`);
  return { ...step, types: step.events.map((event) => event.type) };
}

function kindsOf({ banners }: Ticket): readonly string[] {
  return banners.map(({ kind }) => kind);
}

const normal = [createAlarm(NORMAL)];

describe('a raise', () => {
  for (const stage of BEFORE_DONE) {
    test(`${stage}: attaches to the open ticket and counts`, () => {
      const waiting = {
        reason: 'part',
        note: 'n',
        approver: 'a',
        sinceMs: BASE_MS,
        untilMs: null,
        from: 'handling',
      } as const;
      const ticket = createAlarmTicket({
        stage,
        alarms: normal,
        waiting: stage === 'waiting' ? waiting : null,
      });
      expect(judgeRaise(ticket, createOccurrence(AGAIN), 'other', policy, NOW_MS)).toBe('attach');
      const { ticket: next, types } = must(ticket, 'raised', AGAIN);
      expect(types).toEqual(['alarm-attached']);
      expect(next).toMatchObject({ stage, round: 1, reworkCount: 0, version: 2 });
      expect(next.alarms.map(({ occurrence }) => occurrence)).toEqual(['occurrence-1', 'occurrence-2']);
    });
  }

  for (const stage of FINISHED) {
    test(`${stage}: is rework, and the proof of the repair has failed`, () => {
      const proof = {
        state: 'watching',
        startedAtMs: BASE_MS,
        leftMs: HOUR_MS,
        endsAtMs: BASE_MS + HOUR_MS,
      } as const;
      const ticket = createAlarmTicket({ stage, alarms: normal, proof, result: 'new seal' });
      expect(judgeRaise(ticket, createOccurrence(AGAIN), 'other', policy, NOW_MS)).toBe('rework');
      const { ticket: next, types } = must(ticket, 'raised', AGAIN);
      expect(types).toEqual(['alarm-attached', 'reworked', 'proof-ended']);
      expect(next).toMatchObject({
        stage: 'rework',
        round: 2,
        reworkCount: 1,
        isFirstFix: false,
        takenBy: null,
        acceptance: null,
        visit: null,
        result: 'new seal',
        proof: { state: 'failed', endsAtMs: null },
      });
      expect(kindsOf(next)).toContain('came-back');
    });
  }

  const closed = (agoMs: number) =>
    createAlarmTicket({ stage: 'closed', alarms: normal, closedAtMs: NOW_MS - agoMs });

  test('closed within the window: opens the same ticket again as rework', () => {
    const ticket = closed(24 * HOUR_MS);
    expect(judgeRaise(ticket, createOccurrence(AGAIN), 'other', policy, NOW_MS)).toBe('reopen');
    const { ticket: next, types } = must(ticket, 'raised', AGAIN);
    expect(types).toEqual(['alarm-attached', 'reopened']);
    expect(next).toMatchObject({ stage: 'rework', round: 2, isFirstFix: false, closedAtMs: null });
  });

  test('closed a moment too long ago: is none of its business, but the proof of that repair has failed', () => {
    const ticket = closed(24 * HOUR_MS + 1);
    expect(takesRaise(ticket, createOccurrence(AGAIN), 'other', policy, NOW_MS)).toBe(false);
    expect(apply(ticket, 'raised', AGAIN)).toBeNull();
    expect(noteRecurrence(ticket, createOccurrence(AGAIN), policy, NOW_MS)).toBeNull();
    const proof = { state: 'paused', startedAtMs: BASE_MS, leftMs: HOUR_MS, endsAtMs: null } as const;
    const failed = noteRecurrence({ ...ticket, proof }, createOccurrence(AGAIN), policy, NOW_MS);
    expect(failed?.ticket).toMatchObject({ stage: 'closed', isFirstFix: false, proof: { state: 'failed' } });
  });

  test('archived or merged: is none of its business', () => {
    for (const stage of ['archived', 'merged'] as const) {
      const ticket = createAlarmTicket({ stage, alarms: normal, closedAtMs: NOW_MS });
      expect(takesRaise(ticket, createOccurrence(AGAIN), 'other', policy, NOW_MS)).toBe(false);
      expect(apply(ticket, 'raised', AGAIN)).toBeNull();
    }
  });

  test('of another fault belongs on another ticket; of the same fault of the same equipment it does not', () => {
    const other = createOccurrence({ key: toId('test-site/pump/low') });
    const ticket = createAlarmTicket({ alarms: normal });
    expect(judgeRaise(ticket, other, 'leak', policy, NOW_MS)).toBe('none');
    expect(judgeRaise(ticket, other, 'pressure', policy, NOW_MS)).toBe('attach');
  });

  test('of the same occurrence keeps its first time, moves its last, and counts', () => {
    const { ticket } = must(createAlarmTicket(), 're-raised', { count: 2 });
    expect(ticket.alarms).toMatchObject([{ count: 2, firstAtMs: BASE_MS, lastAtMs: NOW_MS, isActive: true }]);
  });

  test('of a graver alarm raises the priority, tightens the deadlines and heads the ticket', () => {
    const calm = withClocks(createAlarmTicket({ stage: 'dispatched', takenBy: null }), policy, NOW_MS);
    const guidance = { zh: '立即停泵', en: 'stop the pump' };
    const text = { zh: '爆管', en: 'burst' };
    const event = createEvent('raised', { ...AGAIN, severity: 'high', text });
    const step = applyAlarmEvent(calm, event, policy, NOW_MS, guidance);
    expect(step?.events.map(({ type }) => type)).toEqual(['alarm-attached', 'priority-raised']);
    expect(step?.ticket).toMatchObject({ priority: 'urgent', attendance: 'urgent', content: text, guidance });
    const dueOf = (ticket: Ticket) => ticket.clocks.find(({ id }) => id === 'arrival')?.dueAtMs ?? 0;
    expect(dueOf(step?.ticket ?? calm)).toBeLessThan(dueOf(calm));
  });

  test('of a graver alarm leaves what a person wrote', () => {
    const ticket = createAlarmTicket({ source: 'owner-call', content: { zh: '漏水', en: 'a leak' } });
    expect(must(ticket, 'raised', { ...AGAIN, severity: 'high' }).ticket.content.en).toBe('a leak');
  });

  test('of a lesser alarm lowers nothing', () => {
    const ticket = createAlarmTicket({ priority: 'urgent', attendance: 'urgent' });
    const { ticket: next, types } = must(ticket, 'raised', { ...AGAIN, severity: 'low' });
    expect(types).toEqual(['alarm-attached']);
    expect(next).toMatchObject({ priority: 'urgent', attendance: 'urgent' });
  });

  test('that makes it an emergency is reported', () => {
    const { types, events } = must(createAlarmTicket(), 'raised', { ...AGAIN, severity: 'life-safety' });
    expect(types).toEqual(['alarm-attached', 'priority-raised', 'emergency-began', 'reporting']);
    expect(events.at(-1)?.detail).toMatchObject({
      when: 'at-once',
      to: ['assignee', 'supervisor', 'leader'],
    });
  });

  test('takes back the proposal that it may be done', () => {
    const banners = [{ kind: 'proposed-done', atMs: BASE_MS, text: { zh: '', en: '' } }] as const;
    expect(kindsOf(must(createAlarmTicket({ alarms: normal, banners }), 'raised', AGAIN).ticket)).toEqual([]);
  });
});

describe('after a cancelled false alarm', () => {
  const cancelled = (): Ticket => {
    const open = withClocks(createAlarmTicket({ stage: 'taken', alarms: normal }), policy, BASE_MS);
    const cancel = { type: 'cancel', reason: 'false-alarm', note: 'steam' } as const;
    return stepTicket(open, cancel, DESK, createContext({ policy, nowMs: BASE_MS })).ticket;
  };
  const raise = (ticket: Ticket, at: number, nowMs: number) =>
    must(ticket, 'raised', { id: toId(`occurrence-${at}`), raisedAtMs: nowMs }, nowMs);

  test('raises are put to it for review until there are too many of them', () => {
    const before = cancelled();
    const first = raise(before, 2, NOW_MS);
    expect(first.events[0]?.detail).toMatchObject({ isReview: true, raises: 1 });
    expect(first.ticket).toMatchObject({ stage: 'cancelled', closedAtMs: BASE_MS, clocks: before.clocks });
    const second = raise(first.ticket, 3, NOW_MS + HOUR_MS).ticket;
    expect(second.alarms).toHaveLength(3);
    expect(judgeRaise(second, createOccurrence(AGAIN), 'x', policy, NOW_MS + 2 * HOUR_MS)).toBe('none');
  });

  test('only those within the time count', () => {
    const first = raise(cancelled(), 2, NOW_MS).ticket;
    const second = raise(first, 3, NOW_MS + 20 * HOUR_MS).ticket;
    const judge = (nowMs: number) => judgeRaise(second, createOccurrence(AGAIN), 'x', policy, nowMs);
    expect(judge(NOW_MS + 23 * HOUR_MS)).toBe('none');
    expect(judge(NOW_MS + 25 * HOUR_MS)).toBe('review');
  });

  test('a raise after a quiet time is a new matter', () => {
    const judge = (nowMs: number) => judgeRaise(cancelled(), createOccurrence(AGAIN), 'x', policy, nowMs);
    expect(judge(BASE_MS + 24 * HOUR_MS)).toBe('review');
    expect(judge(BASE_MS + 24 * HOUR_MS + 1)).toBe('none');
  });

  test('life safety has a new ticket at once', () => {
    const fire = createOccurrence({ ...AGAIN, severity: 'life-safety' });
    expect(judgeRaise(cancelled(), fire, 'x', policy, NOW_MS)).toBe('none');
  });

  test('a ticket cancelled as a duplicate or withdrawn takes nothing', () => {
    for (const reason of ['duplicate', 'withdrawn'] as const) {
      const cancellation = { by: 'x', reason, note: 'n', atMs: BASE_MS };
      const ticket = createAlarmTicket({ stage: 'cancelled', cancellation, closedAtMs: BASE_MS });
      expect(judgeRaise(ticket, createOccurrence(AGAIN), 'x', policy, NOW_MS)).toBe('none');
    }
  });
});

describe('a return', () => {
  for (const stage of BEFORE_DONE) {
    test(`${stage}: is noted, and nothing else happens`, () => {
      const { ticket, types } = must(createAlarmTicket({ stage }), 'returned', {
        ...NORMAL,
        returnedAtMs: NOW_MS,
      });
      expect(types).toEqual(['alarm-returned']);
      expect(ticket).toMatchObject({ stage, proof: null });
      expect(ticket.alarms).toMatchObject([{ isActive: false, returnedAtMs: NOW_MS }]);
    });
  }

  for (const stage of [...FINISHED, 'closed'] as const) {
    test(`${stage}: begins the proof of the repair`, () => {
      const ticket = createAlarmTicket({ stage, closedAtMs: stage === 'closed' ? BASE_MS : null });
      const { ticket: next, types } = must(ticket, 'returned', NORMAL);
      expect(types).toEqual(['alarm-returned', 'proof-started']);
      expect(next).toMatchObject({
        stage,
        proof: { state: 'watching', startedAtMs: NOW_MS, endsAtMs: NOW_MS + 24 * HOUR_MS },
      });
    });
  }

  test('of one alarm of two begins no proof while the other stands', () => {
    const alarms = [createAlarm(), createAlarm(AGAIN)];
    const ticket = createAlarmTicket({ stage: 'done', alarms });
    expect(must(ticket, 'returned', NORMAL).ticket.proof).toBeNull();
  });

  test('on a ticket that has ended otherwise says nothing', () => {
    for (const stage of ['archived', 'cancelled', 'merged'] as const)
      expect(apply(createAlarmTicket({ stage, closedAtMs: BASE_MS }), 'returned', NORMAL)).toBeNull();
  });

  test('lets DONE be proposed after a while for the lowest class only, once, and makes it by nobody', () => {
    const later = BASE_MS + 4 * HOUR_MS;
    const quiet = (given: Partial<Ticket>) =>
      sweepTicket(createAlarmTicket({ stage: 'taken', alarms: normal, ...given }), policy, later);
    expect(sweepTicket(createAlarmTicket({ stage: 'taken', alarms: normal }), policy, later - 1)).toBeNull();
    const proposed = quiet({});
    expect(proposed?.ticket.stage).toBe('taken');
    expect(proposed?.events).toMatchObject([{ type: 'noted', detail: { proposal: 'done' } }]);
    expect(quiet({ banners: proposed?.ticket.banners ?? [] })).toBeNull();
    expect(quiet({ priority: 'urgent' })).toBeNull();
    expect(quiet({ priority: 'emergency' })).toBeNull();
    expect(quiet({ alarms: [createAlarm()] })).toBeNull();
    expect(quiet({ alarms: [createAlarm({ ...NORMAL, blindSinceMs: BASE_MS })] })).toBeNull();
  });
});

describe('an alarm that cannot be seen', () => {
  test('hangs out a banner, once, that goes when it is seen again', () => {
    const blind = { blindSinceMs: NOW_MS };
    const first = must(createAlarmTicket({ stage: 'taken' }), 'blind', blind);
    expect(first.types).toEqual(['alarm-blind']);
    expect(kindsOf(first.ticket)).toEqual(['blind']);
    expect(kindsOf(must(first.ticket, 'blind', blind).ticket)).toEqual(['blind']);
    expect(kindsOf(must(first.ticket, 'sighted').ticket)).toEqual([]);
  });

  for (const stage of [...FINISHED, 'closed'] as const) {
    test(`${stage}: stops the proof, which goes on with the time left`, () => {
      const closedAtMs = stage === 'closed' ? BASE_MS : null;
      const started = must(createAlarmTicket({ stage, closedAtMs }), 'returned', NORMAL, NOW_MS).ticket;
      const blind = { ...NORMAL, blindSinceMs: NOW_MS + HOUR_MS };
      const paused = must(started, 'blind', blind, NOW_MS + HOUR_MS).ticket;
      expect(paused.proof).toMatchObject({ state: 'paused', leftMs: 23 * HOUR_MS, endsAtMs: null });
      expect(sweepTicket(paused, policy, NOW_MS + 24.5 * HOUR_MS)?.ticket.proof?.state ?? 'paused').toBe(
        'paused',
      );
      const again = must(paused, 'sighted', NORMAL, NOW_MS + 5 * HOUR_MS).ticket;
      expect(again.proof).toMatchObject({ state: 'watching', endsAtMs: NOW_MS + 28 * HOUR_MS });
    });
  }
});

describe('a rule that is changed or removed', () => {
  for (const stage of ['taken', 'done'] as const) {
    test(`${stage}: leaves a banner and the decision to people, and is no return`, () => {
      const ended = { isActive: true, endedAtMs: NOW_MS, endReason: 'rule-removed' } as const;
      const { ticket, types } = must(createAlarmTicket({ stage }), 'ended', ended);
      expect(types).not.toContain('alarm-returned');
      expect(types[0]).toBe('rule-changed');
      expect(ticket.stage).toBe(stage);
      expect(kindsOf(ticket)).toContain('rule-changed');
      // It was active and can be judged no more: a reading by hand has to stand in.
      expect(ticket.alarms).toMatchObject([{ isActive: false, blindSinceMs: NOW_MS }]);
    });
  }

  test('an edited rule under which it still stands is noted', () => {
    const { types, ticket } = must(createAlarmTicket({ stage: 'taken' }), 'rule-changed');
    expect(types).toEqual(['rule-changed']);
    expect(ticket.alarms).toMatchObject([{ isActive: true }]);
  });

  test('an end that follows a return which was told is told once', () => {
    const ended = { ...NORMAL, endedAtMs: NOW_MS, endReason: 'returned' } as const;
    expect(apply(createAlarmTicket({ stage: 'taken', alarms: normal }), 'ended', ended)).toBeNull();
    expect(must(createAlarmTicket({ stage: 'taken' }), 'ended', ended).types).toEqual(['alarm-returned']);
  });
});

describe('what people do to an alarm', () => {
  test('acknowledging, shelving, commenting and suppressing say nothing to the ticket and stop no clock', () => {
    const silent: readonly AlarmEventType[] = [
      'acknowledged',
      'shelved',
      'shelf-reminder',
      'suppressed',
      'commented',
      'explained',
      'released',
      're-alarmed',
      'latched',
      'reset',
      'chattering',
      'chatter-ended',
      'grouped',
    ];
    for (const type of silent) expect(apply(createAlarmTicket({ stage: 'taken' }), type)).toBeNull();
  });

  test('out of service is noted with its end, and lets the ticket be accepted', () => {
    const outOfService = {
      by: 'a',
      atMs: NOW_MS,
      reason: 'r',
      permit: 'P',
      approver: 'b',
      untilMs: NOW_MS + HOUR_MS,
    };
    const { ticket, events } = must(createAlarmTicket({ stage: 'done' }), 'out-of-service', { outOfService });
    expect(events).toMatchObject([{ type: 'noted', detail: { outOfServiceUntilMs: NOW_MS + HOUR_MS } }]);
    const context = createContext({ policy, nowMs: NOW_MS });
    const accepted = stepTicket(ticket, COMPLETE.accept, DESK, context).ticket;
    const back = must(accepted, 'service-expired', {}, NOW_MS + HOUR_MS);
    expect(back.ticket).toMatchObject({ stage: 'rework', alarms: [{ outOfServiceUntilMs: null }] });
  });

  test('back in service while it is normal only brings its row up to date', () => {
    const alarms = [{ ...createAlarm(NORMAL), outOfServiceUntilMs: NOW_MS + HOUR_MS }];
    const { ticket, types } = must(createAlarmTicket({ stage: 'taken', alarms }), 'in-service', NORMAL);
    expect(types).toEqual(['noted']);
    expect(ticket.alarms).toMatchObject([{ outOfServiceUntilMs: null }]);
  });

  test('a level that falls after the acknowledgement asks nobody', () => {
    const occurrence = createOccurrence({ acknowledged: { by: 'desk', atMs: 0, note: '' } });
    expect(asksForWork({ type: 'severity-changed', occurrence })).toBe(false);
    expect(asksForWork({ type: 'severity-changed', occurrence: createOccurrence() })).toBe(true);
    expect(asksForWork({ type: 'unshelved', occurrence: createOccurrence(NORMAL) })).toBe(false);
  });
});

describe('accepted over a standing alarm', () => {
  const override = { reason: 'spare on order', photo: PHOTO.id };
  const acceptance = { by: 'o', opinion: 'ok', atMs: BASE_MS, manualReading: null, override };
  const accepted = (stage: Stage, alarms: Ticket['alarms']) =>
    createAlarmTicket({ stage, acceptance, alarms, closedAtMs: stage === 'closed' ? BASE_MS : null });
  const graceMs = BASE_MS + policy.overrideGraceMs;

  for (const [stage, type] of [
    ['accepted', 'reworked'],
    ['visited', 'reworked'],
    ['closed', 'reopened'],
  ] as const) {
    test(`${stage}: it is raised again after the grace if it still stands`, () => {
      const ticket = accepted(stage, [createAlarm()]);
      expect(sweepTicket(ticket, policy, graceMs - 1)).toBeNull();
      const step = sweepTicket(ticket, policy, graceMs);
      expect(step?.events).toMatchObject([{ type, detail: { reason: 'closed-while-active', override } }]);
      expect(step?.ticket).toMatchObject({ stage: 'rework', round: 2 });
      expect(kindsOf(step?.ticket ?? ticket)).toContain('closed-while-active');
    });
  }

  test('it is not when the alarm has returned, or cannot be seen', () => {
    expect(sweepTicket(accepted('closed', normal), policy, graceMs)).toBeNull();
    const blind = [createAlarm({ blindSinceMs: BASE_MS })];
    expect(sweepTicket(accepted('closed', blind), policy, graceMs)).toBeNull();
  });
});

describe('storms and causes', () => {
  test('members go onto the ticket in one step, and bring a finished one back to work', () => {
    const members = [createOccurrence(AGAIN), createOccurrence({ id: toId('occurrence-3') })];
    const open = attachMembers(createAlarmTicket({ stage: 'taken' }), members, policy, NOW_MS);
    expect(open.events).toMatchObject([{ type: 'alarm-attached', detail: { count: 2 } }]);
    expect(open.ticket).toMatchObject({ stage: 'taken', version: 2 });
    const done = attachMembers(createAlarmTicket({ stage: 'done', alarms: normal }), members, policy, NOW_MS);
    expect(done.events.map(({ type }) => type)).toEqual(['alarm-attached', 'reworked']);
  });

  test('a member that leaves takes all rows of its key with it', () => {
    const { ticket } = detachMember(createAlarmTicket(), createOccurrence(), policy, NOW_MS);
    expect(ticket.alarms).toEqual([]);
  });

  test('explanations, re-alarms and the end of a drill are notes; calls in vain climb the ladder', () => {
    const ticket = createAlarmTicket({ stage: 'taken', isDrill: true });
    const explained = noteExplanation(ticket, 'alarm-explained', createOccurrence(AGAIN), policy, NOW_MS);
    expect(isNote(ticket, explained.events)).toBe(true);
    expect(noteDrillOver(ticket, createOccurrence(), policy, NOW_MS).ticket.isDrill).toBe(false);
    const called = noteReAlarms(ticket, createOccurrence({ reAlarms: 3 }), policy, NOW_MS);
    expect(called.events).toMatchObject([
      { type: 'noted', detail: { reAlarms: 3 } },
      { type: 'escalated', detail: { level: 1, role: 'supervisor', reason: 're-alarm' } },
    ]);
  });

  test('a raise is more than a note: whoever fills a form must see it', () => {
    const ticket = createAlarmTicket({ stage: 'done', alarms: normal });
    expect(isNote(ticket, must(ticket, 'raised', AGAIN).events)).toBe(false);
    expect(isNote(ticket, must(ticket, 'blind', { ...NORMAL, blindSinceMs: NOW_MS }).events)).toBe(true);
  });
});

test('the shipped policies give the windows that the document names', () => {
  expect(defaultPolicy.reopenMs).toBe(24 * HOUR_MS);
  expect(defaultPolicy.falseAlarm).toEqual({ raises: 3, withinMs: 24 * HOUR_MS });
});
