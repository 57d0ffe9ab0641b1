/**
 * "An emergency begins on this ticket now" is one event, whatever it comes from (service-workflow.md §2, emergency branch; §3): it
 * ends a wait, is reported, has its two minutes for the desk and its minutes for somebody to be there, also where somebody has
 * been there before; and what a ticket takes over by a merge is not less than it was.
 */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Person, type Story } from './story-rig.ts';

const DAY_MS = 86_400_000;
const FALSE_ALARM = { type: 'confirm-fire', verdict: 'false-alarm', how: 'camera', cause: 'steam' } as const;
const REAL = { type: 'confirm-fire', verdict: 'real', how: 'on-site' } as const;
const POLICIES = [
  ['the default policy', defaultPolicy, 'desk-li', ['redirect', 'arrival']],
  ['the policy of the hospital', hospitalPolicy, 'duty-he', ['reassign', 'presence']],
] as const;

/** Clocks that run, and have run from this moment. */
const begunOf = (story: Story): readonly string[] => {
  const nowMs = story.loop.clock.now().wallMs;
  const begun = story
    .ticket()
    .clocks.filter(
      ({ startedAtMs, stoppedAtMs, isPaused }) => startedAtMs === nowMs && stoppedAtMs === null && !isPaused,
    );
  return begun.map(({ id }) => id);
};
const reportingOf = (story: Story, { id }: Pick<Ticket, 'id'>): number =>
  story.loop.ticketEvents.filter(({ type, ticket }) => type === 'reporting' && ticket.id === id).length;
const begunEventsOf = (story: Story): number =>
  story.loop.ticketEvents.filter(({ type }) => type === 'emergency-began').length;

describe.each(POLICIES)('under %s', (_name, policy, desk: Person, clocks) => {
  const isDefault = policy === defaultPolicy;
  const begin = (): Story => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    return story;
  };
  const openUrgent = (story: Story): Ticket =>
    story.report(desk, {
      source: 'internal-need',
      class: 'security',
      priority: 'urgent',
      content: '地下室渗水',
      place: '地下室',
    });
  /** To the work itself. */
  const workOn = (story: Story, who: Person): void => {
    if (story.ticket().stage === 'received' && isDefault) story.act(desk, { type: 'record' });
    if (story.ticket().stage !== 'dispatched' || story.ticket().assignee !== who)
      story.act(desk, { type: 'dispatch', assignee: who });
    if (isDefault) story.act(who, { type: 'take', readBack: 'understood' });
    story.act(who, { type: 'arrive', how: 'by-hand' });
    if (isDefault) story.act(who, { type: 'diagnose', diagnosis: 'a pipe' });
    if (isDefault) story.act(who, { type: 'plan', plan: 'a new one' });
    story.act(who, { type: 'start' });
  };
  const wait = (story: Story): void => {
    const untilMs = story.loop.clock.now().wallMs + 7 * DAY_MS;
    const given = {
      reason: 'part',
      note: 'n',
      approver: 'boss-wu',
      untilMs,
      estimatedAtMs: untilMs,
    } as const;
    story.act('foreman-tan', { type: 'wait', ...given });
  };
  const raise = { type: 'reclassify', priority: 'emergency', reason: '主管爆裂' } as const;

  test('whoever once was there has to be there again, and the desk confirms or redirects', () => {
    const story = begin();
    openUrgent(story);
    workOn(story, 'guard-feng');
    expect(story.refusal('guard-feng', { type: 'arrive', how: 'by-hand' })).toBe('wrong-stage');
    story.to('10-04 03:20');
    story.act('boss-wu', raise);
    expect(begunOf(story)).toEqual(expect.arrayContaining([...clocks]));
    expect(story.ticket()).toMatchObject({ stage: 'handling', takenBy: isDefault ? 'guard-feng' : null });
    story.to('10-04 03:21');
    story.act('guard-feng', { type: 'arrive', how: 'by-hand' });
    expect(story.ticket().stage).toBe('handling');
    const running = story.ticket().clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null);
    expect(running.map(({ id }) => id).filter((id) => (clocks as readonly string[]).includes(id))).toEqual(
      [],
    );
    expect(story.refusal('guard-feng', { type: 'arrive', how: 'by-hand' })).toBe('wrong-stage');
  });

  test('the desk sends somebody else, who has his minutes, from the middle of the work', () => {
    const story = begin();
    openUrgent(story);
    workOn(story, 'guard-feng');
    story.to('10-04 03:20');
    story.act('boss-wu', raise);
    story.act(desk, { type: 'dispatch', assignee: 'zhao' });
    expect(story.ticket()).toMatchObject({ stage: 'dispatched', assignee: 'zhao' });
    expect(begunOf(story)).toContain(clocks[1]);
    story.act('zhao', { type: 'arrive', how: 'by-hand' });
    story.act('zhao', { type: 'start' });
    expect(story.ticket().stage).toBe('handling');
  });

  test('whoever takes an emergency over has a time to be there', () => {
    const story = begin();
    openUrgent(story);
    workOn(story, 'guard-feng');
    story.act('boss-wu', raise);
    story.act('guard-feng', { type: 'arrive', how: 'by-hand' });
    story.to('10-04 03:20');
    story.act(desk, { type: 'transfer', assignee: 'zhao', reason: 'end of his shift' });
    expect(begunOf(story)).toEqual([isDefault ? 'read-back' : 'handover']);
    story.act('zhao', { type: 'arrive', how: 'by-hand' });
    expect(story.ticket()).toMatchObject({ stage: 'handling', assignee: 'zhao' });
    expect(begunOf(story)).toEqual([]);
  });

  test('an emergency that is merged into a ticket that waits wakes it', () => {
    const story = begin();
    const into = openUrgent(story);
    workOn(story, 'guard-feng');
    wait(story);
    story.to('10-04 03:20');
    const from = story.report(desk, {
      source: 'internal-need',
      class: 'security',
      priority: 'emergency',
      content: '大量进水，快淹到配电室',
      place: '地下二层',
    });
    story.act('boss-wu', { type: 'merge', into: into.id, note: '同一根管' });
    expect(story.ticket()).toMatchObject({ id: from.id, stage: 'merged' });
    story.follow(into);
    expect(story.ticket()).toMatchObject({ stage: 'handling', waiting: null, priority: 'emergency' });
    expect(begunOf(story)).toEqual(expect.arrayContaining([...clocks]));
    story.act(desk, { type: 'dispatch', assignee: 'zhao' });
    expect(story.ticket().stage).toBe('dispatched');
  });

  test('an emergency that comes again while its ticket waits wakes it, and is reported in a time of its own', () => {
    const story = begin();
    story.feed({ trapped: 1 });
    if (isDefault) story.act(desk, { type: 'dispatch', assignee: 'lift-ma' });
    story.act(desk, { type: 'entrapment', people: 1, floor: '3' });
    expect(story.refusal('foreman-tan', WAIT)).toBe('missing-fields: released');
    story.act(desk, { type: 'entrapment', step: 'released' });
    story.feed({ trapped: 0 });
    story.act('lift-ma', { type: 'arrive', how: 'by-hand' });
    story.act('lift-ma', { type: 'start' });
    wait(story);
    story.to('10-04 03:20');
    const told = story.loop.messages.length;
    story.feed({ trapped: 1 });
    expect(story.ticket()).toMatchObject({ stage: 'handling', waiting: null, entrapment: { people: null } });
    expect(begunOf(story)).toEqual(expect.arrayContaining([...clocks]));
    // Nobody had been reached by the first report: its run is over by this, and stays late.
    const reports = story.ticket().clocks.filter(({ id }) => ['report', 'alert'].includes(id));
    expect(reports.map((it) => [it.stoppedAtMs !== null, it.breachedAtMs !== null])).toEqual([
      [true, true],
      [false, false],
    ]);
    const recipients = story.loop.messages.slice(told).map(({ recipient }) => recipient);
    expect(recipients).toContain(desk);
    story.act(desk, { type: 'dispatch', assignee: 'lift-ma' });
    expect(story.ticket().stage).toBe('dispatched');
  });

  test('a second call about an emergency is told to whoever has it, and wakes it where it waits', () => {
    const story = begin();
    const given = {
      source: 'internal-need',
      class: 'security',
      priority: 'emergency',
      content: '有人闯入配电间',
      place: '配电间',
    } as const;
    const first = story.report(desk, given);
    workOn(story, 'guard-feng');
    const told = story.loop.messages.length;
    story.to('10-04 03:02');
    const second = story.report(desk, { ...given, content: '又来了两个人' });
    expect(second.id).toBe(first.id);
    const calls = story.loop.messages.slice(told).filter(({ kind }) => kind === 'urged');
    expect(calls.map(({ recipient, body }) => [recipient, body.zh.includes('又来了两个人')])).toEqual([
      ['guard-feng', true],
    ]);
    if (story.incidents().length > 0) story.incident({ type: 'confirm', verdict: 'confirmed', note: '' });
    wait(story);
    story.to('10-04 03:05');
    const before = reportingOf(story, first);
    story.report(desk, { ...given, content: '他们在砸柜门' });
    expect(story.ticket()).toMatchObject({ id: first.id, stage: 'handling', waiting: null });
    expect(begunOf(story)).toEqual(expect.arrayContaining([...clocks]));
    expect(reportingOf(story, first)).toBe(before + 1);
  });

  test('the alarm of people in a lift is not split off their sheet', () => {
    const story = begin();
    story.feed({ trapped: 1 });
    const { id, version, alarms } = story.ticket();
    const split = (): unknown =>
      story.loop.command({
        type: 'split-ticket',
        ticket: id,
        version,
        content: '另一事项',
        occurrences: alarms.map(({ occurrence }) => occurrence),
        reason: 'r',
        actor: { username: 'boss-wu', roles: ['supervisor'], groups: [] },
      });
    expect(split).toThrow(expect.objectContaining({ code: 'value-not-allowed' }));
    expect(story.ticket()).toMatchObject({ id, version, entrapment: { people: null } });
  });

  test('a fire that nobody has looked at waits for nothing, nor does a real one', () => {
    const story = begin();
    story.feed({ 'smoke-1': 1 });
    story.act(desk, { type: 'dispatch', assignee: 'guard-feng' });
    expect(story.refusal('foreman-tan', WAIT)).toBe('value-not-allowed');
    story.act('guard-feng', REAL);
    expect(story.refusal('foreman-tan', WAIT)).toBe('value-not-allowed');
    story.act('guard-feng', FALSE_ALARM);
    wait(story);
    expect(story.ticket().stage).toBe('waiting');
    story.act('guard-feng', REAL);
    expect(story.ticket()).toMatchObject({ stage: 'dispatched', waiting: null });
  });

  test.each([
    ['is real', REAL],
    ['nobody has looked at', null],
  ] as const)('a fire that %s does not become the false alarm that it is merged into', (_what, verdict) => {
    const story = begin();
    story.feed({ 'smoke-1': 1 });
    const into = story.act('guard-feng', FALSE_ALARM);
    story.deliver();
    story.to('10-04 03:10');
    story.feed({ 'smoke-2': 1 });
    if (verdict !== null) story.act('guard-feng', verdict);
    const second = story.incidents().at(-1);
    const told = reportingOf(story, into);
    story.act('boss-wu', { type: 'merge', into: into.id, note: 'one fire' });
    story.follow(into);
    const { fire, incident, reports } = story.ticket();
    expect(fire?.verdict ?? null).toBe(verdict === null ? null : 'real');
    expect(incident).toBe(second?.id);
    expect(story.incidents().find(({ id }) => id === incident)?.tickets).toContain(into.id);
    expect(reportingOf(story, into)).toBe(told + 1);
    expect(reports.length).toBeGreaterThan(0);
    const cancel = { type: 'cancel', reason: 'false-alarm', note: 'x' } as const;
    expect(story.refusal('boss-wu', cancel)).toMatch(/value-not-allowed|missing-fields: verdict/);
    expect(begunEventsOf(story)).toBe(1);
  });

  test('a false alarm that is merged into a fire leaves it what it is', () => {
    const story = begin();
    story.feed({ 'smoke-1': 1 });
    const from = story.act('guard-feng', FALSE_ALARM);
    story.feed({ 'smoke-2': 1 });
    const into = story.ticket();
    const { incident } = into;
    story.follow(from);
    story.act('boss-wu', { type: 'merge', into: into.id, note: 'one fire' });
    story.follow(into);
    expect(story.ticket()).toMatchObject({ fire: null, incident });
    expect(begunEventsOf(story)).toBe(0);
  });

  test('a fire that is found to be real on a ticket that was lowered is an emergency, and is told', () => {
    const story = begin();
    story.feed({ 'smoke-1': 1 });
    story.act('guard-feng', FALSE_ALARM);
    story.act('boss-wu', { type: 'reclassify', priority: 'normal', reason: '油烟' });
    story.to('10-04 03:10');
    const before = reportingOf(story, story.ticket());
    story.act('guard-feng', REAL);
    expect(story.ticket()).toMatchObject({ priority: 'emergency', fire: { verdict: 'real' } });
    expect(reportingOf(story, story.ticket())).toBeGreaterThan(before);
    expect(story.ticket().reports.some(({ to }) => to === 'leader')).toBe(true);
    expect(story.incidents().find(({ id }) => id === story.ticket().incident)?.verdict).toBe('confirmed');
  });

  test('people who are found in a lift whose ticket was lowered are an emergency, with an incident that lasts', () => {
    const story = begin();
    story.feed({ trapped: 1 });
    story.act(desk, {
      type: 'entrapment',
      people: 0,
      reason: 'nobody answers, the camera shows an empty car',
    });
    story.incident({ type: 'confirm', verdict: 'false-alarm', note: 'empty', how: 'camera' });
    story.incident({ type: 'end', note: '' });
    story.act('boss-wu', { type: 'reclassify', priority: 'normal', reason: '无人' });
    story.to('10-04 03:10');
    story.act(desk, { type: 'entrapment', people: 2, floor: '8' });
    expect(story.ticket()).toMatchObject({ priority: 'emergency', entrapment: { people: 2 } });
    expect(story.ticket().reports.length).toBeGreaterThan(0);
    const incident = story.incidents().find(({ id }) => id === story.ticket().incident);
    expect(incident).toMatchObject({ endedAtMs: null, verdict: 'open' });
  });

  test('what is real does not go onto the open ticket of a drill as a part of it', () => {
    const story = begin();
    const untilMs = story.loop.clock.now().wallMs + 3_600_000;
    const drill = { type: 'drill', equipment: toId<never>('lift'), by: 'boss-wu', reason: 'r' } as const;
    story.loop.command({ ...drill, untilMs });
    story.feed({ trapped: 1 });
    const practised = story.ticket();
    expect(practised.isDrill).toBe(true);
    story.feed({ trapped: 0 });
    story.loop.command({ ...drill, untilMs: null });
    expect(story.ticket()).toMatchObject({ id: practised.id, isDrill: true });
    story.to('10-04 03:20');
    const told = reportingOf(story, practised);
    story.feed({ trapped: 1 });
    expect(story.ticket()).toMatchObject({ id: practised.id, isDrill: false, entrapment: { people: null } });
    expect(reportingOf(story, practised)).toBe(told + 1);
    const incident = story.incidents().find(({ id }) => id === story.ticket().incident);
    expect(incident).toMatchObject({ isDrill: false, verdict: 'open' });
  });
});

describe.each(POLICIES)(
  'an exercise on the equipment of a real matter, under %s',
  (_name, policy, desk: Person) => {
    test('is noted on its ticket and lays nothing of it aside; what stands when it ends is real', () => {
      const story = createStory(policy, '10-04 02:00');
      story.to('10-04 03:00');
      story.feed({ trapped: 1 });
      story.act(desk, { type: 'entrapment', people: 2, floor: '3' });
      story.act(desk, { type: 'entrapment', step: 'released' });
      story.feed({ trapped: 0 });
      for (const { id } of story.loop.alarms())
        story.loop.command({ type: 'acknowledge-alarm', occurrence: id, by: 'desk-li', note: '' });
      expect(story.loop.alarms()).toEqual([]);
      const real = story.ticket();
      const told = reportingOf(story, real);
      const untilMs = story.loop.clock.now().wallMs + 3_600_000;
      const drill = { type: 'drill', equipment: toId<never>('lift'), by: 'boss-wu', reason: 'r' } as const;
      story.loop.command({ ...drill, untilMs });
      story.feed({ trapped: 1 });
      const { entrapment, incident, isDrill } = story.ticket();
      expect({ entrapment, incident, isDrill }).toEqual({
        entrapment: real.entrapment,
        incident: real.incident,
        isDrill: false,
      });
      expect(reportingOf(story, real)).toBe(told);
      // It changes nothing of the ticket, and those whom an emergency is reported to are told all the same.
      const rung = story.loop.messages.filter(({ kind, isDrill: of }) => kind === 'emergency' && of);
      expect(rung.length).toBeGreaterThanOrEqual(2);
      expect(new Set(rung.map(({ recipient }) => recipient))).toContain('desk-li');
      for (const { subject, body } of rung) {
        expect(subject.zh).toContain('演练');
        expect(body.zh).toContain('请立即核实');
        expect(body.en).toContain('verify at once');
      }
      story.to('10-04 03:05');
      story.loop.command({ ...drill, untilMs: null });
      expect(story.ticket()).toMatchObject({ id: real.id, isDrill: false, entrapment: { people: null } });
      expect(reportingOf(story, real)).toBe(told + 1);
    });
  },
);

test.each(POLICIES)(
  'no drill begins on equipment that people are in danger from, under %s',
  (_name, policy) => {
    const story = createStory(policy, '10-04 02:00');
    const begin = (equipment: string): void => {
      const untilMs = story.loop.clock.now().wallMs + 3_600_000;
      const drill = { type: 'drill', equipment: toId<never>(equipment), by: 'boss-wu', reason: 'r' } as const;
      story.loop.command({ ...drill, untilMs });
    };
    const refused = expect.objectContaining({ code: 'value-not-allowed' });
    story.feed({ trapped: 1, 'smoke-1': 1 });
    expect(() => begin('lift')).toThrow(refused);
    expect(() => begin('panel')).toThrow(refused);
    expect(() => begin('pump')).not.toThrow();
  },
);

/** Asked for by whoever may. */
const WAIT = {
  type: 'wait',
  reason: 'vendor',
  note: 'n',
  approver: 'boss-wu',
  untilMs: Date.UTC(2026, 9, 10),
  estimatedAtMs: Date.UTC(2026, 9, 10),
} as const;
