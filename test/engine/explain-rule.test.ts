/** Why did I get this, and why did nobody get that: every layer's verdict in order, also of rules that did not raise. */
import { describe, expect, test } from 'vitest';
import { LAYERS } from '../../src/alarms/explanation.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { toId } from '../../src/core/ids.ts';
import { createTestLoop } from '../support/loop.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createRig, type Rig, toRigModel } from './alarm-rig.ts';

const [NORMAL, BAD] = [5, 11];
const toExplanation = (rig: Rig, equipment = 'pump', rule = 'high') => {
  const found = rig.loop.explain(equipment, rule);
  if (found === null) throw new Error('no such rule');
  return found;
};
const verdicts = (rig: Rig, equipment?: string, rule?: string): Record<string, string> =>
  Object.fromEntries(
    toExplanation(rig, equipment, rule).layers.map(({ layer, verdict }) => [layer, verdict]),
  );

function toCommissionedModel(): SiteModel {
  const model = toRigModel();
  const service = {
    serves: [],
    isolation: null,
    sparePart: null,
    warrantyUntil: null,
    contractor: null,
    isCommissioning: true,
  };
  const equipment = new Map([...model.equipment].map(([id, item]) => [id, { ...item, service }]));
  return { ...model, equipment };
}

describe('a rule that did not raise', () => {
  test('names every layer once, in the order of processing, with texts in both languages', () => {
    const rig = createRig();
    const { layers } = toExplanation(rig);
    expect(layers.map(({ layer }) => layer)).toEqual(Object.keys(LAYERS));
    for (const { text } of layers) expect(text.zh !== '' && text.en !== '').toBe(true);
  });

  test('shows value, quality and limits of a condition that does not hold', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    const { readings, layers, state } = toExplanation(rig);
    expect(state).toBe('A');
    expect(readings).toMatchObject([
      {
        point: 'pump/p',
        role: 'own',
        value: NORMAL,
        valueText: { en: '5.0' },
        qualityText: { en: 'good' },
        holds: null,
      },
    ]);
    expect(layers[0]).toMatchObject({
      verdict: 'false',
      detail: { params: { hi: { limit: 10 } }, level: null },
    });
    expect(verdicts(rig)).toMatchObject({ delay: 'none', occurrence: 'none', ticket: 'no-alarm' });
  });

  test('shows how long its delay has run and how long it must', () => {
    const rig = createRig({ rule: { onDelayMs: 10_000, minGoodSamples: 2 } });
    rig.feed(BAD);
    rig.loop.advance(4_000);
    expect(toExplanation(rig).layers[1]).toMatchObject({
      verdict: 'pending',
      text: { zh: '报警延时中：已 4 秒，需 10 秒', en: 'waits to raise: 4 of 10 s' },
      detail: { elapsedMs: 4_000, neededMs: 10_000, goodSamples: 1, neededSamples: 2 },
    });
    rig.feed('comm-loss');
    expect(verdicts(rig)).toMatchObject({ condition: 'unknown', delay: 'paused' });
    expect(toExplanation(rig).readings[0]).toMatchObject({ value: null, qualityText: { zh: '通信中断' } });
  });

  test('names the guard that does not hold', () => {
    const rig = createRig({
      rule: { points: ['p', 'mode'], when: [{ point: 'mode', in: [2], notIn: null }] },
    });
    rig.feed(BAD, 0);
    expect(toExplanation(rig).layers[0]).toMatchObject({ verdict: 'false', detail: { because: 'guard 0' } });
    expect(toExplanation(rig).readings[1]).toMatchObject({ role: 'guard', holds: 'false' });
    rig.feed(BAD, 'comm-loss');
    expect(toExplanation(rig).readings[1]).toMatchObject({ role: 'guard', holds: 'unknown' });
  });

  test('says that it is shelved although it is normal', () => {
    const rig = createRig();
    rig.shelve(60);
    expect(toExplanation(rig).state).toBe('E');
    expect(toExplanation(rig).layers.find(({ layer }) => layer === 'shelf')).toMatchObject({
      verdict: 'shelved',
      text: { zh: 'wang 搁置：cleaning', en: 'shelved by wang: cleaning' },
    });
  });

  test('says that its condition cannot be worked out', () => {
    const params = { points: { p: 'p' }, windows: {}, working: {}, condition: '100.0 / (p - 5.0) > 1000.0' };
    const rule = { type: 'expression', params };
    const rig = createRig({ rule });
    rig.feed(NORMAL);
    const { verdict, detail } = toExplanation(rig).layers[0] ?? {};
    expect([verdict, detail?.['failures']]).toEqual(['error', 1]);
  });

  test('is asked for in vain when the site does not have it', () => {
    expect(createRig().loop.explain('pump', 'gone')).toBeNull();
  });
});

describe('an alarm', () => {
  test('names its ticket', () => {
    const rig = createRig();
    rig.feed(BAD);
    expect(verdicts(rig)).toMatchObject({
      condition: 'true',
      delay: 'passed',
      occurrence: 'active',
      ticket: 'opened',
    });
    expect(toExplanation(rig).layers.at(-1)?.detail).toMatchObject({ number: 'GC20261121-0001' });
  });

  test('names each reason for having none', () => {
    const listed = createRig({ rule: { opensTicket: false } });
    listed.feed(BAD);
    expect(verdicts(listed)).toMatchObject({ ticket: 'listed-only' });
    const commissioned = createTestLoop(toCommissionedModel());
    commissioned.feed({ p: 99 });
    expect(commissioned.tickets()).toEqual([]);
    expect(commissioned.alarm('high')).toMatchObject({ isActive: true, ticket: null });
    expect(commissioned.explain('pump', 'high')?.layers.at(-1)).toMatchObject({
      verdict: 'commissioning',
      text: { zh: expect.stringContaining('调试中'), en: expect.stringContaining('in commissioning') },
    });
    const hidden = createRig();
    hidden.outOfService(60);
    hidden.feed(BAD);
    expect(verdicts(hidden)).toMatchObject({ service: 'out-of-service', ticket: 'hidden' });
    const closed = createRig();
    closed.feed(BAD);
    const { id, version } = closed.loop.tickets()[0] ?? {};
    const transition = { type: 'cancel', reason: 'false-alarm', note: 'n' } as const;
    closed.loop.command(toTicketCommand({ id: id as never, version: version ?? 0 }, transition));
    expect(verdicts(closed)).toMatchObject({ ticket: 'closed' });
  });

  test('is because of X, because of Y', () => {
    const toUnit = (id: string, above: string) => ({
      id,
      upstream: { power: toId<never>(above) },
      points: [{ name: id }],
      rules: [
        {
          id: `${id}-off`,
          points: [id],
          params: { point: id, in: [1] },
          explains: 'power' as const,
          explainedBy: ['power' as const],
        },
      ],
    });
    const rig = createRig({
      rule: { explains: 'power' },
      others: [toUnit('board', 'pump'), toUnit('fan', 'board')],
    });
    rig.loop.advance(16_000);
    rig.loop.feed({ p: BAD, board: 1, fan: 1 });
    expect(verdicts(rig, 'fan', 'fan-off')).toMatchObject({ suppression: 'explained', ticket: 'explained' });
    const { causes, state } = toExplanation(rig, 'fan', 'fan-off');
    expect(state).toBe('F');
    expect(causes.map(({ text, ticket }) => [text.en, ticket])).toEqual([
      ['board-off', null],
      ['high', 'GC20261121-0001'],
    ]);
    rig.feed(NORMAL);
    rig.loop.advance(250);
    expect(verdicts(rig, 'board', 'board-off')).toMatchObject({ suppression: 'settling' });
  });

  test('that chatters says how long it must be quiet', () => {
    const rig = createRig();
    for (const value of [BAD, NORMAL, BAD, NORMAL, BAD]) rig.feed(value);
    expect(toExplanation(rig).layers.find(({ layer }) => layer === 'chatter')).toMatchObject({
      verdict: 'chattering',
      text: { en: 'raised 3 times; returns after 60 s of quiet' },
    });
  });
});
