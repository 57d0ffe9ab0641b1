/** Tickets as a file: one row each, the newest first, page by page as it is read. Personal data is not in it. */
import { toFaultKindText } from '../../config/fault-kinds.ts';
import type { SiteModel } from '../../config/model.ts';
import { CANCEL_REASONS } from '../../core/cancellation.ts';
import { RiserError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import {
  ATTENDANCES,
  CHANNELS,
  FLOWS,
  PRIORITIES,
  SOURCES,
  STAGES,
  TICKET_CLASSES,
  type Ticket,
} from '../../core/ticket.ts';
import type { TicketMark } from '../../core/ticket-clock.ts';
import type { StoreQueries, TicketFilter } from '../../store/store.ts';
import { toCsv } from './csv.ts';
import type { ExportFile } from './export.ts';
import { createLocalTime } from './local-time.ts';
import type { Cell, Column, Row, TablePortion } from './table.ts';
import { type Ending, withEnding } from './tables.ts';
import { type Language, WORDS } from './words.ts';
import { toXlsx, XLSX_TYPE } from './xlsx.ts';

export interface TicketExportRequest {
  readonly queries: Pick<StoreQueries, 'tickets'>;
  readonly model: Pick<SiteModel, 'site' | 'rules'>;
  readonly filter: Omit<TicketFilter, 'limit' | 'offset'>;
  readonly format: 'csv' | 'xlsx';
  readonly language: Language;
  /** Tickets received later are left out: pages must not move while they are read. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export function createTicketExport(request: TicketExportRequest): ExportFile {
  const { format, language, nowMs } = request;
  const { site } = request.model;
  const time = createLocalTime(site.timeZone);
  const ending: Ending = { missing: null };
  const toTime = (atMs: number): string => time.toClock(atMs);
  const portions = withEnding(readTickets(request), language, true, ending, toTime);
  const columns = COLUMNS.map(({ title, type }): Column => ({ title: title[language], type }));
  const table = { columns, portions };
  const name = `riser-${site.id}-tickets-${time.toCompact(nowMs)}.${format}`;
  if (format === 'csv')
    return {
      name,
      contentType: 'text/csv; charset=utf-8; header=present',
      chunks: toCsv(table, time),
      ending,
    };
  const { incomplete, tooManyRows } = WORDS[language];
  const chunks = toXlsx(table, {
    time,
    sheetName: language === 'zh' ? '工单' : 'Tickets',
    tooMany: `${incomplete}: ${tooManyRows}`,
    onTooMany: () => void (ending.missing = tooManyRows),
  });
  return { name, contentType: XLSX_TYPE, chunks, ending };
}

async function* readTickets({
  queries,
  model,
  filter,
  nowMs,
  language,
  signal,
}: TicketExportRequest): AsyncGenerator<TablePortion> {
  const toMs = Math.min(filter.toMs ?? nowMs, nowMs);
  for (let offset = 0; ; offset += LIMITS.pageRows) {
    if (signal.aborted) throw new RiserError('stopped');
    const { items, total } = await queries.tickets({ ...filter, toMs, limit: LIMITS.pageRows, offset });
    const done = offset + items.length;
    yield {
      rows: items.map(
        (ticket) => COLUMNS.map(({ read }): Cell => read(ticket, language, model)) satisfies Row,
      ),
      doneRatio: total === 0 ? 1 : Math.min(1, done / total),
      missing: null,
    };
    if (items.length === 0 || done >= total) return;
  }
}

interface TicketColumn {
  readonly title: { readonly zh: string; readonly en: string };
  readonly type: Column['type'];
  readonly read: (ticket: Ticket, language: Language, model: TicketExportRequest['model']) => Cell;
}

const column = (
  zh: string,
  en: string,
  read: TicketColumn['read'],
  type: Column['type'] = 'text',
): TicketColumn => ({ title: { zh, en }, type, read });
const toYesNo = (is: boolean | null, language: Language): string =>
  is === null ? '' : { zh: is ? '是' : '否', en: is ? 'yes' : 'no' }[language];

/** When the step was taken last, as the clock on the wall showed it; of a late entry its true time. */
const toLast = ({ marks }: Ticket, type: TicketMark['type']): number | null =>
  marks.findLast((mark) => mark.type === type)?.atMs ?? null;
const toFirst = ({ marks }: Ticket, type: TicketMark['type']): number | null =>
  marks.find((mark) => mark.type === type)?.atMs ?? null;
const VISITS = {
  phone: { zh: '电话', en: 'By phone' },
  'in-person': { zh: '上门', en: 'In person' },
} as const;

const COLUMNS: readonly TicketColumn[] = [
  column('工单号', 'number', ({ number }) => number),
  column('类别', 'class', (ticket, language) => TICKET_CLASSES[ticket.class].text[language]),
  column('级别', 'priority', ({ priority }, language) => PRIORITIES[priority].text[language]),
  column('环节', 'stage', ({ stage }, language) => STAGES[stage][language]),
  column('到场方式', 'attendance', ({ attendance }, language) => ATTENDANCES[attendance][language]),
  column('流程', 'flow', ({ flow }, language) => FLOWS[flow][language]),
  column('来源', 'source', ({ source }, language) => SOURCES[source][language]),
  column('渠道', 'channel', ({ channel }, language) => CHANNELS[channel][language]),
  column('接报时间', 'received', ({ receivedAtMs }) => receivedAtMs, 'time'),
  column('录入时间', 'recorded', ({ recordedAtMs }) => recordedAtMs, 'time'),
  column('派单时间', 'dispatched', (ticket) => toLast(ticket, 'dispatched'), 'time'),
  column('签收时间', 'signed for', (ticket) => toLast(ticket, 'taken'), 'time'),
  column('首次到场', 'first arrival', (ticket) => toFirst(ticket, 'arrived'), 'time'),
  column('到场时间', 'arrival', (ticket) => toLast(ticket, 'arrived'), 'time'),
  column('处理完毕时间', 'done', (ticket) => toLast(ticket, 'done'), 'time'),
  column('验收时间', 'accepted', ({ acceptance }) => acceptance?.atMs ?? null, 'time'),
  column('回访时间', 'visit at', ({ visit }) => visit?.atMs ?? null, 'time'),
  column('关闭时间', 'closed', ({ closedAtMs }) => closedAtMs, 'time'),
  column('地点', 'place', ({ place }, language) => place[language]),
  column('设备', 'equipment', ({ equipmentName }, language) => equipmentName?.[language] ?? ''),
  column(
    '故障类型',
    'fault kind',
    ({ equipment, faultKind }, language, model) =>
      toFaultKindText(model, equipment, faultKind)?.[language] ?? null,
  ),
  column('内容', 'content', ({ content }, language) => content[language]),
  column('首接负责人', 'first receiver', ({ firstReceiver }) => firstReceiver),
  column('责任人', 'assignee', ({ assignee }) => assignee),
  column('签收人', 'taken by', ({ takenBy }) => takenBy),
  column('复述确认', 'read back', ({ readBack }) => readBack),
  column('预约开始', 'appointment from', ({ appointment }) => appointment?.fromMs ?? null, 'time'),
  column('预约结束', 'appointment to', ({ appointment }) => appointment?.toMs ?? null, 'time'),
  column('预计完成', 'estimated completion', ({ estimatedAtMs }) => estimatedAtMs, 'time'),
  column('外委单位', 'contractor', ({ contractor }) => contractor?.user ?? contractor?.contact ?? null),
  column('处理人', 'handler', ({ handler }) => handler),
  column('处理用时（分钟）', 'handlingMinutes', ({ handlingMinutes }) => handlingMinutes),
  column('诊断', 'diagnosis', ({ diagnosis }) => diagnosis),
  column('处理方案', 'plan', ({ plan }) => plan),
  column('作业指导书', 'work instruction', ({ workInstruction }) => workInstruction),
  column('方案确认时间', 'agreed at', ({ agreement }) => agreement?.atMs ?? null, 'time'),
  column('告知作业时间', 'agreed working time', ({ agreement }) => agreement?.workingTime ?? null),
  column('告知影响', 'agreed impact', ({ agreement }) => agreement?.impact ?? null),
  column('告知防护', 'agreed protection', ({ agreement }) => agreement?.protection ?? null),
  column('告知配合', 'agreed cooperation', ({ agreement }) => agreement?.cooperation ?? null),
  column('告知费用（元）', 'agreed fees (yuan)', ({ agreement }) => agreement?.feesYuan ?? null, 'number'),
  column('处理结果', 'result', ({ result }) => result),
  column('用料', 'materials', ({ materials }) =>
    materials.map(({ name, quantity, unit }) => `${name} ${quantity} ${unit}`.trim()).join('; '),
  ),
  column('收费（元）', 'amount (yuan)', ({ amountYuan }) => amountYuan, 'number'),
  column('测试结果', 'test result', ({ testResult }) => testResult),
  column('非我方原因', 'outside our control', ({ outsideControl }) => outsideControl),
  column('验收人', 'accepted by', ({ acceptance }) => acceptance?.by ?? null),
  column('自行验收', 'accepted own work', ({ acceptance }, language) =>
    acceptance === null ? '' : toYesNo(acceptance.isOwnWork === true, language),
  ),
  column('验收意见', 'opinion', ({ acceptance }) => acceptance?.opinion ?? null),
  column('验收读数', 'reading at acceptance', ({ acceptance }) => acceptance?.manualReading ?? null),
  column('告警未恢复验收原因', 'override', ({ acceptance }) => acceptance?.override?.reason ?? null),
  column('回访人', 'visited by', ({ visit }) => visit?.by ?? null),
  column('回访方式', 'visit how', ({ visit }, language) =>
    visit === null ? null : VISITS[visit.how][language],
  ),
  column('是否修复', 'repaired', ({ visit }, language) => toYesNo(visit?.isRepaired ?? null, language)),
  column('收费相符', 'charge agreed', ({ visit }, language) =>
    toYesNo(visit?.isChargeAgreed ?? null, language),
  ),
  column('回访备注', 'visit note', ({ visit }) => visit?.note ?? null),
  column('回访满意', 'satisfied', ({ visit }, language) => toYesNo(visit?.isSatisfied ?? null, language)),
  column('返工次数', 'reworks', ({ reworkCount }) => reworkCount, 'number'),
  column('一次修复', 'first fix', ({ isFirstFix }, language) => toYesNo(isFirstFix, language)),
  column('超时时限', 'breached clocks', ({ clocks }, language) =>
    clocks
      .filter(({ breachedAtMs }) => breachedAtMs !== null)
      .map(({ name }) => name[language])
      .join('; '),
  ),
  column('撤销原因', 'cancelled', ({ cancellation }, language) =>
    cancellation === null ? null : CANCEL_REASONS[cancellation.reason][language],
  ),
  column('撤销说明', 'cancellation note', ({ cancellation }) => cancellation?.note ?? null),
  column('补录', 'late entry', ({ isLateEntry }, language) => toYesNo(isLateEntry, language)),
  column('演练', 'drill', ({ isDrill }, language) => toYesNo(isDrill, language)),
];
