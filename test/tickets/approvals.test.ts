/**
 * What is done in the name of an approver (service-workflow.md §1, §2): it is told to whoever is named, and whoever may approve may
 * refuse: a wait ends and its clock runs again, a difficult matter has its earlier due time again. Under both shipped policies.
 */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import type { Ticket, TicketEvent } from '../../src/core/ticket.ts';
import { createToMessages } from '../../src/notify/to-messages.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import { createDuty } from '../notify/fixtures.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { BASE_MS, createContext, createFreePolicy, createFull, DESK } from './fixtures.ts';
import { createStory, type Person, type Story, toMs } from './story-rig.ts';

const SITES = [
  // 24 h at any hour, 7 days where it is difficult.
  { site: 'default', policy: defaultPolicy, clock: 'repair', asks: 'wang', declares: 'boss-wu' },
  // 16 h of the night window, 14 days where it is difficult.
  {
    site: 'hospital',
    policy: hospitalPolicy,
    clock: 'completion',
    asks: 'foreman-tan',
    declares: 'manager-sun',
  },
] as const satisfies readonly {
  readonly asks: Person;
  readonly declares: Person;
  readonly [key: string]: unknown;
}[];
type Site = (typeof SITES)[number];

const WAIT = { type: 'wait', reason: 'part', note: '阀芯', approver: 'manager-sun' } as const;
const DAY_MS = 86_400_000;

/** Taken by wang on Monday 21 September. */
function start({ policy }: Site): Story {
  const story = createStory(policy, '09-21 09:00');
  story.report(policy === defaultPolicy ? 'desk-li' : 'duty-he', { attendance: 'urgent' });
  if (story.ticket().stage === 'received')
    story.act(policy === defaultPolicy ? 'desk-li' : 'duty-he', { type: 'record' });
  story.act('wang', { type: 'take', readBack: '3-1201' });
  story.to('09-21 09:10');
  return story;
}

const dueOf = ({ clocks }: Ticket, clock: string): number | null =>
  clocks.find(({ id }) => id === clock)?.dueAtMs ?? null;

/** `recipient: body` of what a step has told. */
function toldBy(story: Story, act: () => void): readonly string[] {
  const before = story.loop.messages.length;
  act();
  return story.loop.messages.slice(before).map(({ recipient, body }) => `${recipient}: ${body.zh}`);
}

const last = (story: Story, type: TicketEvent['type']): TicketEvent | undefined =>
  story.loop.ticketEvents.findLast((event) => event.type === type);

describe.each(SITES)('a wait under the $site policy', (site) => {
  const { asks, clock } = site;

  test('is told to whoever approves it, with who asked, why and until when', () => {
    const story = start(site);
    const { number } = story.ticket();
    const told = toldBy(story, () => {
      story.act(asks, { ...WAIT, untilMs: toMs('09-24 12:00'), estimatedAtMs: toMs('09-25 12:00') });
    });
    expect(told).toContain(
      `manager-sun: 名${asks}以您为批准人将本工单挂起等待（等配件：阀芯，等至 2026-09-24 12:00，预计 2026-09-25 12:00 完成）。` +
        `如不同意，请恢复处理。工单 ${number}`,
    );
    expect(told.filter((line) => line.includes('批准人'))).toHaveLength(1);
  });

  test('ends when the approver withdraws the approval: its clock runs on, the record says who did, and wang knows', () => {
    const story = start(site);
    const dueAtMs = dueOf(story.ticket(), clock);
    story.act(asks, { ...WAIT, estimatedAtMs: toMs('09-25 12:00') });
    expect(dueOf(story.ticket(), clock)).toBeNull();
    const told = toldBy(story, () => story.act('manager-sun', { type: 'resume' }));
    expect(story.ticket()).toMatchObject({ stage: 'taken', waiting: null });
    // Nothing has passed meanwhile.
    expect(dueOf(story.ticket(), clock)).toBe(dueAtMs);
    expect(last(story, 'resumed')).toMatchObject({
      by: 'manager-sun',
      detail: { approver: 'manager-sun', revokedBy: 'manager-sun' },
    });
    expect(told).toEqual([
      expect.stringMatching(/^wang: 批准人名manager-sun撤回等待批准，已恢复处理。请尽快处理。/),
    ]);
  });

  test('may be ended by whoever may approve one, which withdraws nobody’s approval', () => {
    const story = start(site);
    story.act(asks, { ...WAIT, estimatedAtMs: toMs('09-25 12:00') });
    for (const person of ['desk-li', 'service-qian', 'duty-he'] as const)
      expect(story.refusal(person, { type: 'resume' })).toBe('not-your-step');
    const told = toldBy(story, () => story.act('leader-zhou', { type: 'resume' }));
    expect(last(story, 'resumed')?.detail).not.toHaveProperty('revokedBy');
    expect(told).toEqual([expect.stringMatching(/^wang: 名leader-zhou已恢复处理。/)]);
  });

  test('that whoever has it ends by himself is told to nobody', () => {
    const story = start(site);
    story.act(asks, { ...WAIT, estimatedAtMs: toMs('09-25 12:00') });
    expect(toldBy(story, () => story.act('wang', { type: 'resume' }))).toEqual([]);
  });
});

test('who approves a wait of what he has reported himself is told both: as the source and as the approver', () => {
  const policy = createFreePolicy();
  const ticket = createFull({ stage: 'handling', reporter: 'manager-sun' });
  const { events } = stepTicket(
    ticket,
    { ...WAIT, estimatedAtMs: toMs('09-25 12:00') },
    DESK,
    createContext({ policy }),
  );
  const duty = createDuty({ manager: ['manager-sun'] });
  const channels = [{ id: 'inbox', kinds: null, roles: null, reachesContacts: false }];
  const toMessages = createToMessages({ duty: () => duty, channels, timeZone: 'Asia/Shanghai' });
  const messages = toMessages(events, [], {
    nowMs: BASE_MS,
    nextId: () => toId('m'),
    has: () => false,
    messagesOf: () => [],
    policyOf: () => policy,
  });
  expect(messages.map(({ body }) => body.en)).toEqual([
    expect.stringMatching(/^Expected to be done at /),
    expect.stringMatching(
      /with you as the approver \(Part: 阀芯, until 2026-09-25 12:00, when it is expected to be done\)\. If you do not agree, end/,
    ),
  ]);
  expect(new Set(messages.map(({ key }) => key)).size).toBe(2);
  expect(messages.at(-1)).toMatchObject({ priority: 'normal', recipient: 'manager-sun' });
});

describe.each(SITES)('a difficult matter under the $site policy', (site) => {
  const { declares, clock } = site;
  const approver = declares === 'boss-wu' ? 'manager-sun' : 'boss-wu';
  const difficult = { type: 'set-difficult', approver, reason: '无配件' } as const;
  const clear = { type: 'clear-difficult', reason: '库房有备件' } as const;

  test('is told to whoever approves it, with who asked, why and the new due time', () => {
    const story = start(site);
    const { number } = story.ticket();
    const told = toldBy(story, () => story.act(declares, difficult));
    const { name } = story.ticket().clocks.find(({ id }) => id === clock) ?? { name: { zh: '' } };
    const due = new Date((dueOf(story.ticket(), clock) ?? 0) + 8 * 3_600_000).toISOString();
    expect(told).toEqual([
      `${approver}: 名${declares}以您为批准人将本工单定为疑难（无配件），` +
        `“${name.zh}”时限为 ${due.slice(0, 10)} ${due.slice(11, 16)}。如不同意，请撤销疑难认定。工单 ${number}`,
    ]);
  });

  test('that the approver refuses has its earlier due time again, and wang knows', () => {
    const story = start(site);
    const dueAtMs = dueOf(story.ticket(), clock) ?? 0;
    story.act(declares, difficult);
    expect((dueOf(story.ticket(), clock) ?? 0) - dueAtMs).toBeGreaterThan(DAY_MS);
    story.to('09-21 09:40');
    expect(story.refusal(approver, { ...clear, reason: ' ' })).toBe('missing-fields: reason');
    for (const person of ['wang', 'desk-li', 'duty-he'] as const)
      expect(story.refusal(person, clear)).toBe('not-your-step');
    const told = toldBy(story, () => story.act(approver, clear));
    expect(story.ticket().difficult).toBeNull();
    expect(dueOf(story.ticket(), clock)).toBe(dueAtMs);
    expect(last(story, 'difficult-cleared')).toMatchObject({
      by: approver,
      detail: { reason: '库房有备件', approver, revokedBy: approver },
    });
    expect(told).toEqual([expect.stringContaining(`wang: 名${approver}撤销疑难认定（库房有备件）`)]);
    expect(told[0]).toContain('请按新的时限处理');
  });

  test('that is refused after its earlier due time has passed is breached then, not before', () => {
    const story = start(site);
    story.act(declares, difficult);
    story.to('09-25 09:00');
    expect(story.ticket().clocks.find(({ id }) => id === clock)?.breachedAtMs).toBeNull();
    story.act(approver, clear);
    expect(story.ticket().clocks.find(({ id }) => id === clock)?.breachedAtMs).toBe(toMs('09-25 09:00'));
  });

  test('that is declared anew after a refusal has its longer time once more', () => {
    const story = start(site);
    story.act(declares, difficult);
    const longMs = dueOf(story.ticket(), clock);
    expect(story.refusal(declares, difficult)).toBe('wrong-stage');
    story.act(approver, clear);
    expect(story.refusal(approver, clear)).toBe('wrong-stage');
    story.act(declares, difficult);
    expect(dueOf(story.ticket(), clock)).toBe(longMs);
  });
});

test.each(SITES)('whoever may approve under the $site policy may refuse', ({ policy }) => {
  const { actors, staff } = policy;
  expect(actors.resume).toEqual(expect.arrayContaining([...staff.waitApprovers]));
  expect(actors['clear-difficult']).toEqual(expect.arrayContaining([...staff.approvers]));
});

test.each(SITES)(
  'entry to a dwelling under the $site policy is told to whoever is named as its approver',
  (site) => {
    const { policy } = site;
    const by = policy === defaultPolicy ? 'desk-li' : 'duty-he';
    const story = createStory(policy, '09-21 02:00');
    story.report(by, { class: 'fire', priority: 'emergency', content: '1201 冒烟', place: '12 层' });
    expect(story.ticket().priority).toBe('emergency');
    const { number } = story.ticket();
    const before = story.loop.messages.length;
    story.act(by, { type: 'enter-dwelling', approver: 'manager-sun', reason: '室内无人应答' });
    const told = story.loop.messages.slice(before).filter(({ recipient }) => recipient === 'manager-sun');
    expect(told).toMatchObject([
      {
        kind: 'information',
        body: {
          zh: `名${by}登记入户，以您为批准人（室内无人应答）。如未批准，请立即致电前台。工单 ${number}`,
          en: `Name ${by} has recorded entry to a dwelling with you as the approver (室内无人应答). If you have not approved it, ring the desk at once. Ticket ${number}`,
        },
      },
    ]);
    // At two in the night: it is an emergency, and he may have to stop it.
    expect(told[0]?.nextAtMs).toBe(toMs('09-21 02:00'));
  },
);
