/** Feedback as a file: one row each, the last received first, page by page as it is read. Personal data is not in it. */
import type { SiteModel } from '../../config/model.ts';
import { RiserError } from '../../core/errors.ts';
import {
  ANSWER_WAYS,
  FEEDBACK_CHANNELS,
  FEEDBACK_CLOCKS,
  FEEDBACK_SOURCES,
  FEEDBACK_STAGES,
  FEEDBACK_SUBJECTS,
  type Feedback,
} from '../../core/feedback.ts';
import { LIMITS } from '../../core/limits.ts';
import type { FeedbackFilter, StoreQueries } from '../../store/store.ts';
import { toCsv } from './csv.ts';
import type { ExportFile } from './export.ts';
import { createLocalTime } from './local-time.ts';
import type { Cell, Column, Row, TablePortion } from './table.ts';
import { type Ending, withEnding } from './tables.ts';
import { type Language, WORDS } from './words.ts';
import { toXlsx, XLSX_TYPE } from './xlsx.ts';

export interface FeedbackExportRequest {
  readonly queries: Pick<StoreQueries, 'feedbacks'>;
  readonly model: Pick<SiteModel, 'site'>;
  readonly filter: Omit<FeedbackFilter, 'limit' | 'offset'>;
  readonly format: 'csv' | 'xlsx';
  readonly language: Language;
  /** What is received later is left out: pages must not move while they are read. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export function createFeedbackExport(request: FeedbackExportRequest): ExportFile {
  const { format, language, nowMs } = request;
  const { site } = request.model;
  const time = createLocalTime(site.timeZone);
  const ending: Ending = { missing: null };
  const portions = withEnding(readPages(request), language, true, ending, (atMs) => time.toClock(atMs));
  const columns = COLUMNS.map(({ title, type }): Column => ({ title: title[language], type }));
  const table = { columns, portions };
  const name = `riser-${site.id}-feedback-${time.toCompact(nowMs)}.${format}`;
  if (format === 'csv') {
    const contentType = 'text/csv; charset=utf-8; header=present';
    return { name, contentType, chunks: toCsv(table, time), ending };
  }
  const { incomplete, tooManyRows } = WORDS[language];
  const chunks = toXlsx(table, {
    time,
    sheetName: language === 'zh' ? '客户反馈' : 'Feedback',
    tooMany: `${incomplete}: ${tooManyRows}`,
    onTooMany: () => void (ending.missing = tooManyRows),
  });
  return { name, contentType: XLSX_TYPE, chunks, ending };
}

async function* readPages({
  queries,
  filter,
  nowMs,
  language,
  signal,
}: FeedbackExportRequest): AsyncGenerator<TablePortion> {
  // Half open: what was received in this very millisecond is part of it.
  const toMs = Math.min(filter.toMs ?? nowMs + 1, nowMs + 1);
  for (let offset = 0; ; offset += LIMITS.pageRows) {
    if (signal.aborted) throw new RiserError('stopped');
    const { items, total } = await queries.feedbacks({ ...filter, toMs, limit: LIMITS.pageRows, offset });
    const done = offset + items.length;
    yield {
      rows: items.map((feedback) => COLUMNS.map(({ read }): Cell => read(feedback, language)) satisfies Row),
      doneRatio: total === 0 ? 1 : Math.min(1, done / total),
      missing: null,
    };
    if (items.length === 0 || done >= total) return;
  }
}

interface FeedbackColumn {
  readonly title: { readonly zh: string; readonly en: string };
  readonly type: Column['type'];
  readonly read: (feedback: Feedback, language: Language) => Cell;
}

const column = (
  zh: string,
  en: string,
  read: FeedbackColumn['read'],
  type: Column['type'] = 'text',
): FeedbackColumn => ({ title: { zh, en }, type, read });
const toYesNo = (is: boolean | null, language: Language): string =>
  is === null ? '' : { zh: is ? '是' : '否', en: is ? 'yes' : 'no' }[language];

const COLUMNS: readonly FeedbackColumn[] = [
  column('反馈编号', 'number', ({ number }) => number),
  column('状态', 'stage', ({ stage }, language) => FEEDBACK_STAGES[stage][language]),
  column('来源', 'source', ({ source }, language) => FEEDBACK_SOURCES[source][language]),
  column('渠道', 'channel', ({ channel }, language) => FEEDBACK_CHANNELS[channel][language]),
  column('涉及服务', 'subject', ({ subject }, language) => FEEDBACK_SUBJECTS[subject][language]),
  column('收到时间', 'received', ({ receivedAtMs }) => receivedAtMs, 'time'),
  column('录入时间', 'entered', ({ enteredAtMs }) => enteredAtMs, 'time'),
  column('接收人', 'received by', ({ receivedBy }) => receivedBy),
  column('责任人', 'handler', ({ handler }) => handler),
  column('地点', 'place', ({ place }) => place),
  column('内容', 'content', ({ content }) => content),
  column('处理安排', 'arranged', ({ handling }) => handling?.arranged ?? null),
  column('安排人', 'arranged by', ({ handling }) => handling?.arrangedBy ?? null),
  column('处理时间', 'handled', ({ handling }) => handling?.atMs ?? null, 'time'),
  column('告知结果', 'result', ({ answer }) => answer?.result ?? null),
  column('告知方式', 'told by', ({ answer }, language) =>
    answer ? ANSWER_WAYS[answer.how][language] : null,
  ),
  column('告知时间', 'told', ({ answer }) => answer?.atMs ?? null, 'time'),
  column('是否满意', 'satisfied', ({ answer }, language) => toYesNo(answer?.isSatisfied ?? null, language)),
  column('原因', 'cause', ({ analysis }) => analysis?.cause ?? null),
  column('措施', 'measure', ({ analysis }) => analysis?.measure ?? null),
  column('意见', 'opinion', ({ analysis }) => analysis?.opinion ?? null),
  column('分析时间', 'analysed', ({ analysis }) => analysis?.atMs ?? null, 'time'),
  column('归档时间', 'filed', ({ filed }) => filed?.atMs ?? null, 'time'),
  column('相关工单', 'tickets', ({ tickets }) => tickets.map(({ number }) => number).join('; ')),
  column('转投诉工单', 'complaint', ({ complaint }) => complaint?.number ?? null),
  column('超时时限', 'breached limits', ({ clocks }, language) =>
    clocks
      .filter(({ breachedAtMs }) => breachedAtMs !== null)
      .map(({ id, responsible }) => `${FEEDBACK_CLOCKS[id][language]} (${responsible ?? ''})`)
      .join('; '),
  ),
  column('补录', 'late entry', ({ isLateEntry }, language) => toYesNo(isLateEntry, language)),
];
