/** Results of a backtest as text for people, in Chinese or English. Shapes only; what the figures mean is backtest/port.ts's. */
import {
  type BacktestResult,
  type Comparison,
  type Coverage,
  type Difference,
  type GapReason,
  type Incident,
  type IncidentOutcome,
  type IncidentVerdict,
  type SelfCheck,
  type SideTally,
} from '../backtest/port.ts';
import type { Language, Text } from '../core/text.ts';
import { toOffsetMs } from '../core/zone.ts';

/** Incidents and differences printed; `--json` has all that the result holds. */
const SHOWN = 40;

const OUTCOMES: Readonly<Record<IncidentOutcome, Text>> = {
  same: { zh: '一致', en: 'same' },
  earlier: { zh: '提前', en: 'earlier' },
  later: { zh: '推迟', en: 'later' },
  missed: { zh: '漏报', en: 'MISSED' },
  avoided: { zh: '免去误报', en: 'false alarm avoided' },
  extra: { zh: '新增', en: 'extra' },
  'not-evaluable': { zh: '无法判断', en: 'not evaluable' },
};
const VERDICTS: Readonly<Record<IncidentVerdict, Text>> = {
  confirmed: { zh: '属实', en: 'confirmed' },
  unjudged: { zh: '未定性', en: 'not judged' },
  'false-alarm': { zh: '误报', en: 'false alarm' },
};
const GAPS: Readonly<Record<GapReason, Text>> = {
  'gateway-down': { zh: '网关停运', en: 'gateway down' },
  'out-of-retention': { zh: '日志库中没有这段读数', en: 'not in the journal' },
  'bad-quality': { zh: '数据不可信', en: 'bad quality' },
  'no-data': { zh: '尚无数据', en: 'no data yet' },
  failed: { zh: '表达式出错', en: 'expression failed' },
};
const DIFFERENCES: Readonly<Record<Difference['type'], Text>> = {
  missing: { zh: '回放未报', en: 'missing in the replay' },
  extra: { zh: '回放多报', en: 'only in the replay' },
  shifted: { zh: '时刻不同', en: 'at another time' },
  hidden: { zh: '当时未通知', en: 'not told then' },
};

interface Words {
  readonly language: Language;
  readonly timeZone: string;
}

/** Ends with a line break. */
export function toBacktestText(result: BacktestResult, language: Language, timeZone: string): string {
  const words = { language, timeZone };
  const lines = result.type === 'compare' ? toComparison(result, words) : toSelfCheck(result, words);
  return `${[...lines, '', ...toCoverage(result.coverage, words)].join('\n')}\n`;
}

function toComparison(result: Comparison, words: Words): readonly string[] {
  const { language } = words;
  const { before, after, outcomes, missed } = result;
  const counts = Object.entries(outcomes).filter(([, count]) => count > 0);
  const told = counts.map(([outcome, count]) => `${OUTCOMES[outcome as IncidentOutcome][language]} ${count}`);
  return [
    ...(missed.length > 0 ? toAlert(missed, words) : []),
    ...toSides(before, after, language),
    '',
    ...result.rules.map(({ equipment, rule, isChanged, before: was, after: is }) => {
      const raises = `${was?.raises ?? '–'} → ${is?.raises ?? '–'}`;
      const tickets = `${was?.tickets ?? '–'} → ${is?.tickets ?? '–'}`;
      const mark = isChanged ? '*' : ' ';
      return pick(
        language,
        `${mark} ${equipment}/${rule}：告警 ${raises}，工单 ${tickets}`,
        `${mark} ${equipment}/${rule}: raises ${raises}, tickets ${tickets}`,
      );
    }),
    '',
    pick(language, `事件对照：${told.join('，') || '无'}`, `incidents: ${told.join(', ') || 'none'}`),
    ...result.incidents
      .filter(({ outcome }) => outcome !== 'same')
      .slice(0, SHOWN)
      .map((it) => toIncident(it, words)),
  ];
}

function toAlert(missed: readonly Incident[], words: Words): readonly string[] {
  const { language } = words;
  return [
    pick(
      language,
      `!!! 漏报 ${missed.length} 起已确认的真实故障，须两名不同人员批准：`,
      `!!! ${missed.length} CONFIRMED INCIDENT(S) WOULD BE MISSED; two different people have to approve:`,
    ),
    ...missed.map((it) => `!!! ${toIncident(it, words)}`),
    '',
  ];
}

function toSides(before: SideTally, after: SideTally, language: Language): readonly string[] {
  const rows: readonly (readonly [Text, (side: SideTally) => string])[] = [
    [{ zh: '告警', en: 'raises' }, (side) => `${side.raises}`],
    [
      { zh: '其中夜间（22:00–06:00）', en: 'of these at night (22:00–06:00)' },
      (side) => `${side.nightRaises}`,
    ],
    [{ zh: '工单', en: 'tickets' }, (side) => `${side.tickets}`],
    [{ zh: '告警泛滥', en: 'floods' }, (side) => `${side.floods}`],
    [{ zh: '无法判断的时间占比', en: 'not evaluable' }, (side) => toPercent(side.notEvaluableRatio)],
  ];
  return rows.map(([name, of]) => `${name[language]}: ${of(before)} → ${of(after)}`);
}

function toIncident(it: Incident, words: Words): string {
  const { language } = words;
  const atMs = it.historyAtMs ?? it.beforeAtMs ?? it.afterAtMs ?? 0;
  const minutes =
    it.deltaMs === null ? '' : ` ${it.deltaMs > 0 ? '+' : ''}${Math.round(it.deltaMs / 6_000) / 10} min`;
  const ticket = it.ticketNumber === null ? '' : ` ${it.ticketNumber}`;
  const verdict = VERDICTS[it.verdict][language];
  return `${toTime(atMs, words)} ${OUTCOMES[it.outcome][language]}${minutes} ${it.equipment}/${it.rule} ${it.text[language]} (${verdict}${ticket})`;
}

function toSelfCheck(result: SelfCheck, words: Words): readonly string[] {
  const { language } = words;
  const percent = Math.floor(result.agreementPercent * 10) / 10;
  const agreed = pick(
    language,
    `回放与实际一致 ${percent} %（${result.agreed}/${result.compared}）`,
    `replay and history agree on ${percent} % (${result.agreed} of ${result.compared})`,
  );
  const nothing = pick(
    language,
    '没有可比对的告警：实际与回放均无告警',
    'nothing to compare: no alarm in history or replay',
  );
  const blind = toPercent(result.tally.notEvaluableRatio);
  return [
    result.compared === 0 ? nothing : agreed,
    pick(language, `无法判断的时间占比：${blind}`, `not evaluable: ${blind}`),
    ...result.differences.slice(0, SHOWN).map((it) => {
      const atMs = it.historyAtMs ?? it.replayAtMs ?? 0;
      return `${toTime(atMs, words)} ${DIFFERENCES[it.type][language]} ${it.equipment}/${it.rule}: ${it.why[language]}`;
    }),
  ];
}

function toCoverage(coverage: Coverage, words: Words): readonly string[] {
  const { language } = words;
  const { fromMs, toMs, readings, readingsPerS, gaps, notes } = coverage;
  const range = `${toTime(fromMs, words)} – ${toTime(toMs, words)}`;
  return [
    pick(
      language,
      `区间 ${range}，读数 ${readings} 个，每秒 ${readingsPerS} 个`,
      `${range}, ${readings} readings, ${readingsPerS}/s`,
    ),
    ...gaps.map(
      (gap) => `${toTime(gap.fromMs, words)} – ${toTime(gap.toMs, words)} ${GAPS[gap.reason][language]}`,
    ),
    ...notes.map((note) => `· ${note[language]}`),
  ];
}

function toTime(ms: number, { timeZone }: Words): string {
  return new Date(ms + toOffsetMs(timeZone, ms)).toISOString().slice(0, 19).replace('T', ' ');
}

function toPercent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10} %`;
}

function pick(language: Language, zh: string, en: string): string {
  return language === 'zh' ? zh : en;
}
