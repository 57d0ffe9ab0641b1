/**
 * Why a link is down, degraded, or a write was not carried out: the sentence that the gateway logs, with a stable code, what
 * it is about, and its Chinese. Drivers and acquisition speak plain English (DeviceError, LinkStatus.reason), which is what
 * the log holds and what does not change; here each of their sentences has its row. One that has none keeps its English
 * in both languages and the code `other`: nothing is hidden because it is not translated.
 */
import { ERRORS } from './errors.ts';
import { toExceptionText } from './modbus-exceptions.ts';
import { renderText, type Text } from './text.ts';

export interface Reason {
  /** Stable, e.g. `connect-refused`. */
  readonly code: string;
  /** What the sentence is about, as it stands in it: `place`, `device`, `request`, … */
  readonly params: Readonly<Record<string, string>>;
  readonly text: Text;
}

/** One sentence of a table. */
export interface ReasonRow {
  readonly code: string;
  /** Its named groups are the parameters. */
  readonly sentence: RegExp;
  readonly zh: string;
}

/** The first that fits counts. Group `cause` is itself a sentence of this table. */
const ROWS: readonly ReasonRow[] = [
  // connecting
  { code: 'connect-refused', sentence: /^connect refused by (?<place>[^;]+)$/, zh: '{place} 拒绝连接' },
  {
    code: 'host-unreachable',
    sentence: /^no (?:route|network) to (?<place>[^;]+)$/,
    zh: '网络不通，到不了 {place}',
  },
  { code: 'unknown-host', sentence: /^unknown host (?<place>[^;]+)$/, zh: '主机名 {place} 无法解析' },
  {
    code: 'name-service-silent',
    sentence: /^name service does not answer for (?<place>[^;]+)$/,
    zh: '域名服务器无应答，{place} 无法解析',
  },
  {
    code: 'connect-timeout',
    sentence: /^no answer to connecting from (?<place>\S+)(?: in \d+ ms)?$/,
    zh: '连接 {place} 超时',
  },
  {
    code: 'connection-reset',
    sentence: /^connection reset by (?<place>[^;]+)$/,
    zh: '{place} 强行断开了连接',
  },
  { code: 'connection-closed', sentence: /^connection closed by (?<place>[^;]+)$/, zh: '{place} 关闭了连接' },
  {
    code: 'connection-failed',
    sentence: /^connection to (?<place>[^;]+) failed \((?<detail>.+)\)$/,
    zh: '与 {place} 的连接异常（{detail}）',
  },
  // dialling in
  {
    code: 'registration-missing',
    sentence: /^no modem has dialled in as (?<registration>.+)$/,
    zh: 'DTU 未上线（注册包 {registration}）',
  },
  {
    code: 'registration-taken',
    sentence: /^another link waits for (?<registration>.+)$/,
    zh: '另一条链路在等待同一注册包 {registration}',
  },
  {
    code: 'dialled-in-again',
    sentence: /^(?:dial-in (?<registration>.+): )?the modem has dialled in again$/,
    zh: 'DTU 重新上线，旧连接已关闭',
  },
  { code: 'hung-up', sentence: /^the modem has hung up$/, zh: 'DTU 已断开' },
  {
    code: 'port-rights-missing',
    sentence: /^not allowed to listen on (?<place>\S+): ports below 1024 need more rights$/,
    zh: '无权监听 {place}（1024 以下端口需要更高权限）',
  },
  {
    code: 'foreign-address',
    sentence: /^(?<place>\S+) is no address of this machine$/,
    zh: '{place} 不是本机地址',
  },
  {
    code: 'listen-failed',
    sentence: /^cannot listen on (?<place>\S+) \((?<detail>.+)\)$/,
    zh: '无法监听 {place}（{detail}）',
  },
  // serial ports
  {
    code: 'serial-missing',
    sentence: /^(?<place>\S+) is not there: is the adapter plugged in\?$/,
    zh: '找不到串口 {place}，请检查转换器是否插好',
  },
  {
    code: 'serial-rights-missing',
    sentence: /^(?<place>\S+) may not be opened: .+$/,
    zh: '无权打开串口 {place}，网关用户须加入 dialout 组',
  },
  { code: 'in-use', sentence: /^(?<place>\S+) is used by another program$/, zh: '{place} 被其他程序占用' },
  {
    code: 'no-serial-port',
    sentence: /^(?<place>\S+) is no (?:path of a )?serial port$/,
    zh: '{place} 不是串口',
  },
  {
    code: 'serial-timeout',
    sentence: /^(?<place>\S+) does not open in \d+ ms$/,
    zh: '串口 {place} 打开超时',
  },
  {
    code: 'serial-failed',
    sentence: /^(?<place>\S+) cannot be opened: (?<detail>.+)$/,
    zh: '串口 {place} 打不开（{detail}）',
  },
  // answers
  {
    code: 'all-silent',
    sentence: /^no answer from any device: (?<cause>.+)$/,
    zh: '所有设备均无应答：{cause}',
  },
  {
    code: 'no-answer',
    sentence: /^no answer to (?<request>.+) in (?<ms>\d+) ms$/,
    zh: '{request} 在 {ms} ms 内无应答',
  },
  { code: 'no-answer', sentence: /^no answer within (?<ms>\d+) ms$/, zh: '{ms} ms 内无应答' },
  { code: 'silent-units', sentence: /^no answer from (?<devices>.+)$/, zh: '{devices}无应答' },
  {
    code: 'exception',
    sentence: /^exception (?<exception>\d+) to (?<request>.+)$/,
    zh: '{request}：设备返回异常码 {exception}（{meaning}）',
  },
  {
    code: 'not-confirmed',
    sentence: /^(?<request>.+) was answered by (?<detail>.+): not confirmed$/,
    zh: '{request}：应答与请求不符，不能确认',
  },
  {
    code: 'bad-frame',
    sentence: /^not a Modbus TCP frame: (?<detail>.+)$/,
    zh: '收到的不是 Modbus TCP 报文',
  },
  {
    code: 'late-answer',
    sentence: /^(?<request>.+): an earlier answer may still come and be mistaken for this one$/,
    zh: '{request}：上一次的应答可能迟到，以免张冠李戴',
  },
  { code: 'connecting-afresh', sentence: /^connecting afresh$/, zh: '重新连接' },
  { code: 'exchange-stuck', sentence: /^an exchange did not end$/, zh: '一次通信卡住，已强制断开' },
  { code: 'no-points', sentence: /^no points on this link$/, zh: '这条链路上没有点位' },
  { code: 'stopped', sentence: /^stopped(?: .+)?$/, zh: '已停止' },
  // writes
  {
    code: 'differs',
    sentence: /^written, but (?<value>\S+) was read back$/,
    zh: '已写入，但回读为 {value}',
  },
  { code: 'unreadable', sentence: /^written, but it could not be read back$/, zh: '已写入，但无法回读' },
  {
    code: 'gateway-ended',
    sentence: /^the gateway ended before it was known$/,
    zh: '结果未知时网关已停止',
  },
  { code: 'revert-waits', sentence: /^revert waits: (?<cause>.+)$/, zh: '等待恢复原值：{cause}' },
  {
    code: 'locked-out',
    sentence: /^locked out by (?<by>\S+): (?<reason>.+)$/,
    zh: '已由 {by} 挂牌（{reason}）',
  },
  { code: 'gateway-stops', sentence: /^the gateway stops$/, zh: '网关正在停止' },
  { code: 'point-gone', sentence: /^the point is gone$/, zh: '该点位已从配置中删除' },
  {
    code: 'point-moved',
    sentence: /^the point stands for another place in the field than when it was written$/,
    zh: '该点位对应的现场地址已变更',
  },
  { code: 'value-before-unknown', sentence: /^nobody knows what stood before$/, zh: '写入前的值未知' },
];

/** What ends a write on its way to the wire: its own refusal stands in the row as a sentence, and its reason in it. */
const REFUSALS = [
  'write-failed',
  'link-down',
  'write-busy',
  'locked-out',
  'interlocked',
  'engine-busy',
] as const;

const ALL: readonly ReasonRow[] = [...ROWS, ...REFUSALS.map(toRow)];

/** The English of an error of the API, read back. */
function toRow(code: (typeof REFUSALS)[number]): ReasonRow {
  const { zh, en } = ERRORS[code].text;
  const escaped = en.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  return { code, sentence: new RegExp(`^${escaped.replaceAll(/\{(\w+)\}/g, '(?<$1>.+)')}$`), zh };
}

const OTHER = 'other';
/** Between the reasons of two ways to one device. */
const JOINT = '; ';

/** @param sentence as logged @returns one reason, or one for each way to the device (`…; …`) */
export function toReasons(sentence: string): readonly Reason[] {
  const whole = toKnown(sentence);
  return whole === null ? sentence.split(JOINT).map(toReason) : [whole];
}

/** The sentence in both languages; the English is the sentence itself. */
export function toReasonText(sentence: string): Text {
  const zh = toReasons(sentence)
    .map(({ text }) => text.zh)
    .join('；');
  return { zh, en: sentence };
}

function toReason(sentence: string): Reason {
  return toKnown(sentence) ?? toOther(sentence);
}

function toKnown(sentence: string): Reason | null {
  const found = matchReason(ALL, sentence);
  if (found === null) return null;
  const { code, params, zh } = found;
  return { code, params, text: { zh: renderText({ zh, en: '' }, toChinese(params)).zh, en: sentence } };
}

/** A sentence that has no row. */
export function toOther(sentence: string): Reason {
  return { code: OTHER, params: {}, text: { zh: sentence, en: sentence } };
}

/** The first row that fits, with what its groups hold; null = none does. */
export function matchReason(
  rows: readonly ReasonRow[],
  sentence: string,
): (Pick<Reason, 'code' | 'params'> & { readonly zh: string }) | null {
  for (const { code, sentence: pattern, zh } of rows) {
    const match = pattern.exec(sentence);
    if (match === null) continue;
    const known = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined);
    return { code, params: Object.fromEntries(known), zh };
  }
  return null;
}

/** What stands in the Chinese sentence for each parameter. */
function toChinese(params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { cause, reason, place, devices, request, exception } = params;
  return {
    ...params,
    ...(cause !== undefined && { cause: toReasonText(cause).zh }),
    ...(reason !== undefined && { reason: toReasonText(reason).zh }),
    ...(place !== undefined && { place: place.replace(/^dial-in (.+)$/, 'DTU（$1）') }),
    ...(devices !== undefined && { devices: inTrade(devices) }),
    ...(request !== undefined && { request: inTrade(request) }),
    ...(exception !== undefined && { meaning: toExceptionText(Number(exception)).zh }),
  };
}

/** Words of the drivers' labels: `unit 1 holding 0–19`, `unit 3, unit 4 and 2 more`. */
const TRADE: readonly (readonly [RegExp, string])[] = [
  [/ and (\d+) more$/, '等另外 $1 台'],
  [/\bunit (\d+)/g, '$1号站'],
  [/\bholding\b/g, '保持寄存器'],
  [/\binput\b/g, '输入寄存器'],
  [/\bcoil\b/g, '线圈'],
  [/\bdiscrete\b/g, '离散输入'],
  [/, /g, '、'],
];

function inTrade(label: string): string {
  return TRADE.reduce((text, [word, zh]) => text.replace(word, zh), label);
}
