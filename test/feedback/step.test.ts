/** What people do to feedback: every change at every stage by everybody, late entries, corrections, complaints, two at once. */
import { describe, expect, test } from 'vitest';
import { FEEDBACK_STAGE_NAMES, type Feedback, type FeedbackStage } from '../../src/core/feedback.ts';
import { type FeedbackId, toId } from '../../src/core/ids.ts';
import type { FeedbackChange } from '../../src/feedback/changes.ts';
import { toFeedbackDues } from '../../src/feedback/clocks.ts';
import { FEEDBACK_LIMITS } from '../../src/feedback/limits.ts';
import { stepFeedback } from '../../src/feedback/step.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { ANALYSE, createFeedbackRig, ENTRY, HANDLE, type Person, TELL, toMs } from './rig.ts';

const PERSON = toPersonalFields('王女士', '13812340000', '00'.repeat(16));
const VOID = { type: 'void', reason: '重复登记' } as const satisfies FeedbackChange;
const COMPLAINT = {
  type: 'complaint',
  content: null,
  place: null,
  equipment: null,
  location: null,
  priority: null,
} as const satisfies FeedbackChange;
const CORRECT = { type: 'correct', field: 'place', value: '5 号楼', reason: '听错' } as const;
const ASSIGN = { type: 'assign', handler: 'wang', note: '' } as const;
const LINK = { type: 'link', ticket: toId('t-1') } as const satisfies FeedbackChange;
const CHANGES: readonly FeedbackChange[] = [
  HANDLE,
  TELL,
  ANALYSE,
  { type: 'file' },
  VOID,
  ASSIGN,
  LINK,
  COMPLAINT,
  CORRECT,
];

/** Stages in which each is possible, from the table in step.ts. */
const POSSIBLE: Readonly<Record<FeedbackChange['type'], readonly FeedbackStage[]>> = {
  handle: ['received'],
  tell: ['handled'],
  analyse: ['told'],
  file: ['analysed'],
  void: ['received', 'handled'],
  assign: ['received', 'handled', 'told', 'analysed'],
  link: ['received', 'handled', 'told', 'analysed'],
  complaint: ['received', 'handled', 'told', 'analysed'],
  correct: ['received', 'handled', 'told', 'analysed'],
};
const OF_HANDLER = ['handle', 'tell', 'analyse', 'link', 'correct'];

function makeFeedback(stage: FeedbackStage): Feedback {
  return { ...createFeedbackRig(defaultPolicy, '11-16 10:00').open({ handler: 'wang' }), stage };
}

const CASES = FEEDBACK_STAGE_NAMES.flatMap((stage) =>
  CHANGES.flatMap((change) =>
    (['manages', 'handler', 'other'] as const).map((who) => ({ stage, change, type: change.type, who })),
  ),
);

test.each(CASES)('in stage $stage, "$type" by who $who is allowed or refused as the table says', (given) => {
  const { stage, change, who } = given;
  const username = who === 'handler' ? 'wang' : 'he';
  const work = (): Feedback =>
    stepFeedback(
      makeFeedback(stage),
      change,
      {
        actor: { username, roles: ['engineer'], groups: [] },
        canManage: who === 'manages',
        findings: { ticket: { id: toId('t-1'), number: 'GC-1' }, personal: null },
        nowMs: toMs('11-16 11:00'),
      },
      defaultPolicy,
    ).feedback;
  const isEdge = change.type === 'file';
  if (!POSSIBLE[change.type].includes(stage)) expect(work).toThrow(/not possible in stage/);
  else if (change.type === 'void') expect(work).toThrow(/is not yours to take/);
  else if (who === 'manages' || isEdge || (who === 'handler' && OF_HANDLER.includes(change.type)))
    expect(work().version).toBe(2);
  else expect(work).toThrow(/is not yours to take/);
});

describe('what is said', () => {
  test.each<readonly [FeedbackChange, Person]>([
    [{ ...HANDLE, arranged: ' ' }, 'desk-li'],
    [{ ...VOID, reason: '  ' }, 'boss-wu'],
    [{ ...CORRECT, reason: '' }, 'desk-li'],
    [{ type: 'correct', field: 'content', value: ' ', reason: '听错' }, 'desk-li'],
    [{ ...ASSIGN, handler: '' }, 'desk-li'],
  ])('nothing at all is refused, and nothing has changed: %o', (change, by) => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    expect(rig.refusal(() => rig.act(change, by))).toBe('missing-fields');
    expect(rig.feedback().version).toBe(1);
    expect(rig.events()).toHaveLength(1);
  });

  test('an analysis has cause, measure and opinion', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    rig.act(HANDLE);
    rig.act(TELL);
    for (const field of ['cause', 'measure', 'opinion'])
      expect(rig.refusal(() => rig.act({ ...ANALYSE, [field]: '' }))).toBe('missing-fields');
    expect(rig.act(ANALYSE).feedback?.analysis).toMatchObject({ cause: ANALYSE.cause, by: 'desk-li' });
  });

  test('an entry without content is none, and its number is not used up', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    expect(rig.refusal(() => rig.open({ content: '  ' }))).toBe('missing-fields');
    expect(rig.open().number).toBe('FK20261116-0001');
    expect(rig.open().number).toBe('FK20261116-0002');
  });

  test('whoever arranged it is a name as entered, else who wrote it down', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    expect(rig.act({ ...HANDLE, arrangedBy: '' }).feedback?.handling?.arrangedBy).toBe('desk-li');
  });
});

describe('two at once', () => {
  test('of two changes to one version the second is told', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    const { id, version } = rig.open();
    const command = { type: 'feedback', feedback: id, version, canManage: true, personal: null } as const;
    const actor = { username: 'desk-li', roles: ['desk'], groups: [] };
    rig.loop.command({ ...command, change: CORRECT, actor });
    expect(rig.refusal(() => rig.loop.command({ ...command, change: ASSIGN, actor }))).toBe(
      'version-conflict',
    );
  });

  test('what the gateway has noted meanwhile makes nobody lose', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    const { id, version } = rig.open();
    rig.to('11-17 06:00');
    expect(rig.feedback().version).toBe(version + 1);
    const actor = { username: 'desk-li', roles: ['desk'], groups: [] };
    const seen = { type: 'feedback', feedback: id, version, canManage: true, personal: null } as const;
    rig.loop.command({ ...seen, change: HANDLE, actor });
    expect(rig.feedback().stage).toBe('handled');
  });

  test('while nothing can be stored nothing has changed, and the command is refused', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    rig.loop.failCommits(true);
    expect(rig.refusal(() => rig.act(HANDLE))).toBe('store-failed');
    rig.loop.failCommits(false);
    rig.act(HANDLE);
    expect(rig.feedback()).toMatchObject({ stage: 'handled', version: 2 });
  });

  test('beyond the limit of open entries none is taken', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    const entry = rig.open();
    const many = Array.from({ length: FEEDBACK_LIMITS.open }, (_, at) => ({
      ...entry,
      id: toId<FeedbackId>(`x-${at}`),
    }));
    const feedbackDues = many.flatMap((one) =>
      toFeedbackDues(one).map((due) => ({ ...due, feedback: one.id })),
    );
    rig.loop.restart(1_000, undefined, (stored) => ({ ...stored, feedbacks: many, feedbackDues }));
    expect(rig.refusal(() => rig.open())).toBe('feedback-full');
  });
});

describe('late entry', () => {
  test('of a letter that lay for days makes nothing of it timely: handled now, it was late, and that is told', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-20 10:00');
    rig.open({ handler: 'wang', receivedAtMs: toMs('11-17 10:00') });
    rig.told();
    // While the entry still holds its clocks back.
    rig.to('11-20 10:02');
    rig.act(HANDLE, 'wang');
    expect(rig.told()).toEqual(['clock-breached boss-wu']);
    expect(rig.clocks()[0]).toContain('due 11-18 10:00, stopped 11-20 10:02, breached by wang');
  });

  test('a letter of the day before is entered with its real times, without a false breach', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-18 09:00');
    rig.open({ receivedAtMs: toMs('11-16 10:00') });
    rig.loop.clock.advance(60_000);
    rig.loop.round();
    expect(rig.told()).toEqual([]);
    rig.act({ ...HANDLE, occurredAtMs: toMs('11-16 15:00') });
    rig.to('11-18 12:00');
    expect(rig.told()).toEqual([]);
    expect(rig.feedback()).toMatchObject({ isLateEntry: true, receivedAtMs: toMs('11-16 10:00') });
    expect(rig.clocks()[0]).toBe('handling: warn 11-17 05:12, due 11-17 10:00, stopped 11-16 15:00');
    expect(rig.events()[1]?.detail).toMatchObject({ enteredAtMs: expect.any(Number) });
  });

  test('what nobody shows to have been kept is broken when the time to enter it is over', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-18 09:00');
    rig.open({ receivedAtMs: toMs('11-16 10:00') });
    rig.to('11-18 09:14');
    expect(rig.told()).toEqual([]);
    rig.to('11-18 09:15');
    expect(rig.told()).toEqual(['clock-breached boss-wu']);
  });

  test('a breach that was told stands, unless a supervisor writes down that the step was in time', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    rig.to('11-17 11:00');
    const late = { ...HANDLE, occurredAtMs: toMs('11-16 16:00') };
    expect(rig.refusal(() => rig.act(late))).toBe('breach-stands');
    rig.act(late, 'boss-wu');
    expect(rig.clocks()[0]).not.toContain('breached');
    expect(rig.events().map(({ type }) => type)).toEqual([
      'received',
      'clock-warned',
      'clock-breached',
      'handled',
      'breach-undone',
    ]);
  });

  test('times that lie ahead, before the step before, or too far back are refused', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    expect(rig.refusal(() => rig.open({ receivedAtMs: toMs('11-16 10:01') }))).toBe('late-entry-order');
    expect(rig.refusal(() => rig.open({ receivedAtMs: toMs('10-01 10:00') }))).toBe('late-entry-order');
    rig.open();
    rig.loop.clock.advance(3_600_000);
    const at = (occurredAtMs: number) => rig.refusal(() => rig.act({ ...HANDLE, occurredAtMs }));
    expect(at(toMs('11-16 09:59'))).toBe('late-entry-order');
    expect(at(toMs('11-16 12:00'))).toBe('late-entry-order');
  });
});

describe('corrections', () => {
  test('name the old value, who and why; the entry has the new one', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    rig.act({ type: 'correct', field: 'subject', value: 'security', reason: '分类有误' }, 'boss-wu');
    expect(rig.feedback().subject).toBe('security');
    const detail = { field: 'subject', from: 'cleaning', to: 'security', reason: '分类有误' };
    expect(rig.events().at(-1)).toMatchObject({ type: 'corrected', by: 'boss-wu', detail });
  });

  test('of what is not written yet, or of what is no word of a list, are refused', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    const fix = (field: 'result' | 'source', value: string) =>
      rig.refusal(() => rig.act({ type: 'correct', field, value, reason: '更正' }));
    expect(fix('result', '已答复')).toBe('nothing-to-correct');
    expect(fix('source', 'gossip')).toBe('value-not-allowed');
  });

  test('of the person leave only digests in the history', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open({}, 'desk-li', PERSON);
    const other = toPersonalFields('王女士', '13900001111', '11'.repeat(16));
    const change = { type: 'correct', field: 'contactMethod', value: '13900001111', reason: '记错' } as const;
    rig.act(change, 'desk-li', other);
    expect(rig.feedback().personal).toBe('FK20261116-0001/2');
    const personal = rig.loop.writes.filter(({ type }) => type === 'personal');
    expect(personal).toMatchObject([
      { id: 'FK20261116-0001/1', fields: PERSON },
      { id: 'FK20261116-0001/2', fields: other },
    ]);
    const others = JSON.stringify(rig.loop.writes.filter(({ type }) => type !== 'personal'));
    expect(others).toContain(PERSON.digest);
    expect(others).toContain(other.digest);
    for (const word of ['王女士', '13812340000', '13900001111']) expect(others).not.toContain(word);
  });
});

describe('a complaint', () => {
  test('is opened with the entry in one transaction; each names the other', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    const entry = rig.open({}, 'desk-li', PERSON);
    const count = rig.loop.writes.length;
    const sealed = toPersonalFields(PERSON.name, PERSON.method, '22'.repeat(16));
    const { ticket } = rig.act(COMPLAINT, 'desk-li', sealed);
    expect(ticket).toMatchObject({
      class: 'complaint',
      content: { zh: ENTRY.content },
      place: { zh: ENTRY.place },
      reporter: null,
      feedbacks: [entry.id],
    });
    expect(rig.feedback()).toMatchObject({
      stage: 'received',
      complaint: { id: ticket?.id, number: ticket?.number },
      tickets: [{ id: ticket?.id }],
    });
    const kinds = new Set(rig.loop.writes.slice(count).map(({ type }) => type));
    for (const kind of ['ticket', 'ticket-event', 'feedback', 'feedback-event', 'personal'])
      expect(kinds).toContain(kind);
    expect(rig.loop.ticketEvents.map(({ type }) => type)).toContain('linked');
  });

  test('is made once, and by whom the desk’s work is', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open({ handler: 'wang' });
    expect(rig.refusal(() => rig.act(COMPLAINT, 'wang'))).toBe('not-your-step');
    expect(rig.loop.tickets()).toHaveLength(0);
    rig.act(COMPLAINT);
    expect(rig.refusal(() => rig.act(COMPLAINT))).toBe('value-not-allowed');
    expect(rig.loop.tickets()).toHaveLength(1);
  });

  test('its ticket, or another, is one that the entry is about', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    const { ticket } = rig.act(COMPLAINT);
    rig.open({ tickets: [ticket?.id ?? toId('')] });
    expect(rig.feedback().tickets).toEqual([{ id: ticket?.id, number: ticket?.number }]);
    expect(rig.refusal(() => rig.act({ type: 'link', ticket: toId('none') }))).toBe('not-found');
    rig.open();
    rig.act({ type: 'link', ticket: ticket?.id ?? toId('') });
    rig.act({ type: 'link', ticket: ticket?.id ?? toId('') });
    expect(rig.feedback().tickets).toHaveLength(1);
  });
});

test('personal fields of an entry that is not filed are not destroyed', () => {
  const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
  const { personal } = rig.open({}, 'desk-li', PERSON);
  const ids = [personal ?? ''];
  const destroy = () =>
    rig.loop.command({ type: 'destroy-personal', ids, by: 'file-xu', reason: '本人要求' });
  expect(rig.refusal(destroy)).toBe('feedback-open');
  rig.act(VOID, 'boss-wu');
  destroy();
  expect(rig.loop.writes.filter(({ type }) => type === 'personal').at(-1)).toMatchObject({ fields: null });
});
