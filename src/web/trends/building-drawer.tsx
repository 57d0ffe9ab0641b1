/** What the whole building looked like at one instant: every point with value, quality and age, system by system. */
import { Button, Drawer, Empty, Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment } from '../api/queries.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { type BuildingOnly, toBuilding } from './building.ts';
import { BuildingSystemRows } from './building-rows.tsx';
import { MissingAlert } from './missing-alert.tsx';
import { parseFieldText, type SiteTime, toFieldText } from './site-time.ts';
import { useInstant } from './trend-queries.ts';

interface BuildingDrawerProps {
  /** UTC ms; null = now. */
  readonly atMs: number | null;
  readonly time: SiteTime;
  readonly chosen: readonly string[];
  readonly onAt: (atMs: number | null) => void;
  /** Adds a point to the curves. */
  readonly onAdd: (id: string) => void;
  readonly onClose: () => void;
}

const MINUTE_MS = 60_000;

export function BuildingDrawer(props: BuildingDrawerProps) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  return (
    <Drawer
      open
      size={isPhone ? '92dvh' : 'min(1040px, 92vw)'}
      placement={isPhone ? 'bottom' : 'right'}
      title={t('trends.building.title')}
      onClose={props.onClose}
    >
      <Building {...props} />
    </Drawer>
  );
}

function Building({ atMs, time, chosen, onAt, onAdd }: BuildingDrawerProps) {
  const { t } = useTranslation();
  const query = useInstant(atMs);
  const equipment = useEquipment().data?.items;
  const [search, setSearch] = useState('');
  const [only, setOnly] = useState<BuildingOnly>('all');
  const retry = (): void => void query.refetch();
  const instant = query.data;
  const systems =
    instant === undefined || equipment === undefined
      ? null
      : toBuilding(instant.items, equipment, { search, only });
  return (
    <div className="building" data-testid="building" data-at={instant?.atMs}>
      <Instant key={atMs ?? 'now'} atMs={atMs} shownMs={instant?.atMs ?? null} time={time} onAt={onAt} />
      <div className="toolbar">
        <Segmented<BuildingOnly>
          value={only}
          data-testid="building-only"
          options={(['all', 'trouble'] as const).map((value) => ({
            value,
            label: t(`trends.building.only.${value}`),
          }))}
          onChange={setOnly}
        />
        <Input
          allowClear
          className="search"
          placeholder={t('trends.building.search')}
          data-testid="building-search"
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {(query.error !== null || systems === null) && <QueryState error={query.error} onRetry={retry} />}
      <MissingAlert reasons={instant?.missingReasons ?? []} />
      {systems !== null && systems.length === 0 && <Empty description={t('trends.building.empty')} />}
      {systems?.map((system) => (
        <BuildingSystemRows
          key={system.id}
          system={system}
          chosen={chosen}
          onAdd={onAdd}
          isPlaceholder={query.isPlaceholderData}
        />
      ))}
    </div>
  );
}

interface InstantProps {
  readonly atMs: number | null;
  /** Of the answer on show; null = none yet. */
  readonly shownMs: number | null;
  readonly time: SiteTime;
  readonly onAt: (atMs: number | null) => void;
}

/** The instant, to be typed or stepped through by minutes. */
function Instant({ atMs, shownMs, time, onAt }: InstantProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [text, setText] = useState(() => (atMs === null ? '' : toFieldText(time, atMs)));
  const stepped = atMs ?? shownMs;
  const show = (value: string): void => {
    setText(value);
    const parsed = parseFieldText(time, value);
    if (parsed !== null) onAt(parsed);
  };
  return (
    <div className="building-instant">
      <b className="figures" data-testid="building-time">
        {atMs === null ? t('trends.building.now') : format.dateTime(atMs)}
      </b>
      <label className="trend-field">
        <span className="hint">{t('trends.building.at')}</span>
        <Input
          type="datetime-local"
          step={1}
          defaultValue={text}
          data-testid="building-at"
          onBlur={(event) => event.target.value !== text && show(event.target.value)}
          onPressEnter={(event) => show(event.currentTarget.value)}
        />
      </label>
      <span className="trend-moves">
        {[-10, -1, 1, 10].map((minutes) => (
          <Button
            key={minutes}
            disabled={stepped === null || (atMs === null && minutes > 0)}
            onClick={() => stepped !== null && onAt(stepped + minutes * MINUTE_MS)}
          >
            {t('trends.building.step', { minutes: minutes > 0 ? `+${minutes}` : `−${-minutes}` })}
          </Button>
        ))}
        <Button disabled={atMs === null} onClick={() => onAt(null)}>
          {t('trends.building.toNow')}
        </Button>
      </span>
    </div>
  );
}
