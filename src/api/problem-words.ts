/**
 * The words of a problem for people: names of fields, steps and times in place of the codes that its `params` keep for
 * programs. Which codes there are is core/error-table.ts, what is wrong with an input validation.ts.
 */
import type { ErrorCode, ErrorParams } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import { toOffsetMs } from '../core/zone.ts';
import { FIELD_TEXTS, TRANSITION_TEXTS } from './ticket-words.ts';

/** Beside the fields of ticket-words.ts, or wider than there. */
const WIDER_TEXTS: Readonly<Record<string, Text>> = {
  areas: { zh: '负责区域', en: 'Areas' },
  casualties: { zh: '人员伤亡', en: 'Casualties' },
  cause: { zh: '原因', en: 'Cause' },
  certificates: { zh: '证书', en: 'Certificates' },
  channel: { zh: '渠道', en: 'Channel' },
  commander: { zh: '指挥人', en: 'Commander' },
  contact: { zh: '联系人', en: 'Contact' },
  displayName: { zh: '姓名', en: 'Name' },
  equipment: { zh: '设备', en: 'Equipment' },
  evaluation: { zh: '演练评估', en: 'Evaluation' },
  evidence: { zh: '凭证', en: 'Evidence' },
  field: { zh: '项目', en: 'Field' },
  firm: { zh: '所属单位', en: 'Firm' },
  firstReceiver: { zh: '首接人', en: 'First receiver' },
  from: { zh: '开始时间', en: 'From' },
  kind: { zh: '类型', en: 'Kind' },
  location: { zh: '位置', en: 'Location' },
  name: { zh: '名称', en: 'Name' },
  occurredAtMs: { zh: '发生时间', en: 'Time it happened' },
  password: { zh: '密码', en: 'Password' },
  prevention: { zh: '防范措施', en: 'Prevention' },
  process: { zh: '处置经过', en: 'What was done' },
  propertyLoss: { zh: '财产损失', en: 'Loss of property' },
  quantity: { zh: '数量', en: 'Quantity' },
  released: { zh: '被困人员救出', en: 'People released' },
  roles: { zh: '角色', en: 'Roles' },
  scope: { zh: '影响范围', en: 'Scope' },
  slip: { zh: '纸质单', en: 'Slip' },
  source: { zh: '来源', en: 'Source' },
  text: { zh: '内容', en: 'Text' },
  time: { zh: '时间', en: 'Time' },
  to: { zh: '对象', en: 'To' },
  type: { zh: '类型', en: 'Type' },
  unit: { zh: '单位', en: 'Unit' },
  username: { zh: '用户名', en: 'User name' },
  value: { zh: '内容', en: 'Value' },
  version: { zh: '版本', en: 'Version' },
};

const FIELDS: Readonly<Record<string, Text>> = { ...FIELD_TEXTS, ...WIDER_TEXTS };

/** Steps that are no transition of tickets/transitions.ts. */
const STEPS: Readonly<Record<string, Text>> = {
  ...TRANSITION_TEXTS,
  split: { zh: '拆分', en: 'Split' },
  'confirm-contact': { zh: '核实联系方式', en: 'Confirm the contact' },
};

/** Codes whose parameters of these names are fields, steps and times. */
const WORDED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'missing-fields',
  'wrong-stage',
  'not-your-step',
  'nothing-to-correct',
  'unknown-person',
  'late-entry-order',
  'reopen-too-late',
  'archive-too-early',
  'urge-limited',
  'upload-limited',
]);

/** @returns what the texts of the code are filled with; a code without a name stays as it is */
export function toWords(code: ErrorCode, params: ErrorParams, timeZone: string): ErrorParams {
  if (!WORDED.has(code)) return params;
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, toWord(name, value, timeZone)]),
  );
}

function toWord(name: string, value: ErrorParams[string], timeZone: string): ErrorParams[string] {
  if (typeof value !== 'string') return value;
  switch (name) {
    case 'fields':
      return joinNames(value.split(', ').map((field) => nameOf(FIELDS, field)));
    case 'field':
      return nameOf(FIELDS, value);
    case 'transition':
      return nameOf(STEPS, value);
    case 'after':
    case 'until':
      return toSiteTime(value, timeZone);
    default:
      return value;
  }
}

/** Chinese name of a place of an input, e.g. `body.materials.0.name` = `用料/第1项/名称`. */
export function toPlaceName(path: string): string {
  const [part = '', ...inside] = path.split('.');
  if (inside.length === 0) return PARTS[part] ?? part;
  return inside
    .map((name) => (/^\d+$/.test(name) ? `第${Number(name) + 1}项` : nameOf(FIELDS, name).zh))
    .join('/');
}

const PARTS: Readonly<Record<string, string>> = {
  body: '请求内容',
  query: '查询条件',
  params: '地址',
  request: '请求',
};

function nameOf(names: Readonly<Record<string, Text>>, code: string): Text {
  return Object.hasOwn(names, code) ? (names[code] as Text) : { zh: code, en: code };
}

function joinNames(names: readonly Text[]): Text {
  return { zh: names.map(({ zh }) => zh).join('、'), en: names.map(({ en }) => en).join(', ') };
}

/** @param iso UTC; what is no time stays as it is */
function toSiteTime(iso: string, timeZone: string): string {
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return iso;
  return new Date(atMs + toOffsetMs(timeZone, atMs)).toISOString().slice(0, 19).replace('T', ' ');
}
