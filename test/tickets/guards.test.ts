/** What each step must be told: by its own rule, and by every guard of both shipped policies. */
import { describe, expect, test } from 'vitest';
import type { Guard, Policy } from '../../src/config/policy.ts';
import { toId } from '../../src/core/ids.ts';
import { STAGE_NAMES, type Stage, type Ticket } from '../../src/core/ticket.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import { allowedTransitions } from '../../src/tickets/path.ts';
import { type StepContext, stepForm, stepTicket } from '../../src/tickets/step.ts';
import type { Transition, TransitionType } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  COMPLETE,
  createAlarm,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  HOUR_MS,
  NORMAL,
  PHOTO,
  refusalOf,
} from './fixtures.ts';

const free = createFreePolicy();
const context = createContext({ policy: free });

function refusal(ticket: Partial<Ticket>, transition: Transition, given: Partial<StepContext> = {}) {
  return refusalOf(() => stepTicket(createFull(ticket), transition, DESK, { ...context, ...given }));
}

/** Stage, step with something left out, the fields that the refusal names, and what else is so of the ticket. */
const OWN_RULES: readonly (readonly [Stage, Transition, string, Partial<Ticket>?])[] = [
  ['recorded', { type: 'dispatch', assignee: ' ' }, 'assignee'],
  ['on-site', { type: 'diagnose', diagnosis: '\u200b\u2060 ' }, 'diagnosis'],
  ['on-site', { type: 'diagnose', diagnosis: '' }, 'diagnosis'],
  ['diagnosed', { type: 'plan', plan: '\t' }, 'plan'],
  ['handling', { type: 'done', result: '' }, 'result'],
  ['done', { type: 'accept', opinion: '' }, 'opinion'],
  ['done', { type: 'accept', opinion: 'ok', overrideReason: 'spare on order' }, 'overridePhoto'],
  ['done', { type: 'accept', opinion: 'ok', overridePhoto: PHOTO.id }, 'overrideReason'],
  [
    'done',
    { type: 'accept', opinion: 'ok', overrideReason: 'r', overridePhoto: toId('other') },
    'overridePhoto',
  ],
  ['accepted', { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: false }, 'note'],
  ['accepted', { type: 'visit', how: 'phone', isRepaired: false, isSatisfied: true }, 'note'],
  ['accepted', { ...VISIT(), isChargeAgreed: false }, 'note'],
  ['handling', { type: 'wait', reason: 'part', note: '', approver: '' }, 'note, approver'],
  ['done', { type: 'reject', reason: '' }, 'reason'],
  ['closed', { type: 'reopen', reason: ' ' }, 'reason'],
  ['taken', { type: 'cancel', reason: 'false-alarm', note: '' }, 'note'],
  ['taken', { type: 'merge', into: toId('GC-2'), note: '' }, 'note'],
  ['taken', { type: 'transfer', assignee: '', reason: '' }, 'assignee, reason'],
  ['taken', { type: 'urge', note: '' }, 'note'],
  ['taken', { type: 'escalate', reason: '' }, 'reason'],
  ['taken', { type: 'answer', note: '' }, 'note'],
  ['taken', { type: 'reclassify', class: 'security', reason: '' }, 'reason'],
  ['taken', { type: 'reclassify', class: 'engineering', reason: 'same as before' }, 'change'],
  ['taken', { type: 'set-difficult', approver: '', reason: '' }, 'approver, reason'],
  ['taken', { type: 'correct', field: 'content', value: '', reason: '' }, 'value, reason'],
  ['taken', { type: 'give-contractor', note: 'by phone' }, 'user, contact', { contractor: null }],
  ['taken', { type: 'give-contractor', note: ' ' }, 'note'],
  ['taken', { type: 'note', note: '  ' }, 'note'],
];

function VISIT() {
  return { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true } as const;
}

describe('what a step asks for by itself', () => {
  for (const [stage, step, fields, more] of OWN_RULES) {
    test(`${step.type} without ${fields} is refused and names it`, () => {
      const found = refusal({ stage, closedAtMs: stage === 'closed' ? BASE_MS : null, ...more }, step);
      expect(found.code).toBe('missing-fields');
      expect(found.params).toMatchObject({
        fields,
        rule: { zh: expect.any(String), en: expect.any(String) },
      });
    });
  }

  test('an agreement names everything that was told', () => {
    const step = { ...COMPLETE.agree, impact: '', protection: '' } as Transition;
    const daily = { stage: 'planned', flow: 'daily', priority: 'normal' } as const;
    expect(refusal(daily, step).params).toMatchObject({ fields: 'impact, protection' });
  });

  test('nobody approves his own wait or his own difficult matter', () => {
    const wait: Transition = { type: 'wait', reason: 'part', note: 'n', approver: DESK.username };
    const difficult: Transition = { type: 'set-difficult', approver: DESK.username, reason: 'r' };
    expect(refusal({ stage: 'handling' }, wait).code).toBe('own-approval');
    expect(refusal({ stage: 'handling' }, difficult).code).toBe('own-approval');
  });

  test('the end of a wait, an appointment and an estimate lie ahead', () => {
    const past = BASE_MS;
    const steps: readonly Transition[] = [
      { type: 'wait', reason: 'part', note: 'n', approver: 'a', untilMs: past },
      { type: 'appoint', fromMs: past, toMs: past + HOUR_MS },
      { type: 'appoint', fromMs: BASE_MS + 2 * HOUR_MS, toMs: BASE_MS + HOUR_MS },
      { type: 'estimate', atMs: past },
    ];
    for (const step of steps) expect(refusal({ stage: 'taken' }, step).code).toBe('end-not-ahead');
  });

  test('an amount that is corrected is a number, 0 or more', () => {
    const correct = (value: string): Transition => ({
      type: 'correct',
      field: 'amountYuan',
      value,
      reason: 'r',
    });
    const ticket = { stage: 'done', amountYuan: 10 } as const;
    expect(refusal(ticket, correct('-1')).code).toBe('value-not-allowed');
    expect(refusal(ticket, correct('ten')).code).toBe('value-not-allowed');
    const { ticket: next, events } = stepTicket(createFull(ticket), correct('0'), DESK, context);
    expect(next.amountYuan).toBe(0);
    expect(events).toMatchObject([{ type: 'corrected', detail: { field: 'amountYuan', from: 10, to: 0 } }]);
  });

  test('what was never written cannot be corrected, but a fault kind can be filled in', () => {
    const correct = (field: 'diagnosis' | 'faultKind'): Transition => ({
      type: 'correct',
      field,
      value: 'seal',
      reason: 'r',
    });
    expect(refusal({ stage: 'taken' }, correct('diagnosis')).code).toBe('nothing-to-correct');
    const filled = stepTicket(createFull({ stage: 'taken' }), correct('faultKind'), DESK, context);
    expect(filled.ticket.faultKind).toBe('seal');
  });

  test('a fire step is written down only of a fire that is real', () => {
    const fire = { verdict: 'test', by: 'x', atMs: BASE_MS, how: 'phone', cause: null, steps: {} } as const;
    const ticket = { stage: 'taken', class: 'fire', priority: 'emergency', fire } as const;
    expect(refusal(ticket, COMPLETE['fire-step']).params).toMatchObject({ fields: 'verdict' });
    const real = createFull({ ...ticket, fire: { ...fire, verdict: 'real' } });
    const { ticket: next } = stepTicket(real, COMPLETE['fire-step'], DESK, context);
    expect(next.fire?.steps['called-119']).toMatchObject({ by: DESK.username, who: DESK.username });
  });

  test('a false fire alarm needs its cause', () => {
    const ticket = { stage: 'taken', class: 'fire', priority: 'emergency' } as const;
    const step: Transition = { type: 'confirm-fire', verdict: 'false-alarm', how: 'camera' };
    expect(refusal(ticket, step).params).toMatchObject({ fields: 'cause' });
  });

  test('a step of a sheet that is done twice keeps its first time and person; the record has both', () => {
    const call: Transition = { type: 'entrapment', step: 'maintainer-called', who: 'first' };
    const begun = createFull({ stage: 'taken', class: 'help', priority: 'emergency' });
    const first = stepTicket(begun, call, DESK, context).ticket;
    const again: Transition = { ...call, who: 'second', note: 'still on the way', people: 3 };
    const personal = toPersonalFields('second', '', 'salt');
    const later = { ...context, nowMs: context.nowMs + HOUR_MS, personal };
    const { ticket, events } = stepTicket(first, again, DESK, later);
    expect(ticket.entrapment?.steps['maintainer-called']).toEqual(
      first.entrapment?.steps['maintainer-called'],
    );
    expect(ticket.entrapment?.people).toBe(3);
    // Whom it names may be nobody of the house: the record has the row and its digest, no name.
    expect(events).toMatchObject([
      {
        atMs: later.nowMs,
        by: DESK.username,
        detail: {
          note: 'still on the way',
          personal: `${first.id}/${first.version + 1}`,
          digest: personal.digest,
        },
      },
    ]);
    expect(JSON.stringify(events[0]?.detail)).not.toContain('second');

    const fire = { verdict: 'real', by: 'x', atMs: BASE_MS, how: 'phone', cause: null, steps: {} } as const;
    const burning = createFull({ stage: 'taken', class: 'fire', priority: 'emergency', fire });
    const called = stepTicket(burning, COMPLETE['fire-step'], DESK, context).ticket;
    const twice = stepTicket(called, COMPLETE['fire-step'], DESK, later).ticket;
    expect(twice.fire?.steps).toEqual(called.fire?.steps);
  });

  test('a fire is not offered the sheet of a lift', () => {
    const ticket = { stage: 'taken', class: 'fire', priority: 'emergency' } as const;
    expect(refusal(ticket, COMPLETE.entrapment).code).toBe('wrong-stage');
    const burning = createFull(ticket);
    expect(stepTicket(burning, COMPLETE['confirm-fire'], DESK, context).ticket.fire).not.toBeNull();
  });

  test('a lift with people in it is neither done nor back in service', () => {
    const entrapment = { liftCode: 'L3', rescueLine: '', floor: '7', people: null, steps: {} };
    const ticket = { stage: 'handling', priority: 'emergency', entrapment } as const;
    const back: Transition = {
      type: 'entrapment',
      step: 'back-in-service',
      who: 'Mr Wu',
      firm: 'Lift Firm',
      phone: '8805',
      signedSlip: 'WB-7',
    };
    expect(refusal(ticket, COMPLETE.done).params).toMatchObject({ fields: 'released' });
    expect(refusal(ticket, back).params).toMatchObject({ fields: 'released' });
    const unsigned: Transition = { type: 'entrapment', step: 'back-in-service' };
    expect(refusal(ticket, unsigned).params).toMatchObject({ fields: 'who' });
    const empty = createFull({ ...ticket, entrapment: { ...entrapment, people: 0 } });
    expect(stepTicket(empty, COMPLETE.done, DESK, context).ticket.stage).toBe('done');
  });
});

describe('acceptance and closing', () => {
  const standing = createAlarm();
  const blind = createAlarm({ ...NORMAL, blindSinceMs: BASE_MS });
  const accept = (
    alarms: Ticket['alarms'],
    step: Partial<Transition & { type: 'accept' }> = {},
    given: Partial<Ticket> = {},
  ) =>
    stepTicket(
      createFull({ stage: 'done', alarms, ...given }),
      { type: 'accept', opinion: 'ok', ...step },
      DESK,
      context,
    ).ticket;

  test('a standing alarm blocks it, and is named', () => {
    expect(refusalOf(() => accept([standing]))).toMatchObject({
      code: 'alarm-active',
      params: { alarms: { zh: '压力高', en: 'pressure high' } },
    });
  });

  test('of the alarms of a storm it names a few and says how many there are', () => {
    const many = Array.from({ length: 30 }, (_, at) => ({ ...standing, occurrence: toId<never>(`o-${at}`) }));
    const { params } = refusalOf(() => accept(many));
    expect((params['alarms'] as { en: string }).en).toMatch(/and 20 more$/);
  });

  test('a blind one asks for a reading by hand, also where it stood when it was seen last', () => {
    expect(refusalOf(() => accept([blind])).code).toBe('alarm-blind');
    const unseen = createAlarm({ blindSinceMs: BASE_MS });
    expect(refusalOf(() => accept([unseen])).code).toBe('alarm-blind');
    for (const bare of ['正常', '一切正常。', 'Normal', 'ok!'])
      expect(refusalOf(() => accept([unseen], { manualReading: bare })).code).toBe('alarm-blind');
    expect(accept([unseen], { manualReading: '0.45 MPa' }).acceptance).toMatchObject({
      manualReading: '0.45 MPa',
      override: null,
    });
  });

  test('a reason and a photo of the ticket override it by name', () => {
    const over = { overrideReason: 'spare on order', overridePhoto: PHOTO.id };
    const pdf = { ...PHOTO, mediaType: 'application/pdf' };
    const marks = [...createFull().marks, { type: 'reworked', atMs: BASE_MS + 1, stage: 'rework' } as const];
    for (const given of [{ attachments: [pdf] }, { marks }])
      expect(refusalOf(() => accept([standing], over, given))).toMatchObject({
        code: 'missing-fields',
        params: { fields: 'overridePhoto' },
      });
    const next = accept([standing], over);
    expect(next.acceptance).toMatchObject({
      by: DESK.username,
      override: { reason: 'spare on order', photo: PHOTO.id },
    });
  });

  test('an alarm that is out of service under a permit does not block it until the permit ends', () => {
    const outOfService = {
      by: 'a',
      atMs: BASE_MS,
      reason: 'r',
      permit: 'GP-1',
      approver: 'b',
      untilMs: context.nowMs + 1,
    };
    expect(accept([createAlarm({ outOfService })]).stage).toBe('accepted');
    const over = createAlarm({ outOfService: { ...outOfService, untilMs: context.nowMs } });
    expect(refusalOf(() => accept([over])).code).toBe('alarm-active');
  });

  test('closing asks again: an alarm that has come to be seen as standing blocks it', () => {
    const acceptance = { by: 'o', opinion: 'ok', atMs: BASE_MS, manualReading: '0.4', override: null };
    const close = (given: Partial<Ticket>) =>
      stepTicket(createFull({ stage: 'visited', acceptance, ...given }), COMPLETE.close, DESK, context)
        .ticket;
    expect(refusalOf(() => close({ alarms: [standing] })).code).toBe('alarm-active');
    expect(close({ alarms: [blind] }).stage).toBe('closed');
    const override = { ...acceptance, override: { reason: 'r', photo: PHOTO.id } };
    expect(close({ alarms: [standing], acceptance: override }).stage).toBe('closed');
    expect(
      refusalOf(() => close({ alarms: [blind], acceptance: { ...acceptance, manualReading: null } })).code,
    ).toBe('alarm-blind');
  });
});

/** The ticket just before the step, with settings that the guard matches. */
function createBefore(policy: Policy, { match, transition }: Guard): Ticket {
  const settings = {
    class: match.class?.[0] ?? 'engineering',
    source: match.source?.[0] ?? 'owner-call',
    flow: match.flow?.[0] ?? 'daily',
    priority: match.priority?.[0] ?? 'normal',
    attendance: match.attendance?.[0] ?? 'appointment',
  } as const;
  for (const stage of STAGE_NAMES) {
    const ticket = createFull({ ...settings, stage, ...NOTHING });
    if (allowedTransitions(ticket, policy).includes(transition)) return ticket;
  }
  throw new Error(`no stage allows ${transition} for ${JSON.stringify(settings)}`);
}

const EMPTY = { zh: '', en: '' };
/** Nothing on the ticket stands in for what the step leaves out. */
const NOTHING = {
  place: EMPTY,
  content: EMPTY,
  contact: { id: null, name: EMPTY, method: '', personal: null, isConfirmed: null },
  attachments: [],
} satisfies Partial<Ticket>;

/** The step without one field, the ticket without all. A step that fills a field by itself leaves it out of this list. */
const FILLED_IN: Partial<Record<TransitionType, readonly string[]>> = {
  done: ['handler'],
  dispatch: ['class'],
};

for (const [name, shipped] of [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const) {
  describe(`guards of the ${name} policy`, () => {
    const policy: Policy = { ...shipped, actors: free.actors };
    for (const [at, guard] of policy.guards.entries()) {
      const own = FILLED_IN[guard.transition] ?? [];
      for (const field of guard.fields.filter((it) => !own.includes(it))) {
        test(`${at + 1}: ${guard.transition} without ${field} is refused`, () => {
          const step = { ...COMPLETE[guard.transition], [field]: undefined } as Transition;
          const before = createBefore(policy, guard);
          // What the step itself does not say may still be on the ticket.
          const ticket = field === 'takenBy' ? { ...before, takenBy: null } : before;
          const found = refusalOf(() => stepTicket(ticket, step, DESK, createContext({ policy })));
          expect(found.code).toBe('missing-fields');
          expect((found.params['fields'] as string).split(', ')).toContain(field);
        });
      }
    }
  });
}

describe('a guard', () => {
  const rule = { zh: '须有照片', en: 'a photo is needed' };
  const withGuard = (fields: readonly string[], flow: Ticket['flow']): Policy => ({
    ...free,
    guards: [{ transition: 'done', match: { flow: [flow] }, fields, rule }],
  });
  const done =
    (policy: Policy, given: Partial<Ticket> = {}) =>
    () =>
      stepTicket(createFull({ stage: 'handling', ...given }), COMPLETE.done, DESK, { ...context, policy });

  test('is content with what the ticket has already', () => {
    expect(done(withGuard(['attachments', 'contactName'], 'public-area'))().ticket.stage).toBe('done');
  });

  test('names what is missing and its rule, and only where it matches', () => {
    const bare = { attachments: [] };
    expect(refusalOf(done(withGuard(['attachments'], 'public-area'), bare)).params).toEqual({
      fields: 'attachments',
      rule,
    });
    expect(done(withGuard(['attachments'], 'daily'), bare)().ticket.stage).toBe('done');
  });

  test('takes zero and no for an answer', () => {
    expect(done(withGuard(['amountYuan'], 'public-area'))().ticket.amountYuan).toBe(0);
  });
});

describe('a short form', () => {
  const ticket = createFull({ stage: 'on-site' });
  const steps = [COMPLETE.diagnose, COMPLETE.plan, COMPLETE.start, COMPLETE.done];
  const fill = (form: string, transitions: readonly Transition[], of = ticket) =>
    stepForm(of, form, transitions, DESK, context);

  test('makes several steps, each recorded by itself', () => {
    const { ticket: next, events } = fill('repair', steps);
    expect(events.map(({ type }) => type)).toEqual(['diagnosed', 'planned', 'started', 'done']);
    expect(next).toMatchObject({ stage: 'done', version: 5, diagnosis: 'seal worn', result: 'new seal' });
  });

  test('makes none of them when one is refused', () => {
    const before = structuredClone(ticket);
    const bad = [COMPLETE.diagnose, COMPLETE.plan, COMPLETE.start, { type: 'done', result: '' } as const];
    expect(refusalOf(() => fill('repair', bad)).code).toBe('missing-fields');
    expect(ticket).toEqual(before);
  });

  test('has all its steps in its order, and fits the ticket', () => {
    expect(refusalOf(() => fill('repair', steps.slice(1))).code).toBe('wrong-form');
    expect(refusalOf(() => fill('repair', steps.toReversed())).code).toBe('wrong-form');
    expect(refusalOf(() => fill('repair', [])).code).toBe('wrong-form');
    expect(refusalOf(() => fill('no-such-form', steps)).code).toBe('wrong-form');
    expect(refusalOf(() => fill('repair', steps, createFull({ ...ticket, flow: 'daily' }))).code).toBe(
      'wrong-form',
    );
  });

  test('that records and dispatches leaves no room for the gateway in between', () => {
    const received = createFull({ stage: 'received', priority: 'normal', takenBy: null });
    const { events } = fill('intake', [COMPLETE.record, COMPLETE.dispatch], received);
    expect(events.map(({ type, by }) => [type, by])).toEqual([
      ['recorded', DESK.username],
      ['dispatched', DESK.username],
    ]);
  });
});
