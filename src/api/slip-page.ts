/** A block of blank slips (信息处理单) as a page to print, one A4 sheet each, in both languages. Pure; loads nothing from anywhere. */
import type { Text } from '../core/text.ts';
import type { SlipRow } from '../store/store.ts';

/** Fields of the printed form (service-workflow.md §1), with the lines that they take. */
const FIELDS: readonly (readonly [zh: string, en: string, lines: number])[] = [
  ['接报时间（年月日时分）', 'Received at', 1],
  ['来源／渠道', 'Source / channel', 1],
  ['首接负责人', 'First receiver', 1],
  ['类别／级别', 'Class / priority', 1],
  ['地点／设备', 'Place / equipment', 1],
  ['联系人、联系方式', 'Contact', 1],
  ['内容', 'Content', 3],
  ['派单至／时间', 'Dispatched to / at', 1],
  ['复述确认、签收／时间', 'Read back, signed / at', 1],
  ['到场时间', 'On site at', 1],
  ['诊断', 'Diagnosis', 2],
  ['处理方案', 'Plan', 2],
  ['处理结果／完成时间', 'Result / done at', 3],
  ['用料（名称、数量）／收费', 'Materials / amount', 2],
  ['验收意见、签字／时间', 'Acceptance, signature / at', 2],
  ['回访（是否修复、是否满意）', 'Return visit', 2],
];
const LINE_MM = 9;

const STYLE = `@page{size:A4;margin:14mm}body{font:10.5pt "Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:0}
section{break-after:page}h1{font-size:15pt;margin:0 0 4mm;display:flex;justify-content:space-between}
table{width:100%;border-collapse:collapse}th,td{border:.3mm solid #000;padding:1mm 2mm;text-align:left}
th{width:38mm;font-weight:400}small{color:#444;display:block;font-size:8pt}`;

export function toSlipPage(site: Text, slips: readonly Pick<SlipRow, 'number'>[]): string {
  const sheets = slips.map(({ number }) => toSheet(site, number)).join('\n');
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>信息处理单</title><style>${STYLE}</style></head>
<body>
${sheets}
</body></html>
`;
}

function toSheet(site: Text, number: string): string {
  const rows = FIELDS.map(
    ([zh, en, lines]) =>
      `<tr><th>${zh}<small>${en}</small></th><td style="height:${lines * LINE_MM}mm"></td></tr>`,
  );
  const name = escapeHtml(site.zh);
  return `<section><h1><span>${name} 信息处理单</span><span>${escapeHtml(number)}</span></h1>
<table>${rows.join('')}</table><p>系统恢复后按实际时间补录，注明本单编号。<small>Enter it afterwards with the real times and this number.</small></p></section>`;
}

function escapeHtml(words: string): string {
  return words.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
