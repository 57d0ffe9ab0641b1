/** Draws one point's trend. What is drawn is trend-data.ts's business; loaded only when somebody looks at a trend. */
import { LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components';
import { type EChartsType, init, use as useCharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { TFunction } from 'i18next';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { PointDefinition, PointHistory } from '../api/types.ts';
import { useLiveState } from '../live/live-context.tsx';
import { useServerNow } from '../live/server-clock.ts';
import { type Theme, useSettings } from '../settings.ts';
import { type Format, useFormat } from '../shared/use-format.ts';
import {
  findSample,
  type Pair,
  type Stretch,
  type TailSample,
  toStateAxis,
  toTrendSeries,
} from './trend-data.ts';

useCharts([LineChart, GridComponent, MarkAreaComponent, TooltipComponent, CanvasRenderer]);

interface TrendPlotProps {
  readonly point: PointDefinition;
  readonly history: PointHistory;
  /** Live values since the history was asked for. */
  readonly tail: readonly TailSample[];
  readonly rangeMs: number;
}

const COLORS = {
  dark: {
    text: '#9fb0bf',
    line: '#2b3843',
    curve: '#4fb3c8',
    band: 'rgba(79,179,200,0.25)',
    bad: 'rgba(245,147,82,0.22)',
    unknown: 'rgba(147,163,177,0.12)',
  },
  light: {
    text: '#55636f',
    line: '#dde3e8',
    curve: '#16788f',
    band: 'rgba(22,120,143,0.2)',
    bad: 'rgba(184,69,8,0.15)',
    unknown: 'rgba(85,99,111,0.1)',
  },
} as const satisfies Record<Theme, unknown>;

export function TrendPlot(props: TrendPlotProps) {
  const { t } = useTranslation();
  const { theme } = useSettings();
  const format = useFormat();
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const nowMs = useServerNow();
  const { phase, silentForMs } = useLiveState();
  // An old stream says nothing of the present: the curve ends where it ended.
  const endMs = phase === 'stale' ? Math.max(props.history.toMs, nowMs - (silentForMs ?? 0)) : nowMs;
  useEffect(() => {
    if (element.current === null) return undefined;
    const made = init(element.current);
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(toOption({ ...props, nowMs, endMs, theme, format, t }));
  });
  const title = format.text(props.point.text);
  return <div ref={element} className="trend-plot" role="img" aria-label={title} data-testid="trend-plot" />;
}

interface OptionInput extends TrendPlotProps {
  readonly nowMs: number;
  readonly endMs: number;
  readonly theme: Theme;
  readonly format: Format;
  readonly t: TFunction;
}

function toOption(input: OptionInput): Parameters<EChartsType['setOption']>[0] {
  const { point, history, tail, rangeMs, nowMs, endMs, theme, format } = input;
  const colors = COLORS[theme];
  const isState = point.states.length > 0 || point.type === 'boolean';
  const states = isState ? toStateAxis(point, { history, tail }) : [];
  const toHeight = (value: number): number => (isState ? states.indexOf(value) : value);
  const series = toTrendSeries({ history, tail, endMs, toHeight, isState });
  const axis = { axisLine: { lineStyle: { color: colors.line } }, axisTick: { show: false } };
  return {
    animation: false,
    grid: { left: 4, right: 16, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      confine: true,
      axisPointer: { type: 'line' },
      formatter: (params: unknown) => toTip(params, input),
    },
    xAxis: {
      type: 'time',
      min: nowMs - rangeMs,
      max: nowMs,
      ...axis,
      axisLabel: {
        color: colors.text,
        hideOverlap: true,
        formatter: (atMs: number) => format.time(atMs).slice(0, 5),
      },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: true,
      ...axis,
      ...(isState && { min: 0, max: Math.max(1, states.length - 1), interval: 1 }),
      axisLabel: {
        color: colors.text,
        width: 96,
        overflow: 'truncate',
        formatter: (height: number) => toAxisText(height, isState ? states : null, input),
      },
      splitLine: { lineStyle: { color: colors.line } },
    },
    series: toChartSeries(series, colors),
  };
}

function toAxisText(
  height: number,
  states: readonly number[] | null,
  { point, format }: OptionInput,
): string {
  if (states === null) return String(Number(height.toPrecision(6)));
  const value = states[Math.round(height)];
  return value === undefined || Math.abs(height - Math.round(height)) > 0.01
    ? ''
    : format.value(point, value);
}

function toChartSeries(
  series: ReturnType<typeof toTrendSeries>,
  colors: (typeof COLORS)[Theme],
): readonly object[] {
  const line = { type: 'line', showSymbol: false, connectNulls: false, silent: true, clip: false };
  const edge = { ...line, stack: 'band', stackStrategy: 'all', lineStyle: { opacity: 0 } };
  return [
    { ...edge, id: 'low', data: copy(series.low) },
    { ...edge, id: 'spread', data: copy(series.spread), areaStyle: { color: colors.band } },
    {
      ...line,
      id: 'curve',
      data: copy(series.curve),
      lineStyle: { color: colors.curve, width: 1.8 },
      itemStyle: { color: colors.curve },
      markArea: {
        silent: true,
        data: [...toAreas(series.bad, colors.bad), ...toAreas(series.unknown, colors.unknown)],
      },
    },
  ];
}

function toAreas(stretches: readonly Stretch[], color: string): readonly object[] {
  return stretches.map(([fromMs, toMs]) => [{ xAxis: fromMs, itemStyle: { color } }, { xAxis: toMs }]);
}

function copy(pairs: readonly Pair[]): readonly (readonly (number | null)[])[] {
  return pairs.map(([atMs, height]) => [atMs, height]);
}

function toTip(params: unknown, input: OptionInput): string {
  const [first] = params as readonly { readonly axisValue: number }[];
  if (first === undefined) return '';
  const { point, history, format, t } = input;
  const sample = findSample(input, first.axisValue);
  const unit = point.states.length > 0 || point.unit === '' ? '' : ` ${point.unit}`;
  const write = (value: number): string => `${format.value(point, value)}${unit}`;
  const time = format.dateTime(first.axisValue);
  if (sample === undefined || sample.min === null || sample.max === null)
    return `${time}<br>${t('trend.noValue')}`;
  const isBand = history.bucketMs > 0 && sample.min !== sample.max;
  const shown = isBand && point.states.length === 0 ? sample.mean : sample.last;
  const main = shown === null ? t('trend.noValue') : `<b>${write(shown)}</b>`;
  return `${time}<br>${main}${isBand ? `<br>${write(sample.min)} – ${write(sample.max)}` : ''}`;
}
