/**
 * People outside the house whom a step names (GB/T 35273): the chained record has a digest, the name lies in a row that is destroyed
 * with the contact, and is nowhere else.
 */
import { describe, expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import { toPersonalIds, withoutPersonal, withPersonal } from '../../src/core/personal-names.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import { toDocument } from '../../src/store/sqlite/ticket-documents.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { COMPLETE, createActor, createContext, createFull, DESK } from '../tickets/fixtures.ts';
import { createStory } from '../tickets/story-rig.ts';

const NAME = 'Ms Chen 13912345678';
const fields = toPersonalFields(NAME, '', 'ab'.repeat(16));
const EMERGENCY = { stage: 'handling', class: 'engineering', priority: 'emergency' } as const;
const REAL = { verdict: 'real', by: 'li', atMs: 1, how: 'on-site', cause: null, steps: {} } as const;

const CASES: readonly (readonly [string, Partial<Ticket>, Transition])[] = [
  [
    'who agreed to the plan',
    { stage: 'planned', flow: 'daily', class: 'engineering', source: 'owner-call' },
    { ...COMPLETE.agree, agreedBy: NAME } as Transition,
  ],
  [
    'who did a step of a fire',
    { ...EMERGENCY, class: 'fire', fire: REAL },
    { type: 'fire-step', step: 'called-119', who: NAME },
  ],
  ['who freed people from a lift', EMERGENCY, { type: 'entrapment', step: 'released', who: NAME }],
];

describe.each(CASES)('%s', (_who, given, transition) => {
  const before = createFull({ ...given, contact: { ...createFull().contact, personal: 'GC-1/1' } });
  const step = stepTicket(before, transition, DESK, createContext({ personal: fields }));
  const id = `${before.id}/${before.version + 1}`;

  test('is a digest and a row on the record, and a name on the ticket', () => {
    expect(JSON.stringify(step.events.map(({ detail }) => detail))).not.toContain('Chen');
    expect(step.events[0]?.detail).toMatchObject({ personal: id, digest: fields.digest });
    expect(toPersonalIds(step.ticket)).toEqual(['GC-1/1', id]);
    expect(JSON.stringify(step.ticket)).toContain(NAME);
  });

  test('is in no document of the store, and comes back from its row as long as that is there', () => {
    const stored = JSON.parse(toDocument(step.ticket)) as Ticket;
    expect(JSON.stringify(stored)).not.toContain('Chen');
    const read = withPersonal(stored, (row) => (row === id ? fields : undefined));
    expect(JSON.stringify(read)).toContain(NAME);
    expect(JSON.stringify(withPersonal(stored, () => undefined))).not.toContain('Chen');
  });

  test('is not on the record either where nobody has sealed it', () => {
    const bare = stepTicket(before, transition, DESK, createContext());
    expect(JSON.stringify(bare.events.map(({ detail }) => detail))).not.toContain('Chen');
  });

  test('is not sealed with the fields of somebody else', () => {
    const other = toPersonalFields('Mr Wu', '138', 'cd'.repeat(16));
    const mixed = stepTicket(before, transition, DESK, createContext({ personal: other }));
    expect(mixed.events[0]?.detail).not.toHaveProperty('personal');
    expect(withoutPersonal(mixed.ticket).contact.name.zh).toBe('');
  });
});

test('the row is stored with the step and destroyed with the contact of its ticket', () => {
  const story = createStory(defaultPolicy, '09-22 10:00');
  const { loop } = story;
  story.report('desk-li', { class: 'security', priority: 'emergency', content: '有人晕倒', equipment: null });
  const { id, version, contact } = story.ticket();
  loop.command({
    type: 'ticket-transition',
    ticket: id,
    version,
    transitions: [{ type: 'entrapment', people: 0, reason: '已出来', step: 'released', who: NAME }],
    form: null,
    actor: createActor('desk-li', ['desk']),
    occurredAtMs: null,
    personal: fields,
  });
  const rows = () => loop.writes.filter((write) => write.type === 'personal');
  expect(rows().at(-1)).toMatchObject({ id: `${id}/${version + 1}`, fields: { name: NAME } });
  const first = defined(contact.personal, 'the contact');
  const destroy = () =>
    loop.command({ type: 'destroy-personal', ids: [first], by: 'file-xu', reason: 'asked for' });
  expect(destroy).toThrow(expect.objectContaining({ code: 'personal-in-use' }));
  story.act('desk-li', { type: 'cancel', reason: 'false-alarm', note: 'n' });
  destroy();
  const gone = rows().filter((write) => write.fields === null);
  expect(gone.map((write) => write.id).toSorted()).toEqual([first, `${id}/${version + 1}`].toSorted());
  expect(JSON.stringify(loop.tickets())).not.toContain('Chen');
});
