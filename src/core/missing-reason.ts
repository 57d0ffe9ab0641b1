/**
 * Why part of an answer about the past is missing: the sentences that the stores say (`journal: part of … is damaged`), each
 * with a stable code, what it is about, and both languages. Like reason.ts, which does this for links; a sentence that has
 * no row here keeps its English in both languages and the code `other`.
 */
import { matchReason, type Reason, type ReasonRow, toOther } from './reason.ts';
import { renderText, type Text } from './text.ts';

const TIME = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z|…`;
const SPAN = `(?<from>${TIME}) to (?<to>${TIME})`;
const PART = `(?:a part|part of ${SPAN})`;
const ZH_PART = '{from} 至 {to} 的部分数据';

/** Behind the name of the store. The first that fits counts. Group `cause` is itself a sentence of this table. */
const ROWS: readonly ReasonRow[] = [
  // not read to the end
  {
    code: 'out-of-time',
    sentence: new RegExp(`^${SPAN} was not read within (?<ms>\\d+) ms$`),
    zh: '{from} 至 {to} 的数据未能在 {ms} ms 内读完',
  },
  {
    code: 'cut-off',
    sentence: new RegExp(`^${SPAN} was not read: (?<cause>.+)$`, 's'),
    zh: '{from} 至 {to} 的数据读取中断：{cause}',
  },
  { code: 'out-of-time', sentence: /^not done after (?<ms>\d+) ms$/, zh: '{ms} ms 内未能读完' },
  { code: 'no-answer', sentence: /^no answer within (?<ms>\d+) ms$/, zh: '{ms} ms 内无应答' },
  { code: 'no-answer', sentence: /^no answer$/, zh: '无应答' },
  // parts of the journal
  { code: 'damaged', sentence: new RegExp(`^${PART} is damaged$`), zh: `${ZH_PART}已损坏` },
  { code: 'gone', sentence: new RegExp(`^${PART} is gone$`), zh: `${ZH_PART}已不存在` },
  {
    code: 'unknown-points',
    sentence: new RegExp(`^${PART} names unknown points$`),
    zh: `${ZH_PART}对应的点位已无从查考`,
  },
  {
    code: 'unreadable',
    sentence: new RegExp(`^${PART} cannot be read \\((?<detail>.+)\\)$`, 's'),
    zh: `${ZH_PART}读不出来（{detail}）`,
  },
  {
    code: 'unreadable',
    sentence: /^nothing of (?<path>.+) can be read$/,
    zh: '文件 {path} 读不出来',
  },
  // InfluxDB
  {
    code: 'connect-refused',
    sentence: /^(?:connect )?ECONNREFUSED(?: (?<place>\S+))?$/,
    zh: '拒绝连接（{place}）',
  },
  { code: 'unknown-host', sentence: /^getaddrinfo E\w+ (?<place>\S+)$/, zh: '主机名 {place} 无法解析' },
  { code: 'connection-reset', sentence: /^(?:read ECONNRESET|socket hang up)$/, zh: '连接被中断' },
  {
    code: 'database-missing',
    sentence: /^(?:\d{3} )?database not found: (?<database>.+)$/,
    zh: '没有数据库 {database}',
  },
  { code: 'not-allowed', sentence: /^40[13] (?<detail>.+)$/s, zh: '用户名、密码或权限不对（{detail}）' },
  { code: 'overloaded', sentence: /^(?:429|503) (?<detail>.+)$/s, zh: '服务器过载（{detail}）' },
  {
    code: 'unsupported',
    sentence: /^VictoriaMetrics takes writes of this API, but no selects$/,
    zh: 'VictoriaMetrics 只接收写入，不提供历史查询',
  },
  // between the threads
  { code: 'too-many', sentence: /^too many questions at once$/, zh: '同时查询过多' },
  { code: 'stopping', sentence: /^(?:stopped|closed|the journal is being closed)$/, zh: '网关正在停止' },
];

const STORES: Readonly<Record<string, Text>> = {
  journal: { zh: '本地日志库', en: 'journal' },
  InfluxDB: { zh: 'InfluxDB', en: 'InfluxDB' },
};
/** Between the reasons of one answer; a server's own words may hold the first two characters. */
const JOINT = /; (?=(?:journal|InfluxDB): )/;

/**
 * @param sentence as history answers have it, e.g. `journal: EIO; InfluxDB: no answer within 5000 ms`
 * @param toTime shows an instant to people; UTC ms. Default: ISO 8601, UTC
 * @returns one for each of its parts; parameter `source` names the store
 */
export function toMissingReasons(sentence: string, toTime = toIso): readonly Reason[] {
  return sentence.split(JOINT).map((part) => {
    const [, source, rest = part] = /^(journal|InfluxDB): (.+)$/s.exec(part) ?? [];
    const reason = toReason(rest, toTime);
    const store = STORES[source ?? ''];
    if (store === undefined) return reason;
    const { zh, en } = reason.text;
    return {
      code: reason.code,
      params: { ...reason.params, source: source ?? '' },
      text: { zh: `${store.zh}：${zh}`, en: `${store.en}: ${en}` },
    };
  });
}

/** The same in both languages, as one text. */
export function toMissingText(sentence: string, toTime = toIso): Text {
  const texts = toMissingReasons(sentence, toTime).map(({ text }) => text);
  return { zh: texts.map(({ zh }) => zh).join('；'), en: texts.map(({ en }) => en).join('; ') };
}

function toReason(sentence: string, toTime: (atMs: number) => string): Reason {
  const found = matchReason(ROWS, sentence);
  if (found === null) return toOther(sentence);
  const { code, params, zh } = found;
  const toShown = (name: string, value: string): string => {
    if (name === 'from' || name === 'to') return toClock(value, toTime);
    return name === 'cause' ? toReason(value, toTime).text.zh : value;
  };
  const shown = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, toShown(name, value)]),
  );
  const known = renderText({ zh: dropUnknown(zh, params), en: '' }, shown);
  return { code, params, text: { zh: known.zh, en: toEnglish(sentence, params, toTime) } };
}

/** The sentence itself, with its instants as people see them. */
function toEnglish(
  sentence: string,
  { from, to }: Reason['params'],
  toTime: (atMs: number) => string,
): string {
  const instants = [from, to].filter((instant) => instant !== undefined);
  return instants.reduce((text, instant) => text.replace(instant, toClock(instant, toTime)), sentence);
}

function toClock(instant: string, toTime: (atMs: number) => string): string {
  const atMs = Date.parse(instant);
  return Number.isNaN(atMs) ? instant : toTime(atMs);
}

function toIso(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** Some sentences do not say when, or where. */
function dropUnknown(zh: string, { from, place }: Reason['params']): string {
  const timed = from === undefined ? zh.replace('{from} 至 {to} 的', '') : zh;
  return place === undefined ? timed.replace('（{place}）', '') : timed;
}
