/** The handover document of a commissioning (竣工验收单): one row for each point, with every step, person, time and evidence. */
import type { CommissionedEquipment, CommissionedPoint } from '../../commissioning/port.ts';
import type { SiteModel } from '../../config/model.ts';
import { COMMISSIONING_STATES, POINT_FACETS } from '../../core/commissioning.ts';
import type { EquipmentId } from '../../core/ids.ts';
import { toCsv } from './csv.ts';
import type { ExportFile } from './export.ts';
import { createLocalTime } from './local-time.ts';
import type { Cell, Column, TablePortion } from './table.ts';
import { type Ending, withEnding } from './tables.ts';
import { type Language, WORDS } from './words.ts';
import { toXlsx, XLSX_TYPE } from './xlsx.ts';

export interface CommissioningExportRequest {
  readonly equipment: readonly CommissionedEquipment[];
  readonly pointsOf: (id: EquipmentId) => readonly CommissionedPoint[];
  readonly model: Pick<SiteModel, 'site'>;
  readonly format: 'csv' | 'xlsx';
  readonly language: Language;
  readonly nowMs: number;
}

export function createCommissioningExport(request: CommissioningExportRequest): ExportFile {
  const { format, language, nowMs, model } = request;
  const time = createLocalTime(model.site.timeZone);
  const ending: Ending = { missing: null };
  const portions = withEnding(toPortions(request), language, true, ending, (atMs) => time.toClock(atMs));
  const table = {
    columns: COLUMNS.map(({ title, type }): Column => ({ title: title[language], type })),
    portions,
  };
  const name = `riser-${model.site.id}-commissioning-${time.toCompact(nowMs)}.${format}`;
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
    sheetName: language === 'zh' ? '竣工验收单' : 'Commissioning',
    tooMany: `${incomplete}: ${tooManyRows}`,
    onTooMany: () => void (ending.missing = tooManyRows),
  });
  return { name, contentType: XLSX_TYPE, chunks, ending };
}

/** One equipment at a time, so that the file begins at once. */
async function* toPortions({
  equipment,
  pointsOf,
  language,
}: CommissioningExportRequest): AsyncGenerator<TablePortion> {
  if (equipment.length === 0) yield { rows: [], doneRatio: 1, missing: null };
  for (const [at, one] of equipment.entries()) {
    const points = pointsOf(one.commission.equipment);
    const rows = points.map((point) => COLUMNS.map(({ read }): Cell => read(point, one, language)));
    yield { rows, doneRatio: (at + 1) / equipment.length, missing: null };
  }
}

interface DocumentColumn {
  readonly title: Readonly<Record<Language, string>>;
  readonly type: Column['type'];
  readonly read: (point: CommissionedPoint, of: CommissionedEquipment, language: Language) => Cell;
}

const column = (
  zh: string,
  en: string,
  read: DocumentColumn['read'],
  type: Column['type'] = 'text',
): DocumentColumn => ({ title: { zh, en }, type, read });

const COLUMNS: readonly DocumentColumn[] = [
  column('设备', 'equipment', (_point, { name }, language) => name[language]),
  column('位置', 'place', (_point, { place }, language) => place[language]),
  column('点位', 'point', ({ name }, _of, language) => name[language]),
  column('点位编号', 'point id', ({ point }) => point),
  column('生命安全', 'life safety', ({ isLifeSafety }, _of, language) => toYesNo(isLifeSafety, language)),
  column('结论', 'state', ({ state }, _of, language) => COMMISSIONING_STATES[state][language]),
  column('调试开始', 'begun', (_point, { commission }) => commission.beganAtMs, 'time'),
  column('首次在线', 'device seen', ({ record }) => record?.seen?.receivedMs ?? null, 'time'),
  column(
    '网关显示值',
    'value shown',
    ({ record }, _of, language) => record?.value?.shownText[language] ?? '',
  ),
  column('现场读数', 'value on the panel', ({ record }) => toPanel(record?.value?.panel)),
  column('允差', 'tolerance', ({ record }) => record?.value?.tolerance ?? null, 'number'),
  column('数值相符', 'within tolerance', ({ record }, _of, language) =>
    record?.value == null ? '' : toYesNo(record.value.isWithin, language),
  ),
  column('差异说明', 'explanation', ({ record }) => record?.value?.explanation ?? ''),
  column('核对人', 'compared by', ({ record }) => record?.value?.by ?? ''),
  column('核对时间', 'compared', ({ record }) => record?.value?.atMs ?? null, 'time'),
  column('照片', 'photos', ({ record }) => (record?.photos ?? []).map(({ name }) => name).join('; ')),
  column('已验证告警', 'alarms proven', ({ record }, _of, language) =>
    (record?.proofs ?? []).map(({ text, occurrence }) => `${text[language]} (${occurrence})`).join('; '),
  ),
  column('告警时间', 'alarm raised', ({ record }) => record?.proofs[0]?.raisedAtMs ?? null, 'time'),
  column('恢复时间', 'alarm returned', ({ record }) => record?.proofs[0]?.returnedAtMs ?? null, 'time'),
  column('未验证告警', 'alarms not proven', toUnproven),
  column(
    '试验工单',
    'trial ticket',
    ({ record }) => record?.ticket?.ticket?.number ?? record?.ticket?.note ?? '',
  ),
  column('工单确认人', 'ticket received by', ({ record }) => record?.ticket?.by ?? ''),
  column('免验说明', 'reasons instead of a proof', ({ record }) =>
    Object.values(record?.waivers ?? {})
      .map(({ by, reason }) => `${by}: ${reason}`)
      .join('; '),
  ),
  column('签字人', 'signed by', ({ record }) => record?.signed?.by ?? ''),
  column('签字时间', 'signed', ({ record }) => record?.signed?.atMs ?? null, 'time'),
  column('备注', 'note', ({ record }) => record?.signed?.note ?? ''),
  column('验收后变更', 'changed since', ({ record }, _of, language) =>
    (record?.changed?.what ?? []).map((facet) => POINT_FACETS[facet][language]).join('; '),
  ),
  column('变更时间', 'changed at', ({ record }) => record?.changed?.atMs ?? null, 'time'),
];

function toPanel(panel: number | string | undefined): Cell {
  return panel === undefined ? '' : String(panel);
}

function toUnproven(
  { alarms, record }: CommissionedPoint,
  _of: CommissionedEquipment,
  language: Language,
): Cell {
  const proven = new Set(record?.proofs.map(({ key }) => key));
  return alarms
    .filter(({ key }) => !proven.has(key))
    .map(({ text }) => text[language])
    .join('; ');
}

function toYesNo(is: boolean, language: Language): string {
  return { zh: is ? '是' : '否', en: is ? 'yes' : 'no' }[language];
}
