/** A link that several equipment share is a part of the gateway, and what is to blame when all of them are silent. */
import { describe, expect, test } from 'vitest';
import { toLinkEquipment } from '../../src/config/gateway.ts';
import type { Equipment, SiteModel } from '../../src/config/model.ts';
import { type EquipmentId, isId, type LinkId, MAX_ID_LENGTH, toId } from '../../src/core/ids.ts';
import { createCauses } from '../../src/engine/causes.ts';
import { load, problemsOf } from './support/load.ts';
import { HEAD, pointOf, ruleOf, write } from './support/site.ts';

const toItem = (id: string, link: string, more = ''): string =>
  `  - { id: ${id}, profile: pump-set, link: ${link}, location: room, name: { zh: 组, en: Set }${more} }\n`;
const toLink = (id: string, at: number): string =>
  `  - { id: ${id}, name: { zh: 总线, en: Bus }, protocol: bus, host: 192.0.2.${at} }\n`;
const BOARD = toItem('board', 'alone');

function loadSet(equipment: string, head = HEAD): SiteModel {
  return load(write(`${head}links:\n${toLink('line', 1)}${toLink('alone', 2)}equipment:\n${equipment}`));
}
const equipmentOf = (model: SiteModel, id: string): Equipment | undefined =>
  model.equipment.get(toId<EquipmentId>(id));

describe('a shared link', () => {
  test('is a part of the gateway with its own points', () => {
    const model = loadSet(`${toItem('a', 'line')}${toItem('b', 'line')}${BOARD}`);
    expect(equipmentOf(model, 'gateway-link-line')).toMatchObject({
      parent: 'gateway',
      kind: 'gateway',
      name: { zh: '通信链路：总线', en: 'Link: Bus' },
      link: null,
    });
    expect(pointOf(model, 'gateway-link-line/up').address).toEqual({ figure: 'link-up', link: 'line' });
    expect(pointOf(model, 'gateway-link-line/answering').address).toMatchObject({ link: 'line' });
    expect(ruleOf(model, 'house/gateway-link-line/offline')).toMatchObject({
      type: 'state',
      severity: 'high',
      explains: 'link',
      points: [model.pointIndex.get(toId('gateway-link-line/up'))],
    });
  });

  test('is upstream of its equipment and their parts, and of no others', () => {
    const model = loadSet(`${toItem('a', 'line')}${toItem('b', 'line')}${BOARD}`);
    for (const id of ['a', 'a-pump-1', 'b', 'b-pump-2']) {
      expect(equipmentOf(model, id)?.upstream).toEqual({ link: 'gateway-link-line' });
    }
    expect(equipmentOf(model, 'board')?.upstream).toEqual({});
    expect(equipmentOf(model, 'gateway')?.upstream).toEqual({});
  });

  test('explains the silence of its equipment and nothing else of theirs', () => {
    const model = loadSet(`${toItem('a', 'line')}${toItem('b', 'line')}${BOARD}`);
    const causes = createCauses(model);
    const link = ruleOf(model, 'house/gateway-link-line/offline');
    expect(causes.effects(link).map(({ key }) => key)).toEqual(['house/a/offline', 'house/b/offline']);
    expect(causes.of(ruleOf(model, 'house/board/offline'))).toEqual([]);
  });

  test('of a single equipment is none: its own silence says it, at its own place', () => {
    const model = loadSet(`${toItem('a', 'line')}${BOARD}`);
    expect([...model.equipment.keys()].filter((id) => id.startsWith('gateway'))).toEqual(['gateway']);
    expect(model.files.some((file) => file.endsWith('riser-gateway-link.yaml'))).toBe(false);
  });

  test('two shared links are told apart: what is silent on one is not explained by the other', () => {
    const model = loadSet(
      ['a', 'b'].map((id) => toItem(id, 'line')).join('') +
        ['c', 'd'].map((id) => toItem(id, 'alone')).join(''),
    );
    const causes = createCauses(model);
    const causesOf = (id: string) =>
      causes.of(ruleOf(model, `house/${id}/offline`)).flatMap(({ rules }) => rules.map(({ key }) => key));
    expect(causesOf('a')).toEqual(['house/gateway-link-line/offline']);
    expect(causesOf('d')).toEqual(['house/gateway-link-alone/offline']);
  });

  test('fed with all its equipment from one board is explained by that board', () => {
    const power = ', upstream: { power: board }';
    const model = loadSet(`${toItem('a', 'line', power)}${toItem('b', 'line', power)}${BOARD}`);
    expect(equipmentOf(model, 'gateway-link-line')?.upstream).toEqual({ power: 'board' });
    const mixed = loadSet(`${toItem('a', 'line', power)}${toItem('b', 'line')}${BOARD}`);
    expect(equipmentOf(mixed, 'gateway-link-line')?.upstream).toEqual({});
  });

  test('stands at the smallest place that holds all its equipment', () => {
    const head = `${HEAD}  - { id: shed, parent: house, name: { zh: 棚, en: Shed } }\n`;
    const inShed = toItem('c', 'line').replace('location: room', 'location: shed');
    const both = loadSet(`${toItem('a', 'line')}${toItem('b', 'line')}`, head);
    expect(equipmentOf(both, 'gateway-link-line')?.location).toBe('room');
    const apart = loadSet(`${toItem('a', 'line')}${inShed}`, head);
    expect(equipmentOf(apart, 'gateway-link-line')?.location).toBe('house');
  });

  test('of a long id has a shorter one that is still its own', () => {
    const ids = ['a', 'b'].map((end) => toLinkEquipment(toId<LinkId>(`${'long-'.repeat(12)}bus${end}`)));
    expect(ids.every((id) => isId(id) && id.length === MAX_ID_LENGTH)).toBe(true);
    expect(new Set(ids).size).toBe(2);
    expect(toLinkEquipment(toId<LinkId>('x'.repeat(51)))).toBe(`gateway-link-${'x'.repeat(51)}`);
  });

  test('whose part would have the id of an equipment is refused', () => {
    const text = `${HEAD}links:\n${toLink('line', 1)}${toLink('alone', 2)}equipment:\n${toItem('a', 'line')}${toItem('b', 'line')}${toItem('gateway-link-line', 'alone')}`;
    expect(problemsOf(write(text))).toEqual([
      expect.stringMatching(
        /links\[0\]\.id: expected an id used once, found "gateway-link-line", first used at /,
      ),
    ]);
  });

  test('its rule can be read by others like any rule, and its points by rules of the site', () => {
    const rules = `, rules: [{ id: few, type: threshold, severity: low, text: { zh: 少, en: Few }, point: gateway-link-line/answering, lo: { limit: 2 } }]`;
    const model = loadSet(`${toItem('a', 'line', rules)}${toItem('b', 'line')}`);
    const rule = ruleOf(model, 'house/a/few');
    expect(rule.points.map((index) => model.points[index]?.id)).toEqual(['gateway-link-line/answering']);
  });
});

test('the profiles of the gateway itself are nobody else’s', () => {
  const item = toItem('a', 'line').replace('pump-set', 'riser-gateway-link');
  const lines = problemsOf(write(`${HEAD}links:\n${toLink('line', 1)}equipment:\n${item}`));
  expect(lines).toEqual([
    expect.stringContaining('expected a profile of a device, found "riser-gateway-link"'),
  ]);
});
