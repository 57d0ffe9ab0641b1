/** Every transition against every stage: allowed where the table of service-workflow.md §2 says so, else refused by code. */
import { describe, expect, test } from 'vitest';
import type { OccurrenceId, TicketId } from '../../src/core/ids.ts';
import { STAGE_NAMES, type Stage, type Ticket } from '../../src/core/ticket.ts';
import { allowedTransitions } from '../../src/tickets/stages.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { Transition, TransitionType } from '../../src/tickets/transitions.ts';
import { createTestPolicy } from '../support/model.ts';
import { createTestTicket } from '../support/ticket.ts';

const COMPLETE: Readonly<Record<TransitionType, Transition>> = {
  dispatch: { type: 'dispatch', assignee: 'engineer' },
  take: { type: 'take' },
  arrive: { type: 'arrive', how: 'by-hand' },
  start: { type: 'start', diagnosis: 'd', plan: 'p' },
  done: { type: 'done', result: 'r' },
  accept: { type: 'accept', opinion: 'o' },
  reject: { type: 'reject', reason: 'r' },
  visit: { type: 'visit', how: 'phone', isSatisfied: true },
  close: { type: 'close' },
  cancel: { type: 'cancel', reason: 'duplicate', note: 'n' },
  note: { type: 'note', note: 'n' },
};

/** Typed from the document, not from the code: stage → transition → stage it leads to. */
const EXPECTED: Readonly<Record<Stage, Partial<Record<TransitionType, Stage>>>> = {
  recorded: { dispatch: 'dispatched', cancel: 'cancelled', note: 'recorded' },
  dispatched: {
    take: 'taken',
    arrive: 'on-site',
    dispatch: 'dispatched',
    cancel: 'cancelled',
    note: 'dispatched',
  },
  taken: { arrive: 'on-site', dispatch: 'dispatched', cancel: 'cancelled', note: 'taken' },
  'on-site': { start: 'handling', cancel: 'cancelled', note: 'on-site' },
  handling: { done: 'done', cancel: 'cancelled', note: 'handling' },
  done: { accept: 'accepted', reject: 'rework', note: 'done' },
  rework: { take: 'taken', dispatch: 'dispatched', note: 'rework' },
  accepted: { visit: 'visited', note: 'accepted' },
  visited: { close: 'closed', note: 'visited' },
  closed: {},
  cancelled: {},
};

const policy = createTestPolicy();
const at = (stage: Stage): Ticket => createTestTicket({ stage, priority: 'emergency' });

describe('stages', () => {
  for (const stage of STAGE_NAMES) {
    for (const transition of Object.keys(COMPLETE) as TransitionType[]) {
      const target = EXPECTED[stage][transition];
      test(`${stage}: ${transition} ${target === undefined ? 'is refused' : `leads to ${target}`}`, () => {
        const step = () => stepTicket(at(stage), COMPLETE[transition], 'engineer', policy, 2_000);
        if (target === undefined) expect(step).toThrow(expect.objectContaining({ code: 'wrong-stage' }));
        else expect(step().ticket).toMatchObject({ stage: target, version: 2 });
        expect(allowedTransitions(stage).includes(transition)).toBe(target !== undefined);
      });
    }
  }

  test('a blank mandatory text is missing, and the refusal names field and rule', () => {
    const start: Transition = { type: 'start', diagnosis: '  ', plan: '' };
    expect(() => stepTicket(at('on-site'), start, 'engineer', policy, 2_000)).toThrow(
      expect.objectContaining({
        code: 'missing-fields',
        params: { fields: 'diagnosis, plan', rule: expect.objectContaining({ zh: expect.any(String) }) },
      }),
    );
  });

  test('acceptance is blocked by any active alarm, and by a blind one without a manual reading', () => {
    const alarm = {
      occurrence: 'o-1' as OccurrenceId,
      key: 'k',
      text: { zh: '低', en: 'low' },
      firstAtMs: 0,
      lastAtMs: 0,
      count: 1,
    };
    const accept = (isActive: boolean, blindSinceMs: number | null, manualReading?: string) => () =>
      stepTicket(
        createTestTicket({ stage: 'done', alarms: [{ ...alarm, isActive, blindSinceMs }] }),
        { type: 'accept', opinion: 'ok', manualReading },
        'engineer',
        policy,
        2_000,
      );
    expect(accept(true, null)).toThrow(expect.objectContaining({ code: 'alarm-active' }));
    expect(accept(false, 1_000)).toThrow(expect.objectContaining({ code: 'alarm-blind' }));
    expect(accept(true, 1_000, '0.45 MPa')().ticket.stage).toBe('accepted');
    expect(accept(false, null)().ticket.stage).toBe('accepted');
  });

  test('rework keeps the record of the first round and times the second anew', () => {
    const ticket = createTestTicket({
      stage: 'done',
      priority: 'urgent',
      takenBy: 'engineer',
      result: 'first',
      id: 'T' as TicketId,
    });
    const { ticket: next } = stepTicket(ticket, COMPLETE.reject, 'desk', policy, 50_000);
    expect(next).toMatchObject({ stage: 'rework', reworkCount: 1, takenBy: null, result: 'first' });
    const running = next.clocks.filter((clock) => clock.stoppedAtMs === null);
    expect(running.map((clock) => [clock.id, clock.startedAtMs])).toEqual([
      ['dispatch', 50_000],
      ['arrival', 50_000],
      ['repair', 50_000],
    ]);
  });
});
