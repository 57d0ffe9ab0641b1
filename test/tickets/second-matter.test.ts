/**
 * The same person reports two things from the same place: one fault is one ticket, one person is not. What does go onto the ticket
 * that is open is told to whoever has it (service-workflow.md §2).
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, toMs } from './story-rig.ts';

const BOTH = [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const;

const TAP = { content: '厨房龙头漏水', faultKind: null, priority: 'normal' } as const;
const TOILET = { content: '马桶堵了', faultKind: 'toilet-blocked', priority: 'normal' } as const;
const SLIP = { channel: 'slip', source: 'internal-need', priority: 'normal' } as const;

function ringTwice(policy: Policy, first: Partial<NewTicket>, second: Partial<NewTicket>) {
  const story = createStory(policy, '09-22 10:00');
  const { id } = story.report('desk-li', first);
  story.act(policy === defaultPolicy ? 'desk-li' : 'duty-he', { type: 'dispatch', assignee: 'wang' });
  story.to('09-22 10:10');
  const told = story.loop.messages.length;
  const answered = story.loop.command({
    type: 'open-ticket',
    actor: { username: 'desk-li', roles: ['desk'], groups: [] },
    ticket: { ...CALL, ...second },
    personal: null,
  });
  const [now, own] = [id, answered.ticket?.id].map((one) => story.loop.tickets().find((it) => it.id === one));
  return { now, own, answered, messages: story.loop.messages.slice(told) };
}

const CALL: NewTicket = {
  source: 'owner-call',
  channel: 'phone',
  class: 'engineering',
  priority: 'normal',
  impact: null,
  attendance: null,
  flow: null,
  content: '',
  faultKind: null,
  equipment: null,
  location: null,
  place: '3-1201',
  contactName: '',
  contactMethod: '139',
  appointment: null,
  slip: null,
  receivedAtMs: null,
};

describe.each(BOTH)('what is another matter has a ticket of its own: %s', (_name, policy) => {
  test('another kind of fault', () => {
    for (const faultKind of [null, 'tap']) {
      const { now, own, answered } = ringTwice(policy, { ...TAP, faultKind }, TOILET);
      expect(own?.id).not.toBe(now?.id);
      expect(own).toMatchObject({ content: { zh: '马桶堵了' }, faultKind: 'toilet-blocked' });
      expect(answered.isMerged).toBe(false);
    }
  });

  test('another slip: its steps are entered somewhere', () => {
    const first = { ...SLIP, slip: 'ZD-000001', content: '大堂灯箱跳闸', receivedAtMs: toMs('09-22 09:00') };
    const second = {
      ...SLIP,
      slip: 'ZD-000002',
      content: '大堂旋转门卡住',
      receivedAtMs: toMs('09-22 09:10'),
    };
    const { now, own } = ringTwice(policy, first, second);
    expect([now?.slip, own?.slip]).toEqual(['ZD-000001', 'ZD-000002']);
  });

  test('what the caller says is another: each names the other', () => {
    const said = { content: '卧室插座没电了', isNewMatter: true };
    const { now, own, answered } = ringTwice(policy, TAP, said);
    expect(own).toMatchObject({
      content: { zh: '卧室插座没电了' },
      links: [{ ticket: now?.id, kind: 'related' }],
    });
    expect(now?.links).toEqual([{ ticket: own?.id, kind: 'related' }]);
    expect(answered.isMerged).toBe(false);
  });
});

describe.each(BOTH)('what goes onto the open ticket: %s', (_name, policy) => {
  test('is answered as such and told to whoever has it', () => {
    const { now, own, answered, messages } = ringTwice(policy, TAP, { content: '卧室插座没电了' });
    expect(own).toBe(now);
    expect(answered.isMerged).toBe(true);
    const urged = messages.filter(({ kind }) => kind === 'urged');
    expect(urged.map(({ recipient }) => recipient)).toEqual(['wang']);
    expect(urged[0]?.body.zh).toContain('卧室插座没电了');
  });

  test('in the same words is the same matter, whatever has been found out meanwhile, and told no more', () => {
    const { now, own, messages } = ringTwice(
      policy,
      { ...TAP, faultKind: 'seal' },
      { ...TAP, faultKind: 'tap' },
    );
    expect(own).toBe(now);
    expect(messages).toEqual([]);
  });
});

describe.each(BOTH)('emergencies of one address without contact: %s', (_name, policy) => {
  test('are one ticket and one incident beyond the bound; the first remark is told, the others once a minute by their number', () => {
    const story = createStory(policy, '09-22 10:00');
    const told: string[][] = [];
    const add = (at: number): void => {
      const before = story.loop.messages.length;
      story.loop.command({
        type: 'open-ticket',
        actor: { username: `visitor-${at}`, roles: ['occupant'], groups: [] },
        ticket: { ...CALL, class: 'help', channel: 'form', priority: null, contactMethod: '', ...fire(at) },
        personal: null,
        together: ['visitor-0'],
      });
      told.push(story.loop.messages.slice(before).map(({ kind }) => kind));
    };
    for (let at = 0; at < 5; at++) add(at);
    expect(story.loop.tickets()).toHaveLength(1);
    expect(story.incidents()).toHaveLength(1);
    expect(story.ticket().content.zh).toBe('着火了0');
    expect(told[0]).toContain('emergency');
    expect(told[1]).toContain('urged');
    expect(told.slice(2)).toEqual([[], [], []]);
    const notes = story.loop.ticketEvents.flatMap(({ type, detail }) =>
      type === 'noted' ? [detail['content']] : [],
    );
    expect(notes).toContain('4号房: 着火了4');
    const untold = story.loop.messages.length;
    story.to('09-22 10:01');
    const later = story.loop.messages.slice(untold).filter(({ kind }) => kind === 'urged');
    expect(new Set(later.map(({ recipient }) => recipient))).toContain('desk-li');
    expect(later[0]?.body.zh).toContain('又补充3条');
    expect(later[0]?.body.en).toContain('3 more');
    story.to('09-22 10:05');
    expect(story.loop.messages.slice(untold).filter(({ kind }) => kind === 'urged')).toHaveLength(
      later.length,
    );
    // Nothing was added for a while: the next is told with its words.
    add(5);
    expect(told.at(-1)).toContain('urged');
    expect(story.loop.messages.findLast(({ kind }) => kind === 'urged')?.body.zh).toContain('着火了5');
  });
});

const fire = (at: number) => ({ content: `着火了${at}`, place: `${at}号房` });
