/** Rows for people: one table a scene. */
import type { Goal, Row } from './rows.ts';

const HEAD = ['what', 'value', 'min–max', 'baseline', 'ratio', 'goal', 'met'] as const;
const NONE = '—';

export function toTables(rows: readonly Row[]): string {
  const scenes = Map.groupBy(rows, ({ suite, scene }) => `${suite}: ${scene}`);
  return [...scenes].map(([title, group]) => `${title}\n${toTable(group)}\n${toReasons(group)}`).join('\n');
}

function toReasons(rows: readonly Row[]): string {
  return rows
    .filter(({ missing }) => missing !== null)
    .map(({ what, missing }) => `  ${what}: not measured, ${missing}\n`)
    .join('');
}

function toTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(toCells)];
  const widths = HEAD.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

function toCells({ what, unit, value, range, baseline, ratio, goal, met }: Row): readonly string[] {
  const spread = range === null || range[0] === range[1] ? NONE : range.map(toNumber).join('–');
  return [
    unit === '' ? what : `${what}, ${unit}`,
    toNumber(value),
    spread,
    toNumber(baseline),
    ratio === null ? NONE : `${toNumber(ratio)} ×`,
    goal === null ? NONE : toGoalText(goal),
    met === null ? NONE : met ? 'yes' : 'NO',
  ];
}

function toGoalText({ of, min, max }: Goal): string {
  const times = of === 'ratio' ? ' ×' : '';
  return [
    ...(min === undefined ? [] : [`≥ ${toNumber(min)}${times}`]),
    ...(max === undefined ? [] : [`≤ ${toNumber(max)}${times}`]),
  ].join(' ');
}

/** Three digits that count. */
export function toNumber(value: number | null): string {
  if (value === null) return NONE;
  return value.toLocaleString('en-US', {
    maximumSignificantDigits: Math.abs(value) >= 100 ? 21 : 3,
    maximumFractionDigits: 0,
    roundingPriority: Math.abs(value) >= 100 ? 'lessPrecision' : 'auto',
  });
}
