/**
 * "Who would be told?" against what is told in earnest: for every severity and class, at several times and under both
 * shipped policies, the people that the answer names are the recipients of the messages that the loop really makes.
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { defined } from '../../src/core/assert.ts';
import type { Message } from '../../src/core/message.ts';
import { SEVERITY_NAMES } from '../../src/core/severity.ts';
import { TICKET_CLASS_NAMES } from '../../src/core/ticket.ts';
import { createEnginePeople } from '../../src/engine-people.ts';
import { createToMessages } from '../../src/notify/to-messages.ts';
import { createDutyView } from '../../src/people/duty.ts';
import { type WhoAnswer, type WhoStep, whoWouldBeTold } from '../../src/people/who.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { assign, makeBook, makeRoster, member, ZONE } from './fixtures.ts';

const holds = (kind: string) => [{ kind, number: '1', validTo: '2027-01-01' }];
const PEOPLE = [
  member('li', ['desk']),
  member('chen', ['desk']),
  member('he', ['duty']),
  member('wang', ['engineer'], { specialities: ['water'] }),
  member('zhao', ['engineer'], { specialities: ['water'], certificates: holds('electrician-hv') }),
  member('boss', ['supervisor']),
  member('tan', ['foreman']),
  member('feng', ['security']),
  member('qian', ['owner-service']),
  member('sun', ['manager']),
  // Nobody is the leader: whoever stands in for him is named as well.
];
const DATES = ['2026-11-20', '2026-11-21', '2026-11-23'];
const ROSTER = makeRoster(
  DATES.flatMap((date) => [
    assign(date, 'desk', 'day', 'li'),
    assign(date, 'desk', 'night', 'chen'),
    assign(date, 'duty-engineer', 'day', 'wang'),
    assign(date, 'standby-electrician', 'night', 'zhao'),
  ]),
);
const DUTY = createDutyView(makeBook(ROSTER, PEOPLE));
const TIMES = {
  'Saturday 03:00': Date.UTC(2026, 10, 20, 19),
  'Saturday 10:00': Date.UTC(2026, 10, 21, 2),
  'Monday 11:00': Date.UTC(2026, 10, 23, 3),
} as const;

function raise(
  policy: Policy,
  severity: (typeof SEVERITY_NAMES)[number],
  ticketClass: (typeof TICKET_CLASS_NAMES)[number],
  atMs: number,
) {
  const rule = { id: 'alarm', points: ['p'], type: 'state', params: { in: [1] } } as const;
  const model = createTestModel({
    equipment: [{ id: 'pump', points: [{ name: 'p' }], rules: [{ ...rule, severity, class: ticketClass }] }],
    overrides: { policy },
  });
  const toMessages = createToMessages({
    duty: () => DUTY,
    channels: [{ id: 'inbox', kinds: null, roles: null, reachesContacts: false }],
    timeZone: ZONE,
  });
  const people = createEnginePeople(() => DUTY, ZONE);
  const loop = createTestLoop(model, undefined, { toMessages, people });
  loop.clock.set({ wallMs: atMs });
  loop.restart(0);
  loop.feed({ p: 0 });
  loop.feed({ p: 1 });
  const equipment = defined([...model.equipment.values()][0], 'the pump');
  const ask = (askedMs: number): WhoAnswer =>
    whoWouldBeTold(
      { atMs: askedMs, severity, class: ticketClass, equipment },
      { policy, duty: DUTY, contacts: new Map(), timeZone: ZONE },
    );
  return { loop, ask };
}

const namesOf = (steps: readonly WhoStep[]): readonly string[] =>
  [...new Set(steps.flatMap(({ people }) => people.map(({ username }) => username)))].sort();
const recipientsOf = (messages: readonly Message[]): readonly string[] =>
  [...new Set(messages.map(({ recipient }) => recipient))].sort();
const isAtOnce = ({ when }: WhoStep): boolean => /^at once|^reported at once/.test(when.en);

/** The first message of the kind, and those made with it. */
function firstOf(loop: TestLoop, isMeant: (message: Message) => boolean): readonly Message[] {
  const first = loop.messages.find(isMeant);
  return loop.messages.filter((message) => isMeant(message) && message.createdAtMs === first?.createdAtMs);
}

describe.each([
  { name: 'default', policy: defaultPolicy },
  { name: 'hospital', policy: hospitalPolicy },
])('under the $name policy', ({ policy }) => {
  const cases = Object.entries(TIMES).flatMap(([time, atMs]) =>
    SEVERITY_NAMES.flatMap((severity) =>
      TICKET_CLASS_NAMES.map((ticketClass) => ({ time, atMs, severity, ticketClass })),
    ),
  );

  test.each(cases)(
    '$severity, $ticketClass, $time: those named are told, now or when it is said',
    (given) => {
      const { loop, ask } = raise(policy, given.severity, given.ticketClass, given.atMs);
      const askedMs = loop.clock.now().wallMs;
      const answer = ask(askedMs);
      expect(recipientsOf(loop.messages)).toEqual(namesOf(answer.steps.filter(isAtOnce)));
      const heldTo = new Set(loop.messages.map(({ notBeforeMs }) => notBeforeMs));
      expect([...heldTo]).toEqual([answer.heldUntilMs ?? askedMs]);
    },
  );

  test('the report that nobody answers, the rungs and the breach go to those named', () => {
    const { loop, ask } = raise(policy, 'life-safety', 'fire', TIMES['Saturday 03:00']);
    loop.advance(20 * 60_000);
    const stepsAt = (messages: readonly Message[]) =>
      ask(defined(messages[0], 'a message').createdAtMs).steps;
    const escalated = firstOf(loop, ({ kind }) => kind === 'escalated');
    const rungs = stepsAt(escalated).filter(({ id }) => id === 'escalation');
    expect(recipientsOf(escalated)).toEqual(namesOf(rungs.slice(0, 1)));
    const breached = firstOf(loop, ({ kind }) => kind === 'clock-breached');
    expect(recipientsOf(breached)).toEqual(namesOf(stepsAt(breached).filter(({ id }) => id === 'breach')));
    const later = firstOf(
      loop,
      ({ kind, body }) => kind === 'emergency' && body.en.includes('nobody has answered'),
    );
    const unanswered = ask(loop.clock.now().wallMs).steps.filter(({ when }) =>
      /nobody answers/.test(when.en),
    );
    expect(recipientsOf(later)).toEqual(namesOf(unanswered));
  });
});
