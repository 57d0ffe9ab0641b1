/**
 * Every written rule of the demo building: quiet on plants that work, raised by what it is for and by nothing else,
 * and held by its guards where the state is expected. Delays are left out; they are rules/delay.ts.
 */
import { describe, expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import type { EquipmentId } from '../../src/core/ids.ts';
import {
  BUSY,
  type Changes,
  demo,
  judgeAll,
  keysOf,
  kindOf,
  QUIET,
  raisedBy,
  stuckOn,
  written,
} from './demo-plant.ts';

describe.each([
  ['a quiet night', QUIET],
  ['a busy noon', BUSY],
])('%s', (_name, plant) => {
  test('raises nothing and leaves nothing open', () => {
    const verdicts = judgeAll(plant);
    expect(keysOf(verdicts, 'unknown')).toEqual([]);
    // A door is open while people pass: its rule waits 30 s.
    const passing = keysOf(verdicts, 'true').filter((key) => !/^acs-1-door-\d\/held-open$/.test(key));
    expect(passing).toEqual([]);
  });

  test('lets every alarm return that was there before', () => {
    // A door is open while people pass.
    expect(stuckOn(plant).filter((key) => !/^acs-1-door-\d\/held-open$/.test(key))).toEqual([]);
  });

  test('is inside the physical range and the declared states of every point', () => {
    const outside = demo.points.filter(({ equipment, name, range, states }) => {
      const value = plant[kindOf(equipment)]?.[name] ?? 0;
      if (states.size > 0 && !states.has(value)) return true;
      return range !== null && (value < range.min || value > range.max);
    });
    expect(outside.map(({ id }) => id)).toEqual([]);
  });

  test('names only points that the demo has', () => {
    const known = new Set(demo.points.map(({ equipment, name }) => `${kindOf(equipment)}/${name}`));
    const named = Object.entries(plant).flatMap(([kind, points]) =>
      Object.keys(points).map((name) => `${kind}/${name}`),
    );
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

/** The panel has acted, and nothing burns. */
const LINKAGE = ['linkage-active', 'linkage-without-fire'];

/** Changes of a quiet plant, and all rules of that equipment that they raise. Key of a change: point of the equipment, or a whole id. */
const FAULTS: readonly (readonly [string, Changes, readonly string[]])[] = [
  ['dws-1', { 'outlet-pressure': 0.35 }, ['pressure-low']],
  ['dws-1', { 'outlet-pressure': 0.6 }, ['pressure-high']],
  ['dws-1', { 'suction-level': 0.7 }, ['suction-level-low']],
  ['dws-1', { 'suction-level': 2.7 }, ['suction-level-high']],
  ['dws-1', { 'water-shortage': 1 }, ['water-shortage']],
  ['dws-1', { 'pressure-sensor-fault': 1 }, ['pressure-sensor-fault']],
  ['dws-1', { mode: 1 }, ['not-automatic']],
  ['dws-1-pump-1', { tripped: 1 }, ['tripped']],
  ['dws-1-pump-1', { 'alarm-code': 57 }, ['dry-running']],
  ['dws-1-pump-1', { 'motor-temperature': 100 }, ['motor-temperature-high']],
  ['dws-1-pump-1', { mode: 0 }, ['not-automatic']],
  ['sump-1', { 'float-high': 1 }, ['high-water']],
  ['sump-1', { level: 1.5 }, ['level-high']],
  ['sump-1', { 'discharge-valve': 0 }, ['discharge-valve-closed']],
  ['sump-1-pump-1', { fault: 1 }, ['fault']],
  ['sump-1-pump-1', { 'fault-code': 57 }, ['dry-running']],
  ['sump-1-pump-1', { automatic: 0 }, ['not-automatic']],

  ['fire-tank-1', { level: 2.5 }, ['level-low']],
  ['fire-tank-1', { level: 1.4 }, ['level-low', 'level-low-low']],
  ['fire-tank-1', { level: 3.95 }, ['level-high']],
  ['fire-tank-1', { 'low-level-switch': 1 }, ['low-level-switch']],
  ['fire-tank-1', { 'high-level-switch': 1 }, ['high-level-switch']],
  ['fire-tank-1', { 'outlet-valve': 0 }, ['outlet-valve-closed']],
  ['fire-tank-1', { 'water-temperature': 3 }, ['water-temperature-low']],
  ['fire-pump-1', { running: 1 }, ['running']],
  ['fire-pump-1', { 'start-command': 1 }, ['start-failed']],
  ['fire-pump-1', { 'pressure-switch': 1 }, ['start-failed-on-pressure']],
  ['fire-pump-1', { running: 1, 'start-command': 1, 'pressure-switch': 1 }, []],
  ['fire-pump-1', { fault: 1, 'fault-code': 51 }, ['fault']],
  ['fire-pump-1', { fault: 1, 'fault-code': 2 }, ['fault', 'phase-missing']],
  // A code that cannot be read does not hide the fault.
  ['fire-pump-1', { fault: 1, 'fault-code': 'bad' }, ['fault']],
  ['fire-pump-1', { 'control-power': 0 }, ['control-power-lost', 'without-power']],
  ['fire-pump-1', { 'control-power': 0, fault: 1, 'fault-code': 2 }, ['control-power-lost', 'without-power']],
  ['fire-pump-1', { automatic: 0 }, ['not-automatic']],
  ['fire-pump-1', { 'discharge-valve': 0 }, ['discharge-valve-closed']],
  ['fire-pump-1', { 'system-pressure': 0.65 }, ['pressure-low']],
  ['fire-pump-1', { 'system-pressure': 1.3 }, ['pressure-high']],
  ['jockey-pump-1', { running: 1 }, []],
  ['jockey-pump-1', { fault: 1, 'fault-code': 48 }, ['fault']],
  ['jockey-pump-1', { fault: 1, 'fault-code': 2 }, ['fault', 'phase-missing']],
  ['jockey-pump-1', { fault: 1, 'fault-code': 'bad' }, ['fault']],
  ['jockey-pump-1', { 'control-power': 0 }, ['control-power-lost']],
  ['jockey-pump-1', { automatic: 0 }, ['not-automatic']],
  ['jockey-pump-1', { 'discharge-valve': 0 }, ['discharge-valve-closed']],
  ['jockey-pump-1', { 'system-pressure': 0.75 }, ['pressure-low']],

  ['fire-panel-1', { fire: 1 }, ['fire-without-zone']],
  ['fire-panel-1', { fire: 1, 'active-zones': 1 }, []],
  ['fire-panel-1', { fire: 1, 'active-zones': 'bad' }, ['fire-without-zone']],
  [
    'fire-panel-1',
    { fire: 1, 'active-zones': 1, 'fire-panel-1-zone-1/event': 'bad' },
    ['fire-zone-unreadable'],
  ],
  // Zones that are read speak for themselves, also one that is not programmed.
  ['fire-panel-1', { fire: 1, 'active-zones': 1, 'fire-panel-1-zone-1/event': 0x71 }, []],
  ['fire-panel-1', { fire: 1, 'active-zones': 1, 'fire-panel-1-zone-1/event': 0xff }, []],
  ['fire-panel-1', { silenced: 1, 'pre-alarm': 1 }, []],
  ['fire-panel-1', { test: 1 }, ['test-left-on']],
  ['fire-panel-1', { fault: 1 }, ['fault']],
  ['fire-panel-1', { disablement: 1 }, ['disablement']],
  ['fire-panel-1', { supervisory: 1 }, ['supervisory']],
  ['fire-panel-1', { 'mains-lost': 1 }, ['mains-lost']],
  ['fire-panel-1', { 'battery-fault': 1 }, ['battery-fault']],
  ['fire-panel-1', { 'linkage-automatic': 0 }, ['linkage-manual']],
  ['fire-panel-1', { 'linkage-commands': 0b1, 'command-lifts': 1 }, [...LINKAGE, 'no-feedback-lifts']],
  ['fire-panel-1', { 'linkage-commands': 0b10, 'command-doors': 1 }, [...LINKAGE, 'no-feedback-doors']],
  [
    'fire-panel-1',
    { 'linkage-commands': 0b100, 'command-power-cut': 1 },
    [...LINKAGE, 'no-feedback-power-cut'],
  ],
  ['fire-panel-1', { 'linkage-commands': 0b1000, 'command-pump': 1 }, [...LINKAGE, 'no-feedback-pump']],
  ['fire-panel-1', { 'linkage-commands': 0b10000, 'command-fans': 1 }, [...LINKAGE, 'no-feedback-fans']],
  ['fire-panel-1', { 'linkage-commands': 1, 'command-lifts': 1, 'feedback-lifts': 1 }, [...LINKAGE]],
  ['fire-panel-1', { fire: 1, 'active-zones': 1, 'linkage-commands': 0b11111 }, ['linkage-active']],
  ['fire-panel-1-zone-3', { fire: 1, event: 0x71 }, ['fire']],
  ['fire-panel-1-zone-3', { 'pre-alarm': 1 }, ['pre-alarm']],
  ['fire-panel-1-zone-3', { trouble: 1 }, ['trouble']],
  ['fire-panel-1-zone-3', { disabled: 1, enabled: 0 }, ['disabled']],
  // In test: the zone is off on purpose.
  ['fire-panel-1-zone-3', { enabled: 0 }, []],

  [
    'lift-1',
    { 'passenger-alarm': 1, 'at-landing': 0 },
    ['entrapment', 'passenger-alarm', 'stopped-between-floors'],
  ],
  ['lift-1', { 'passenger-alarm': 1 }, ['passenger-alarm']],
  ['lift-1', { 'passenger-alarm': 1, 'at-landing': 0, 'drive-status': 5 }, ['passenger-alarm']],
  [
    'lift-1',
    { 'passenger-alarm': 1, 'at-landing': 0, 'door-status': 1 },
    ['passenger-alarm', 'stopped-between-floors'],
  ],
  // A door that nobody can judge does not hide an entrapment, nor does a drive or a landing.
  [
    'lift-1',
    { 'passenger-alarm': 1, 'at-landing': 0, 'door-status': 'bad' },
    ['entrapment', 'passenger-alarm', 'stopped-between-floors'],
  ],
  ['lift-1', { 'passenger-alarm': 1, 'at-landing': 'bad' }, ['entrapment', 'passenger-alarm']],
  ['lift-1', { 'fault-code': 0 }, ['fault']],
  ['lift-1', { 'fault-code': 16 }, ['fault']],
  // A code that no table lists is a fault all the same.
  ['lift-1', { 'fault-code': 99 }, ['fault']],
  ['lift-1', { 'fault-code': 5, mode: 8 }, []],
  ['lift-1', { 'at-landing': 0 }, ['stopped-between-floors']],
  ['lift-1', { 'at-landing': 0, mode: 8 }, []],
  ['lift-1', { 'door-status': 3 }, ['door-fault']],
  ['lift-1', { mode: 12 }, ['out-of-service']],
  ['lift-1', { mode: 3 }, []],
  ['lift-1', { mode: 11, 'door-status': 1, 'fault-code': 4 }, []],
  ['lift-1', { 'power-present': 0 }, ['power-lost']],
  ['lift-1', { mode: 7 }, ['on-emergency-power']],
  ['lift-1', { 'machine-room-temperature': 42 }, ['machine-room-temperature-high']],
  ['lift-1', { 'machine-room-temperature': 2 }, ['machine-room-temperature-low']],

  ['transformer-1', { 'oil-temperature': 90 }, ['oil-temperature-high']],
  ['transformer-1', { 'winding-temperature': 115 }, ['winding-temperature-high']],
  ['transformer-1', { load: 95 }, ['overload']],
  ['msb-1', { 'mains-present': 0, 'voltage-l1n': 0, 'voltage-l2n': 0, 'voltage-l3n': 0 }, ['mains-lost']],
  ['msb-1', { 'incomer-state': 2, 'voltage-l1n': 0, 'power-factor': 0 }, ['incomer-open']],
  ['msb-1', { 'incomer-state': 0, 'voltage-l2n': 0 }, ['incomer-open']],
  ['msb-1', { 'incomer-state': 3, 'voltage-l3n': 0 }, ['incomer-drawn-out']],
  ['msb-1', { 'voltage-l1n': 190 }, ['voltage-l1']],
  ['msb-1', { 'voltage-l2n': 18 }, ['voltage-l2']],
  ['msb-1', { 'voltage-l3n': 245 }, ['voltage-l3']],
  ['msb-1', { 'current-l1': 1450 }, ['overload-l1']],
  ['msb-1', { 'current-l2': 1700 }, ['overload-l2']],
  ['msb-1', { 'current-l3': 1450 }, ['overload-l3']],
  ['msb-1', { 'power-factor': 0.7 }, ['power-factor-low']],
  ['esb-1', { 'bus-live': 0, source: 0, 'voltage-l1n': 0 }, ['bus-dead', 'transfer-failed']],
  ['esb-1', { source: 2, 'mains-breaker': 0, 'generator-breaker': 1 }, ['on-generator']],
  ['esb-1', { 'mains-breaker': 2 }, ['mains-breaker-tripped']],
  ['esb-1', { 'generator-breaker': 2 }, ['generator-breaker-tripped']],
  ['esb-1', { 'voltage-l1n': 190 }, ['voltage']],
  ['generator-1', { state: 6 }, ['start-failed']],
  ['generator-1', { state: 7 }, ['protection-shutdown']],
  ['generator-1', { 'mains-present': 0, state: 0 }, ['did-not-start']],
  ['generator-1', { 'mains-present': 0, state: 1 }, []],
  ['generator-1', { 'mains-present': 0, state: 2 }, ['load-not-taken']],
  ['generator-1', { 'mains-present': 0, state: 3 }, []],
  ['generator-1', { state: 4 }, ['runs-on']],
  ['generator-1', { state: 5 }, []],
  ['generator-1', { mode: 0 }, ['not-automatic']],
  ['generator-1', { 'fuel-level': 30 }, ['fuel-low']],
  ['generator-1', { 'battery-voltage': 21.6 }, ['battery-low']],
  ['generator-1', { 'coolant-temperature': 100 }, ['coolant-hot']],
  ['generator-1', { 'coolant-temperature': 5 }, ['coolant-cold']],
  ['ups-1', { state: 2, 'input-present': 0 }, ['on-battery']],
  ['ups-1', { state: 2, runtime: 10 }, ['on-battery', 'runtime-short']],
  ['ups-1', { runtime: 10 }, []],
  ['ups-1', { 'battery-percent': 20 }, ['battery-low']],
  ['ups-1', { state: 3 }, ['bypass']],
  ['ups-1', { 'output-live': 0, state: 4 }, ['output-dead']],
  ['ups-1', { 'battery-fault': 1 }, ['battery-fault']],
  ['ups-1', { 'battery-temperature': 39 }, ['battery-temperature-high']],
  ['ups-1', { load: 95 }, ['overload']],

  ['acs-1', { mains: 0 }, ['mains-lost']],
  ['acs-1', { battery: 0 }, ['battery-low']],
  ['acs-1', { tamper: 1 }, ['tamper']],
  ['acs-1', { 'fire-input': 1 }, []],
  ['acs-1-door-2', { contact: 1, alarm: 1 }, ['forced']],
  ['acs-1-door-2', { contact: 1, alarm: 1, lock: 2 }, []],
  ['acs-1-door-2', { contact: 1, alarm: 2 }, ['held-open']],
  ['acs-1-door-2', { contact: 1 }, ['held-open']],
  ['acs-1-door-2', { contact: 1, lock: 2 }, []],
  ['acs-1-door-2', { reader: 0 }, ['reader-offline']],
  ['climate-lv-room', { temperature: 37 }, ['temperature-high']],
  ['climate-lv-room', { temperature: 41 }, ['temperature-high', 'temperature-very-high']],
  ['climate-lv-room', { temperature: 3 }, ['temperature-low']],
  ['climate-lv-room', { humidity: 85 }, ['humidity-high']],
  ['climate-lv-room', { battery: 2.5 }, ['battery-low']],
  ['leak-1', { leak: 1, position: 12.5 }, ['leak']],
  ['leak-1', { broken: 1 }, ['cable-broken']],
  ['water-meter-main', { flow: 0.5 }, []],
  // For a whole day: every case is held for as long as the longest delay.
  ['water-meter-main', { flow: 1.4 }, ['no-quiet-hour']],
  ['water-meter-main', { reverse: 1, flow: -0.4 }, ['reverse-flow']],
  ['water-meter-main', { battery: 2.9 }, ['battery-low']],
  ['water-meter-vacant', { flow: 0.15 }, ['flow-while-vacant']],
  ['water-meter-vacant', { reverse: 1 }, ['reverse-flow']],
  ['water-meter-vacant', { battery: 2.9 }, ['battery-low']],
  ['meter-public', { 'voltage-l1n': 0 }, ['phase-loss-l1']],
  ['meter-public', { 'voltage-l2n': 0 }, ['phase-loss-l2']],
  ['meter-public', { 'voltage-l3n': 0 }, ['phase-loss-l3']],
  ['meter-public', { 'current-l1': 138 }, ['overload-l1']],
  ['meter-public', { 'current-l2': 138 }, ['overload-l2']],
  ['meter-public', { 'current-l3': 138 }, ['overload-l3']],
  ['meter-public', { 'power-factor': 0.6 }, ['power-factor-low']],

  ['gateway', { 'journal-healthy': 0 }, ['journal-failed']],
  ['gateway', { 'journal-dropped': 1 }, ['readings-dropped']],
  ['gateway', { 'journal-used': 85 }, ['journal-filling']],
  ['gateway', { 'journal-lost': 1 }, ['journal-loss']],
  ['gateway', { 'journal-delay': 2 }, ['journal-slow']],
  ['gateway', { 'influx-healthy': 0 }, ['influx-down']],
  ['gateway', { 'influx-age': 70 }, ['influx-late']],
  ['gateway', { quarantined: 1 }, ['readings-quarantined']],
  ['gateway', { 'store-healthy': 0 }, ['store-failed']],
  ['gateway', { 'rules-failing': 1 }, ['rule-failing']],
  ['gateway', { 'tickets-stuck': 1 }, ['ticket-stuck']],
  ['gateway', { 'clocks-wrong': 1 }, ['clock-wrong']],
  ['gateway', { 'disk-free': 5 }, ['disk-low']],
  ['gateway', { 'loop-delay': 900 }, ['loop-slow']],
  ['gateway', { 'reverts-failed': 1 }, ['revert-failed']],
  ['gateway', { 'message-delay': 70 }, ['message-late']],
  ['gateway', { 'messages-failed': 1 }, ['messages-failed']],
  ['gateway', { 'backup-failed': 1 }, ['backup-failed']],
  ['gateway', { 'backup-age': 27 }, ['backup-old']],
  // All of its devices silent; as a whole the link's figures are those of the gateway.
  ['gateway-link-iot', { up: 0 }, ['offline']],
];

const toKeys = (equipment: string, names: readonly string[]) => names.map((name) => `${equipment}/${name}`);

test.each(FAULTS)('%s with %o raises exactly %o', (equipment, changes, rules) => {
  const known = new Set<string>(demo.points.map(({ id }) => id));
  const own = Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [
      name.includes('/') ? name : `${equipment}/${name}`,
      value,
    ]),
  );
  expect(Object.keys(own).filter((id) => !known.has(id))).toEqual([]);
  expect([...raisedBy(own)].sort()).toEqual([...toKeys(equipment, rules)].sort());
});

test('every written rule of every profile is raised by one of these faults', () => {
  const toShape = (id: string, rule: string) => {
    const { profile, kind } = defined(demo.equipment.get(id as EquipmentId), id);
    return `${profile} ${kind} ${rule}`;
  };
  const raised = new Set(FAULTS.flatMap(([id, , rules]) => rules.map((rule) => toShape(id, rule))));
  const all = new Set(written.map(({ equipment, id }) => toShape(equipment, id)));
  expect([...all].filter((shape) => !raised.has(shape))).toEqual([]);
});

test('a zone that is not programmed raises nothing, whatever its other bits would mean', () => {
  const bits = ['fire', 'pre-alarm', 'trouble', 'enabled', 'disabled', 'acknowledged'];
  const changes = Object.fromEntries(bits.map((name) => [`fire-panel-1-zone-7/${name}`, 'bad' as const]));
  const verdicts = judgeAll(QUIET, { ...changes, 'fire-panel-1-zone-7/event': 0xff });
  expect(keysOf(verdicts, 'true')).toEqual([]);
  // A fire that was there before the word became unreadable must not return on it.
  expect(keysOf(verdicts, 'unknown')).toEqual(['fire-panel-1-zone-7/fire']);
  const badData = demo.rules.filter(
    ({ equipment, type }) => equipment === 'fire-panel-1-zone-7' && type === 'bad-data',
  );
  expect(badData.map(({ id }) => id)).toEqual(['event-bad-data']);
});

test('a fire recalls lifts, releases doors and starts the pump without an alarm of their own', () => {
  const lifts = ['lift-1', 'lift-2'].flatMap((id) => [
    [`${id}/mode`, 11],
    [`${id}/door-status`, 1],
    [`${id}/fault-code`, 4],
  ]);
  const doors = [1, 2, 3, 4, 5, 6].flatMap((n) => [
    [`acs-1-door-${n}/lock`, 2],
    [`acs-1-door-${n}/contact`, 1],
  ]);
  const pump = [
    ['fire-pump-1/running', 1],
    ['fire-pump-1/start-command', 1],
  ];
  expect(raisedBy(Object.fromEntries([...lifts, ...doors, ...pump]))).toEqual([]);
});

test('a mains failure that goes by the book has one alarm with a ticket of its own: the mains', () => {
  const changes: Changes = {
    'msb-1/mains-present': 0,
    'msb-1/voltage-l1n': 0,
    'msb-1/voltage-l2n': 0,
    'msb-1/voltage-l3n': 0,
    'generator-1/mains-present': 0,
    'generator-1/state': 3,
    'esb-1/source': 2,
    'esb-1/mains-breaker': 0,
    'esb-1/generator-breaker': 1,
  };
  const raised = raisedBy(changes);
  expect(raised).toEqual(['msb-1/mains-lost', 'esb-1/on-generator']);
  const withTicket = written.filter(
    ({ key, opensTicket }) => opensTicket && raised.includes(key.replace('demo/', '')),
  );
  expect(withTicket.map(({ id }) => id)).toEqual(['mains-lost']);
});

test('every point that a written rule reads has an alarm with a ticket for the time when it cannot be read', () => {
  const watched = new Set(
    demo.rules
      .filter(({ type, opensTicket }) => type === 'bad-data' && opensTicket)
      .map(({ points }) => points[0]),
  );
  const blind = new Set(
    written
      .flatMap(({ points }) => points)
      .filter((point) => !watched.has(point))
      .map((point) => defined(demo.points[point], 'a point of a rule').id.replace(/-\d+\//, '-n/')),
  );
  // Bits of a zone are in one word with its event, which is watched; without InfluxDB its
  // health and quarantine have no value, nor have clocks where no device sends its time, nor the age of backups without a schedule. Of a link nothing is known before
  // its devices have been asked; each of them has `offline`.
  expect([...blind].sort()).toEqual([
    'fire-panel-1-zone-n/disabled',
    'fire-panel-1-zone-n/fire',
    'fire-panel-1-zone-n/pre-alarm',
    'fire-panel-1-zone-n/trouble',
    'gateway-link-fire-pump-room/up',
    'gateway-link-iot/up',
    'gateway-link-lift-server/up',
    'gateway-link-power-server/up',
    'gateway/backup-age',
    'gateway/clocks-wrong',
    'gateway/influx-healthy',
    'gateway/quarantined',
  ]);
});

test('silence of what guards lives is high, and a fire explains none of what fights it', () => {
  const offline = demo.rules.filter(({ type }) => type === 'offline');
  const high = offline
    .filter(({ severity }) => severity === 'high')
    .map(({ equipment }) => kindOf(equipment));
  expect(new Set(high)).toEqual(new Set(['fire-tank', 'fire-pump', 'jockey-pump', 'fire-panel', 'lift']));
  const unlinked = offline.filter(({ explainedBy }) => !explainedBy.includes('linkage'));
  expect(new Set(unlinked.map(({ equipment }) => kindOf(equipment)))).toEqual(
    new Set(['fire-tank', 'fire-pump', 'jockey-pump', 'fire-panel']),
  );
});
