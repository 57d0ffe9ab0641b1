/** Poll plans as text: a table of all links, what is wrong with which, then each plan in full. */
import type { LoadVerdict } from '../core/plan-load.ts';
import type { LinkPlan, RequestPlan } from './doctor-plan.ts';

type Column = readonly [title: string, align: 'left' | 'right', value: (plan: LinkPlan) => string];

const COLUMNS: readonly Column[] = [
  ['link', 'left', ({ link }) => link],
  ['units', 'right', ({ load }) => String(load.devices)],
  ['points', 'right', ({ load }) => String(load.points)],
  ['requests', 'right', ({ load }) => String(load.requests)],
  ['req/s', 'right', ({ load }) => load.requestsPerSecond.toFixed(1)],
  ['load', 'right', ({ load }) => toPercent(load.loadRatio)],
  ['coverage', 'right', ({ load }) => toCoverage(load.coverage)],
  ['', 'left', ({ load }) => VERDICTS[load.verdict]],
  ['endpoint', 'left', toEndpointText],
];

const VERDICTS: Readonly<Record<LoadVerdict, string>> = {
  fits: '',
  tight: 'TIGHT',
  overloaded: 'OVERLOADED',
};

export function toPlanReport(plans: readonly LinkPlan[]): string {
  if (plans.length === 0) return 'No Modbus link in this site.\n';
  const lines = [...toTable(plans), ...plans.flatMap(toComplaint), ...plans.flatMap(toDetails)];
  return `${lines.join('\n')}\n`;
}

function toTable(plans: readonly LinkPlan[]): readonly string[] {
  const columns = COLUMNS.map(([title, align, value]) => {
    const cells = [title, ...plans.map(value)];
    const width = Math.max(...cells.map(({ length }) => length));
    return cells.map((cell) => (align === 'left' ? cell.padEnd(width) : cell.padStart(width)));
  });
  const rows = [...(columns[0] ?? []).keys()];
  return rows.map((row) =>
    columns
      .map((cells) => cells[row] ?? '')
      .join('  ')
      .trimEnd(),
  );
}

function toComplaint({ link, load, advice }: LinkPlan): readonly string[] {
  if (load.verdict === 'fits') return [];
  const percent = toPercent(load.loadRatio);
  const what =
    load.verdict === 'tight'
      ? `WARNING ${link}: ${percent} of its time; a silent device or a retry will make polls late`
      : `ERROR ${link}: ${percent} of its time; polls will be skipped`;
  return ['', `${what}. What helps:`, ...advice.map((each) => `  - ${each}`)];
}

function toDetails(plan: LinkPlan): readonly string[] {
  const { link, load, requests } = plan;
  const title = `${link}: ${toEndpointText(plan)}`;
  if (requests.length === 0) return ['', title, '  no points: it is not connected'];
  const groups = load.groups.flatMap(({ pollMs, cycleMs, loadRatio, points, requests: count }) => [
    `  every ${pollMs} ms: ${toCount(count, 'request')} for ${toCount(points, 'point')}, ${toMs(cycleMs)} a cycle, ${toPercent(loadRatio)}`,
    ...toRequestLines(requests.filter((request) => request.pollMs === pollMs)),
  ]);
  return ['', title, ...groups];
}

function toRequestLines(requests: readonly RequestPlan[]): readonly string[] {
  const rows = requests.map(({ label, points, block, costMs }) => [
    label,
    points.length === 0 ? 'scale only' : toCount(points.length, 'point'),
    block === null
      ? ''
      : `${block.used} of ${toCount(block.count, isBits(block.table) ? 'bit' : 'register')}`,
    toMs(costMs),
  ]);
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map(([label = '', ...cells]) => {
    const aligned = cells.map((cell, at) => cell.padStart(widths[at + 1] ?? 0));
    return `    ${label.padEnd(widths[0] ?? 0)}  ${aligned.join('  ')}`;
  });
}

function isBits(table: string): boolean {
  return table === 'coil' || table === 'discrete';
}

function toEndpointText({ endpoints, framing, line }: LinkPlan): string {
  const [first = 'nowhere', ...more] = endpoints;
  const backup = more.length === 0 ? '' : ` (backup ${more.join(', ')})`;
  return `${first}${backup} ${framing}${line === null ? '' : ` ${line}`}`;
}

function toCount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function toPercent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

function toMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

function toCoverage({ used, asked }: { readonly used: number; readonly asked: number }): string {
  return asked === 0 ? '–' : `${Math.round((100 * used) / asked)} %`;
}
