/** The trend of one point before the alarm, the moment of the raise marked. Bad samples are gaps, never bridged. */
import { LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use as useCharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { PointDefinition, Text, Ticket } from '../api/types.ts';
import { useSettings } from '../settings.ts';
import { useFormat } from '../shared/use-format.ts';

useCharts([LineChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

interface TrendChartProps {
  readonly trend: NonNullable<NonNullable<Ticket['evidence']>['trend']>;
  readonly raisedAtMs: number;
  readonly name: Text | null;
  /** How values are written; null = as plain numbers. Discrete values are drawn as steps. */
  readonly definition: PointDefinition | null;
}

const COLORS = {
  dark: { text: '#9fb0bf', line: '#2b3843', curve: '#4fb3c8', mark: '#f0803c' },
  light: { text: '#55636f', line: '#dde3e8', curve: '#16788f', mark: '#c2410c' },
} as const;

export function TrendChart({ trend, raisedAtMs, name, definition }: TrendChartProps) {
  const { t } = useTranslation();
  const { theme } = useSettings();
  const format = useFormat();
  const element = useRef<HTMLDivElement>(null);
  const title = [name === null ? trend.point : format.text(name), trend.unit && `(${trend.unit})`]
    .filter(Boolean)
    .join(' ');
  const raiseText = t('ticket.evidenceRaise');
  useEffect(() => {
    if (element.current === null) return undefined;
    const colors = COLORS[theme];
    const chart = init(element.current);
    const isDiscrete = definition !== null && (definition.type === 'boolean' || definition.states.length > 0);
    const toText = (value: number) => (definition === null ? String(value) : format.value(definition, value));
    const axis = { axisLabel: { color: colors.text }, axisLine: { lineStyle: { color: colors.line } } };
    chart.setOption({
      animation: false,
      grid: { left: 8, right: 48, top: 36, bottom: 4, containLabel: true },
      tooltip: {
        trigger: 'axis',
        axisPointer: { type: 'line' },
        formatter: (params: unknown) =>
          toTip(params, (value) => `${toText(value)} ${trend.unit}`, format.time, t('common.none')),
      },
      xAxis: {
        type: 'time',
        ...axis,
        axisLabel: { color: colors.text, hideOverlap: true, formatter: (atMs: number) => format.time(atMs) },
        splitLine: { show: false },
      },
      yAxis: {
        type: 'value',
        scale: true,
        name: title,
        nameTextStyle: { color: colors.text, align: 'left' },
        ...axis,
        ...(isDiscrete && {
          minInterval: 1,
          axisLabel: {
            color: colors.text,
            formatter: (value: number) => (Number.isInteger(value) ? toText(value) : ''),
          },
        }),
        splitLine: { lineStyle: { color: colors.line } },
      },
      series: [
        {
          type: 'line',
          step: isDiscrete ? 'end' : false,
          showSymbol: trend.samples.length < 60,
          symbolSize: 4,
          connectNulls: false,
          data: trend.samples.map(([atMs, value]) => [atMs, value]),
          lineStyle: { color: colors.curve, width: 2 },
          itemStyle: { color: colors.curve },
          markLine: {
            symbol: 'none',
            silent: true,
            lineStyle: { color: colors.mark, width: 2, type: 'dashed' },
            label: { formatter: raiseText, color: colors.mark, position: 'end' },
            data: [{ xAxis: raisedAtMs }],
          },
        },
      ],
    });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
  }, [trend, raisedAtMs, definition, theme, format, title, raiseText, t]);
  return <div ref={element} className="trend" role="img" aria-label={title} data-testid="ticket-trend" />;
}

function toTip(
  params: unknown,
  toText: (value: number) => string,
  toTime: (atMs: number) => string,
  none: string,
): string {
  const [first] = params as readonly { readonly value: readonly [number, number | null] }[];
  if (first === undefined) return '';
  const [atMs, value] = first.value;
  return `${toTime(atMs)}　<b>${value === null ? none : toText(value)}</b>`;
}
