/**
 * Incidents of the demo building through the whole decision loop: which tickets people get, and which trouble may be
 * explained away and which never.
 */
import { expect, test } from 'vitest';
import type { QualityReason } from '../../src/core/quality.ts';
import { createTestLoop, type TestLoop, type TestValue } from '../support/loop.ts';
import { type Changes, demo, QUIET, toValues } from './demo-plant.ts';

interface Building {
  readonly loop: TestLoop;
  /** Changes the plant and lets so many seconds pass, sampled every second. */
  go(seconds: number, changes: Readonly<Record<string, TestValue>>): void;
  /** Equipment, kind of fault and priority of every ticket, in order of opening. */
  tickets(): readonly string[];
}

/** Quiet for as long as a start takes. */
function createBuilding(): Building {
  const loop = createTestLoop(demo);
  const values: Record<string, TestValue> = { ...(toValues(QUIET) as Record<string, number>) };
  const go: Building['go'] = (seconds, changes) => {
    Object.assign(values, changes);
    loop.feed(changes);
    loop.advance(seconds * 1_000, () => loop.feed(values));
  };
  loop.feed(values);
  go(20, {});
  expect(loop.tickets()).toEqual([]);
  const tickets = (): readonly string[] =>
    loop.tickets().map(({ equipment, faultKind, priority }) => `${equipment} ${faultKind} ${priority}`);
  return { loop, go, tickets };
}

const MAINS_LOST: Changes = {
  'msb-1/mains-present': 0,
  'msb-1/voltage-l1n': 0,
  'msb-1/voltage-l2n': 0,
  'msb-1/voltage-l3n': 0,
  'generator-1/mains-present': 0,
};
const ESSENTIAL_DEAD: Changes = {
  'esb-1/bus-live': 0,
  'esb-1/source': 0,
  'esb-1/voltage-l1n': 0,
  'fire-pump-1/control-power': 0,
  'jockey-pump-1/control-power': 0,
  'ups-1/input-present': 0,
  'ups-1/state': 2,
  'lift-1/power-present': 0,
  'lift-1/fault-code': 4,
  'lift-1/at-landing': 0,
  'lift-2/power-present': 0,
  'lift-2/fault-code': 4,
};
const toQuiet = (changes: Changes): Changes => {
  const quiet = toValues(QUIET);
  return Object.fromEntries(Object.keys(changes).map((id) => [id, quiet[id] ?? 0]));
};
const go = (building: Building, seconds: number, changes: Changes): void =>
  building.go(seconds, changes as Record<string, number>);

test('a mains failure whose change-over takes its ten seconds is one ticket', () => {
  const building = createBuilding();
  go(building, 10, { ...MAINS_LOST, ...ESSENTIAL_DEAD, 'generator-1/state': 1 });
  go(building, 120, { ...toQuiet(ESSENTIAL_DEAD), 'generator-1/state': 3, 'esb-1/source': 2 });
  expect(building.tickets()).toEqual(['msb-1 supply-lost urgent']);
});

test('a mains failure without a generator hides neither the fire pump, nor a car between floors, nor a flood', () => {
  const building = createBuilding();
  go(building, 30, { ...MAINS_LOST, ...ESSENTIAL_DEAD });
  go(building, 30, { 'sump-1/float-high': 1, 'sump-1/level': 1.8 });
  expect(new Set(building.tickets())).toEqual(
    new Set([
      'msb-1 supply-lost urgent',
      'esb-1 supply-lost urgent',
      'generator-1 start urgent',
      'fire-pump-1 control-power urgent',
      'lift-1 lift-fault urgent',
      'sump-1 high-water urgent',
    ]),
  );
  const pump = building.loop.tickets().find(({ equipment }) => equipment === 'fire-pump-1');
  expect(pump).toMatchObject({ class: 'fire', assignee: 'engineer' });
});

test('a fire pump that is called for and has no power is a ticket within its delay and the change-over', () => {
  const building = createBuilding();
  go(building, 16, { ...MAINS_LOST, ...ESSENTIAL_DEAD, 'fire-pump-1/pressure-switch': 1 });
  expect(building.tickets()).toContain('fire-pump-1 start urgent');
});

test('a plant room that goes on heating in a mains failure wants a fan, warm is explained', () => {
  const building = createBuilding();
  go(building, 90, { ...MAINS_LOST, 'generator-1/state': 3, 'climate-lv-room/temperature': 38 });
  expect(building.tickets()).toEqual(['msb-1 supply-lost urgent']);
  go(building, 61, { 'climate-lv-room/temperature': 42 });
  expect(building.tickets()).toContain('climate-lv-room temperature-high urgent');
});

const FIRE: Changes = { 'fire-panel-1/fire': 1, 'fire-panel-1/active-zones': 1 };
const ZONE_3: Changes = { 'fire-panel-1-zone-3/fire': 1, 'fire-panel-1-zone-3/event': 0x71 };

test('a fire is one emergency, of its zone, although the panel’s own word comes first', () => {
  const building = createBuilding();
  building.loop.feed(FIRE as Record<string, number>);
  go(building, 5, { ...FIRE, ...ZONE_3 });
  expect(building.tickets()).toEqual(['fire-panel-1-zone-3 fire emergency']);
});

test('a fire while the zones cannot be read is an emergency of the panel, and the blind zones were told before', () => {
  const building = createBuilding();
  const zones = demo.points.filter(({ equipment }) => equipment.startsWith('fire-panel-1-zone-'));
  const blind: QualityReason = 'device-error';
  building.go(10, Object.fromEntries(zones.map(({ id }) => [id, blind])));
  expect(new Set(building.tickets())).toEqual(
    new Set([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `fire-panel-1-zone-${n} event-bad-data urgent`)),
  );
  building.go(0, FIRE as Record<string, number>);
  expect(building.tickets().at(-1)).toBe('fire-panel-1 fire emergency');
});

test('a fire panel that lives on its battery is told, whatever has taken its supply', () => {
  const building = createBuilding();
  go(building, 31, { 'ups-1/output-live': 0, 'ups-1/state': 4, 'fire-panel-1/mains-lost': 1 });
  expect(building.tickets()).toEqual(['ups-1 output-dead urgent', 'fire-panel-1 mains-lost urgent']);
});

test('equipment of life safety that falls silent is urgent', () => {
  const building = createBuilding();
  const points = demo.points.filter(({ equipment }) => equipment.startsWith('fire-panel-1'));
  building.go(12, Object.fromEntries(points.map(({ id }) => [id, 'timeout'])));
  expect(building.tickets()).toEqual(['fire-panel-1 comm-loss urgent']);
});

const LINKED: Changes = {
  'fire-panel-1/linkage-commands': 0b111,
  'fire-panel-1/command-lifts': 1,
  'fire-panel-1/feedback-lifts': 1,
  'fire-panel-1/command-doors': 1,
  'fire-panel-1/feedback-doors': 1,
  'fire-panel-1/command-power-cut': 1,
  'fire-panel-1/feedback-power-cut': 1,
  'lift-1/power-present': 0,
  'acs-1/mains': 0,
};

test('what a fire switches off has no ticket, a fire pump that falls silent in it has', () => {
  const building = createBuilding();
  go(building, 120, { ...FIRE, ...ZONE_3, ...LINKED });
  expect(building.tickets()).toEqual(['fire-panel-1-zone-3 fire emergency']);
  const points = demo.points.filter(({ equipment }) => equipment === 'fire-pump-1');
  building.go(12, Object.fromEntries(points.map(({ id }) => [id, 'timeout'])));
  expect(building.tickets().at(-1)).toBe('fire-pump-1 comm-loss urgent');
});

test('a linkage without a fire is told, since it hides what it switches off', () => {
  const building = createBuilding();
  go(building, 59, LINKED);
  expect(building.tickets()).toEqual([]);
  go(building, 2, {});
  expect(building.tickets()).toEqual(['fire-panel-1 linkage-without-fire normal']);
});

const silenceOf = (link: string): Readonly<Record<string, TestValue>> =>
  Object.fromEntries(demo.points.flatMap((point) => (point.link === link ? [[point.id, 'timeout']] : [])));
const figuresOf = (link: string, answering: number): Changes => ({
  [`gateway-link-${link}/up`]: Number(answering > 0),
  [`gateway-link-${link}/answering`]: answering,
});

test('a dead link is one ticket, of the link, although life safety is behind it, and each of its equipment is offline', () => {
  const building = createBuilding();
  building.go(60, { ...silenceOf('fire-pump-room'), ...figuresOf('fire-pump-room', 0) } as Readonly<
    Record<string, TestValue>
  >);
  expect(building.tickets()).toEqual(['gateway-link-fire-pump-room comm-loss urgent']);
  const offline = building.loop.alarms().filter(({ rule, isActive }) => rule === 'offline' && isActive);
  expect(offline.map(({ equipment }) => equipment).toSorted()).toEqual([
    'fire-pump-1',
    'fire-tank-1',
    'gateway-link-fire-pump-room',
    'jockey-pump-1',
  ]);
  const cause = 'demo/gateway-link-fire-pump-room/offline';
  expect(offline.filter(({ explainedBy }) => explainedBy?.key === cause)).toHaveLength(3);
});

test('a device that stays silent when its link is back has its own ticket after the settle time', () => {
  const building = createBuilding();
  const isDead = (id: string): boolean => id.startsWith('fire-pump-1/');
  const silence = silenceOf('fire-pump-room');
  building.go(60, { ...silence, ...(figuresOf('fire-pump-room', 0) as Record<string, number>) });
  const quiet = toValues(QUIET);
  const back = Object.keys(silence).filter((id) => !isDead(id));
  go(building, 50, {
    ...Object.fromEntries(back.map((id) => [id, quiet[id] ?? 0])),
    ...figuresOf('fire-pump-room', 2),
  });
  expect(building.tickets()).toEqual(['gateway-link-fire-pump-room comm-loss urgent']);
  building.go(20, {});
  expect(building.tickets()).toEqual([
    'gateway-link-fire-pump-room comm-loss urgent',
    'fire-pump-1 comm-loss urgent',
  ]);
});

test('one silent device of a link that others answer on is its own ticket', () => {
  const building = createBuilding();
  const points = demo.points.filter(({ equipment }) => equipment === 'lift-2');
  building.go(15, Object.fromEntries(points.map(({ id }) => [id, 'timeout'])));
  expect(building.tickets()).toEqual(['lift-2 comm-loss urgent']);
});
