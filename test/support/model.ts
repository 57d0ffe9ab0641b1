/**
 * Small site models for tests, without files: name what matters, the rest is filled in. The real loader
 * (src/config/load.ts) is tested by itself; nothing here checks what it would refuse.
 */
import type { Equipment, LinkDef, PointDef, RuleDef, SiteModel } from '../../src/config/model.ts';
import type { AlarmTimes, Policy } from '../../src/config/policy.ts';
import type { EquipmentId, LocationId, PointId, RuleId, SiteId } from '../../src/core/ids.ts';
import { toAlarmKey, toId, toPointId } from '../../src/core/ids.ts';
import type { Text } from '../../src/core/text.ts';
import { TEST_SERVICE } from './test-policy.ts';

/** A point; its name defaults to its place. */
export type TestPoint = Partial<Omit<PointDef, 'index' | 'id' | 'equipment' | 'link'>> & {
  readonly name: string;
};

/** A rule; `points` are local names (`pressure`) or ids of other equipment's points (`pump-1/running`). */
export type TestRule = Partial<Omit<RuleDef, 'index' | 'id' | 'key' | 'equipment' | 'points'>> & {
  readonly id: string;
  readonly points: readonly string[];
};

export type TestEquipment = Partial<Omit<Equipment, 'id' | 'parent' | 'link'>> & {
  readonly id: string;
  readonly parent?: string;
  /** Default `link`; null for the gateway's own equipment. */
  readonly link?: string | null;
  readonly points?: readonly TestPoint[];
  readonly rules?: readonly TestRule[];
};

export interface TestSite {
  readonly epoch?: number;
  readonly equipment?: readonly TestEquipment[];
  /** Default: one Modbus TCP link `link` to 127.0.0.1:502. */
  readonly links?: readonly LinkDef[];
  readonly policy?: Partial<Policy>;
  readonly overrides?: Partial<SiteModel>;
}

const SITE: SiteId = toId('test-site');
const ROOM: LocationId = toId('room');

/** Without arguments: a site with one link and no equipment. @throws Error when a rule names an unknown point. */
export function createTestModel(site: TestSite = {}): SiteModel {
  const equipment = site.equipment ?? [];
  const points = equipment
    .flatMap((item) => (item.points ?? []).map((point) => ({ item, point })))
    .map(toPoint);
  const pointIndex = new Map<PointId, number>(points.map((point) => [point.id, point.index]));
  const rules = equipment.flatMap((item) => (item.rules ?? []).map((rule) => ({ item, rule })));
  return {
    epoch: site.epoch ?? 1,
    hash: '0'.repeat(64),
    files: ['test.yaml'],
    site: { id: SITE, name: text('测试大厦', 'Test building'), timeZone: 'Asia/Shanghai' },
    locations: new Map([
      [ROOM, { id: ROOM, parent: null, name: text('机房', 'Room'), path: text('机房', 'Room') }],
    ]),
    contacts: new Map(),
    links: new Map((site.links ?? [createTestLink()]).map((link) => [link.id, link])),
    equipment: new Map(equipment.map(toEquipment).map((item) => [item.id, item])),
    points,
    pointIndex,
    rules: rules.map((entry, index) => toRule(entry, index, pointIndex)),
    policy: createTestPolicy(site.policy),
    plans: [],
    http: { host: '127.0.0.1', port: 0, tls: null },
    calendars: new Map(),
    influx: null,
    journal: { maxAgeDays: 14, maxBytes: 64 * 1024 * 1024 },
    backup: null,
    notify: { webhook: null },
    ...site.overrides,
  };
}

/** A Modbus TCP link. @param options the driver's own, over 127.0.0.1:502 with a time-out of 500 ms */
export function createTestLink(id = 'link', options: Readonly<Record<string, unknown>> = {}): LinkDef {
  const base = {
    host: '127.0.0.1',
    port: 502,
    timeoutMs: 500,
    connectTimeoutMs: 500,
    pauseAfterConnectMs: 0,
    gapMs: 0,
  };
  return {
    id: toId(id),
    name: text('链路', 'Link'),
    protocol: 'modbus',
    options: { ...base, ...options },
  };
}

const MINUTE_MS = 60_000;

/** The defaults of config/schema.ts. */
export function createTestAlarmTimes(overrides: Partial<AlarmTimes> = {}): AlarmTimes {
  return {
    shelveMaxMs: { 'life-safety': 0, high: 120 * MINUTE_MS, medium: 480 * MINUTE_MS, low: 480 * MINUTE_MS },
    shelfReminderMs: 15 * MINUTE_MS,
    reAlarmMs: { 'life-safety': 10 * MINUTE_MS, high: 60 * MINUTE_MS, medium: 480 * MINUTE_MS, low: null },
    reAlarmEscalateAt: 3,
    flood: {
      enter: 10,
      leave: 5,
      windowMs: 10 * MINUTE_MS,
      digestMs: 90_000,
      maxMs: 120 * MINUTE_MS,
    },
    chatter: { raises: 3, withinMs: MINUTE_MS, factor: 1.5, capMs: 60 * MINUTE_MS },
    firstOutMs: 2 * MINUTE_MS,
    longOutOfServiceMs: 7 * 24 * 60 * MINUTE_MS,
    ...overrides,
  };
}

/** Limits like those of service-workflow.md §1, short enough to follow by eye. */
export function createTestPolicy(overrides: Partial<Policy> = {}): Policy {
  return {
    version: 'test-policy',
    name: text('测试标准', 'Test policy'),
    ...TEST_SERVICE,
    explain: { waitMs: 5_000, settleMs: MINUTE_MS },
    alarms: createTestAlarmTimes(),
    ...overrides,
  };
}

function toEquipment(item: TestEquipment): Equipment {
  const { id, parent, link, points: _points, rules: _rules, ...given } = item;
  return {
    kind: 'pump',
    name: text(`设备${id}`, id),
    profile: toId('test-profile'),
    device: { unit: 1, maxRegisters: 100, maxBits: 1000, maxGapRegisters: 8, maxGapBits: 32, addressBase: 0 },
    location: ROOM,
    contact: null,
    responsible: null,
    upstream: {},
    ...given,
    id: toId(id),
    parent: parent === undefined ? null : toId(parent),
    link: link === null ? null : toId(link ?? 'link'),
  };
}

function toPoint({ item, point }: { item: TestEquipment; point: TestPoint }, index: number): PointDef {
  const equipment: EquipmentId = toId(item.id);
  return {
    text: text(point.name, point.name),
    unit: 'none',
    type: 'number',
    isKey: false,
    decimals: 1,
    states: new Map(),
    range: null,
    maxStep: null,
    stuckMs: null,
    write: null,
    deadband: 0,
    pollMs: 1_000,
    staleMs: 3_500,
    address: { table: 'holding', address: index, type: 'u16', scale: 1, offset: 0 },
    ...point,
    index,
    id: toPointId(equipment, point.name),
    equipment,
    link: item.link === null ? null : toId(item.link ?? 'link'),
  };
}

function toRule(
  { item, rule }: { item: TestEquipment; rule: TestRule },
  index: number,
  pointIndex: ReadonlyMap<PointId, number>,
): RuleDef {
  const equipment: EquipmentId = toId(item.id);
  const id: RuleId = toId(rule.id);
  return {
    type: 'state',
    params: {},
    severity: 'medium',
    onDelayMs: 0,
    offDelayMs: 0,
    minGoodSamples: 1,
    uncertain: 'use',
    unknownHoldMs: MINUTE_MS,
    text: text(`告警${rule.id}`, rule.id),
    guidance: null,
    class: 'engineering',
    faultKind: rule.id,
    faultKindText: text(`告警${rule.id}`, rule.id),
    opensTicket: true,
    when: [],
    calendar: null,
    expectedWhen: null,
    isLatching: false,
    reAlarmMs: null,
    explains: null,
    explainedBy: [],
    version: 'v1',
    ...rule,
    index,
    id,
    key: toAlarmKey(SITE, equipment, id),
    equipment,
    points: rule.points.map((name) => toIndex(name, equipment, pointIndex)),
  };
}

function toIndex(name: string, equipment: EquipmentId, pointIndex: ReadonlyMap<PointId, number>): number {
  const id = name.includes('/') ? toId<PointId>(name) : toPointId(equipment, name);
  const index = pointIndex.get(id);
  if (index === undefined) throw new Error(`the test model has no point ${id}`);
  return index;
}

function text(zh: string, en: string): Text {
  return { zh, en };
}
