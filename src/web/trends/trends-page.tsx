/** Trends: curves of chosen points over any stretch of time, the values at one moment, and the whole building then. */
import AppstoreOutlined from '@ant-design/icons/AppstoreOutlined';
import DownloadOutlined from '@ant-design/icons/DownloadOutlined';
import { Button, Spin } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment, usePoints, useSite } from '../api/queries.ts';
import type { Equipment, PointDefinition } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { BuildingDrawer } from './building-drawer.tsx';
import type { Curve } from './curve.ts';
import { ExportDialog } from './export-dialog.tsx';
import { PointPicker } from './point-picker.tsx';
import { RangeBar } from './range-bar.tsx';
import { createSiteTime, type SiteTime } from './site-time.ts';
import { addPoint, LAST_RANGES, MAX_POINTS, type TrendView } from './trend-address.ts';
import { TrendChart } from './trend-chart.tsx';
import { TrendLegend } from './trend-legend.tsx';
import { TrendRemarks } from './trend-remarks.tsx';
import { useCurves } from './use-curves.ts';
import { useTrendView } from './use-trend-view.ts';
import type { Window } from './window.ts';

export function TrendsPage() {
  const points = usePoints();
  const equipment = useEquipment();
  const site = useSite();
  const error = points.error ?? equipment.error ?? site.error;
  const time = useMemo(() => createSiteTime(site.data?.timeZone), [site.data?.timeZone]);
  if (points.data === undefined || equipment.data === undefined || site.data === undefined) {
    const retry = (): void => void Promise.all([points.refetch(), equipment.refetch(), site.refetch()]);
    return <QueryState error={error} onRetry={retry} />;
  }
  return <Trends points={points.data.items} equipment={equipment.data.items} time={time} />;
}

interface TrendsProps {
  readonly points: readonly PointDefinition[];
  readonly equipment: readonly Equipment[];
  readonly time: SiteTime;
}

function Trends({ points, equipment, time }: TrendsProps) {
  const { t } = useTranslation();
  const state = useTrendView();
  const { view } = state;
  const definitions = useMemo(() => new Map(points.map((point) => [point.id, point])), [points]);
  const { window, curves, query } = useCurves(view, definitions);
  const [hoverMs, setHoverMs] = useState<number | null>(null);
  const [isExporting, setExporting] = useState(false);
  const cursorMs = hoverMs ?? view.atMs;
  const change = (next: Partial<TrendView>): void => state.change(next);
  return (
    <div className="trends-page" data-testid="trends-page">
      <div className="toolbar trends-head">
        <h1>{t('trends.title')}</h1>
        <PointPicker
          points={points}
          equipment={equipment}
          chosen={view.points}
          onAdd={(id) => change({ points: addPoint(view.points, id) })}
        />
        <span className="spread" />
        <Button
          icon={<AppstoreOutlined />}
          {...testId('open-building')}
          onClick={() => change({ isBuilding: true })}
        >
          {t('trends.building.open')}
        </Button>
        <Button
          icon={<DownloadOutlined />}
          disabled={view.points.length === 0}
          {...testId('open-export')}
          onClick={() => setExporting(true)}
        >
          {t('trends.export.open')}
        </Button>
      </div>
      <div className="toolbar trends-range">
        <RangeBar
          range={view.range}
          window={window}
          time={time}
          cursorMs={cursorMs}
          onBack={state.back}
          onRange={(range) => change({ range })}
          onWindow={state.zoom}
        />
        {query.isFetching && query.isPlaceholderData && <Spin size="small" />}
      </div>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      {view.points.length === 0 ? (
        <Beginning points={points} onChoose={(ids) => change({ points: ids })} />
      ) : (
        <Picture
          view={view}
          window={window}
          curves={curves}
          time={time}
          definitions={definitions}
          cursorMs={cursorMs}
          hasAnswer={query.data !== undefined}
          onHover={setHoverMs}
          onZoom={state.zoom}
          onChange={change}
        />
      )}
      {view.isBuilding && (
        <BuildingDrawer
          atMs={view.atMs}
          time={time}
          chosen={view.points}
          onAt={(atMs) => change({ atMs })}
          onAdd={(id) => change({ points: addPoint(view.points, id) })}
          onClose={() => change({ isBuilding: false })}
        />
      )}
      {isExporting && (
        <ExportDialog points={view.points} window={window} onClose={() => setExporting(false)} />
      )}
    </div>
  );
}

interface PictureProps {
  readonly view: TrendView;
  readonly window: Window;
  readonly curves: readonly Curve[];
  readonly time: SiteTime;
  readonly definitions: ReadonlyMap<string, PointDefinition>;
  readonly cursorMs: number | null;
  readonly hasAnswer: boolean;
  readonly onHover: (atMs: number | null) => void;
  readonly onZoom: (window: Window) => void;
  readonly onChange: (next: Partial<TrendView>) => void;
}

function Picture(props: PictureProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const isPhone = useIsPhone();
  const { view, window, curves, time, definitions, cursorMs, onHover, onZoom, onChange } = props;
  const isLive = view.range.type === 'last';
  return (
    <div className="trends-picture">
      <section className="panel trends-plot">
        {props.hasAnswer ? (
          <TrendChart
            curves={curves}
            window={window}
            time={time}
            isPhone={isPhone}
            cursorMs={cursorMs}
            pinnedMs={view.atMs}
            onHover={onHover}
            onPin={(atMs) => onChange({ atMs: atMs === null ? null : Math.round(atMs) })}
            onZoom={onZoom}
            onBuilding={() =>
              onChange({ isBuilding: true, atMs: cursorMs === null ? null : Math.round(cursorMs) })
            }
          />
        ) : (
          <Spin className="page-spinner" />
        )}
        <TrendRemarks curves={curves} window={window} />
      </section>
      <section className="panel trends-side">
        <h3 className="figures" data-testid="legend-time">
          {cursorMs === null
            ? t(isLive ? 'trends.now' : 'trends.atEnd', { time: format.dateTime(window.toMs) })
            : format.dateTime(cursorMs)}
        </h3>
        <TrendLegend
          ids={view.points}
          definitions={definitions}
          curves={curves}
          atMs={cursorMs ?? window.toMs - 1}
          onRemove={(id) => onChange({ points: view.points.filter((other) => other !== id) })}
        />
        {view.atMs !== null && (
          <div className="trend-pinned">
            <Button size="small" {...testId('pin-building')} onClick={() => onChange({ isBuilding: true })}>
              {t('trends.building.openAt')}
            </Button>
            <Button size="small" type="text" onClick={() => onChange({ atMs: null })}>
              {t('trends.unpin')}
            </Button>
          </div>
        )}
        {!isPhone && <p className="hint">{t('trends.help')}</p>}
      </section>
    </div>
  );
}

interface BeginningProps {
  readonly points: readonly PointDefinition[];
  readonly onChoose: (ids: readonly string[]) => void;
}

/** Nothing is chosen yet: what the page does, and the key points as a start. */
function Beginning({ points, onChoose }: BeginningProps) {
  const { t } = useTranslation();
  const keyPoints = points.filter(
    ({ isKey, type, states }) => isKey && type === 'number' && states.length === 0,
  );
  const first = keyPoints.slice(0, MAX_POINTS / 2).map(({ id }) => id);
  return (
    <div className="panel trends-beginning" data-testid="trends-beginning">
      <p>{t('trends.beginning', { count: MAX_POINTS, days: Math.round(LAST_RANGES['30d'] / 86_400_000) })}</p>
      {first.length > 0 && <Button onClick={() => onChoose(first)}>{t('trends.example')}</Button>}
    </div>
  );
}
