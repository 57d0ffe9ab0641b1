/**
 * Rules that no profile has to write: `offline` for equipment on a link, and `<point>-bad-data` for every point that
 * a rule reads or that can be stuck, so that blindness is itself an alarm (alarms.md B3).
 */
import { INTERNAL_PROTOCOL } from '../config/schema.ts';
import { type RuleId, toId } from '../core/ids.ts';
import { KINDS, type System } from '../core/kinds.ts';
import { renderText, type Text } from '../core/text.ts';
import type { PointTemplate } from './points.ts';
import type { Unit } from './profile.ts';
import { type RuleTemplate, withVersion } from './rules.ts';
import { BAD_DATA_SUFFIX, DERIVED_ON_DELAY_MS, RULE_DEFAULTS } from './schema.ts';
import { toTicketClass } from './ticket-class.ts';

/** What the linkage calls to work. */
const FIRE_SYSTEMS: readonly System[] = ['fire', 'fire-water'];

const OFFLINE_TEXT: Text = { zh: '设备离线（通信中断）', en: 'Device offline (communication lost)' };
const COMM_LOSS_TEXT: Text = { zh: '通信中断', en: 'Communication lost' };
const OFFLINE_GUIDANCE: Text = {
  zh: '先查现场控制柜是否有电、通信模块指示灯是否正常；再查网线、交换机端口及 IP 地址。离线期间该设备的其他告警无法判断，请到现场确认运行情况。',
  en: 'Check power at the control cabinet and the lamps of its communication module first, then cable, switch port and IP address. While it is offline no other alarm of this equipment can be judged: look at it on site.',
};
const BAD_DATA_TEXT: Text = { zh: '测点“{point}”数据异常', en: '{point}: no usable data' };
const BAD_DATA_GUIDANCE: Text = {
  zh: '设备有应答，但该测点数值不可用或被设备标为可疑：检查传感器接线、供电与量程设置，与就地仪表比对。数据恢复前，依赖该测点的告警保持原状态。',
  en: 'The device answers, but this value cannot be used or is marked as doubtful by the device: check wiring, supply and range of the sensor and compare with the local gauge. Until it is back, alarms that depend on it stay as they are.',
};

/** Points that rules read. Both: names as in `RuleTemplate.reads`. */
export interface ReadPoints {
  readonly read: ReadonlySet<string>;
  /** Points of rules that nothing uncertain can judge. */
  readonly strict: ReadonlySet<string>;
}

export function toReadPoints(rules: readonly RuleTemplate[]): ReadPoints {
  return {
    read: new Set(rules.flatMap(({ reads }) => reads)),
    strict: new Set(rules.flatMap(({ uncertain, reads }) => (uncertain === 'unknown' ? reads : []))),
  };
}

/**
 * Adds them behind the written rules of each unit.
 * @param others what rules of other equipment read of this one
 */
export function addDerivedRules(
  units: readonly Unit[],
  protocol: string,
  others: ReadPoints = toReadPoints([]),
): readonly Unit[] {
  const own = toReadPoints(units.flatMap((unit) => unit.rules));
  const read = own.read.union(others.read);
  const strict = own.strict.union(others.strict);
  return units.map((unit) => {
    // A time after which a value counts as stuck is asked for to hear of it, whether or not a rule reads the point.
    const watched = unit.points.filter((point) => point.stuckMs !== null || read.has(toRead(unit, point)));
    const badData = watched.flatMap((point) => toBadData(unit, point, strict.has(toRead(unit, point))) ?? []);
    const offline = unit.part === null && protocol !== INTERNAL_PROTOCOL ? [toOffline(unit, units)] : [];
    return { ...unit, rules: [...unit.rules, ...offline, ...badData] };
  });
}

function toRead(unit: Unit, point: PointTemplate): string {
  return unit.part === null ? point.name : `${unit.part}/${point.name}`;
}

const common = {
  ...RULE_DEFAULTS,
  params: {},
  // The judgement is about bad data, so there may be no good sample to count.
  minGoodSamples: 1,
  when: [],
  calendar: null,
  expectedWhen: null,
  isLatching: false,
  reAlarmMs: null,
  explains: null,
  opensTicket: true,
} as const;

/** @param unit the equipment itself; @param units with its parts */
function toOffline({ kind }: Unit, units: readonly Unit[]): RuleTemplate {
  const { isLifeSafety, system } = KINDS[kind];
  return withVersion({
    ...common,
    id: toId<RuleId>('offline'),
    type: 'offline',
    reads: units.flatMap((unit) => unit.points.map((point) => toRead(unit, point))),
    // Where all devices of a link are silent, the link is to blame. A device without power cannot answer; a fire cuts the
    // power of others, never that of what fights it.
    explainedBy: FIRE_SYSTEMS.includes(system) ? ['power', 'link'] : ['power', 'linkage', 'link'],
    // While it is silent no alarm of life safety can come from it: somebody has to go and look.
    severity: isLifeSafety ? 'high' : 'medium',
    onDelayMs: DERIVED_ON_DELAY_MS,
    class: toTicketClass(kind),
    text: OFFLINE_TEXT,
    guidance: OFFLINE_GUIDANCE,
    faultKind: 'comm-loss',
    faultKindText: COMM_LOSS_TEXT,
  });
}

function toBadData(unit: Unit, point: PointTemplate, isStrict: boolean): RuleTemplate | null {
  if (point.badData === null) return null;
  const id = `${point.name}${BAD_DATA_SUFFIX}`;
  const text = renderText(BAD_DATA_TEXT, { point: point.text });
  return withVersion({
    ...common,
    id: toId<RuleId>(id),
    type: 'bad-data',
    params: isStrict ? { isStrict } : {},
    reads: [toRead(unit, point)],
    explainedBy: [],
    severity: point.badData.severity,
    class: toTicketClass(unit.kind),
    onDelayMs: point.badData.onDelayMs,
    text,
    guidance: BAD_DATA_GUIDANCE,
    faultKind: id,
    faultKindText: unit.faultKinds.get(id) ?? text,
  });
}
