/** One equipment or part: its health, what it depends on, alarms, tickets, every point live, and the trend of one. */
import ArrowLeftOutlined from '@ant-design/icons/ArrowLeftOutlined';
import { Button, Drawer, Result } from 'antd';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useEquipment, useLinks, useOpenAlarms, usePoints } from '../api/queries.ts';
import type { Equipment, PointDefinition } from '../api/types.ts';
import { type EquipmentNode, findNode, toAllPoints, toNodes } from '../overview/tree.ts';
import { toShownAlarm } from '../shared/alarm-order.ts';
import { CommissioningTag } from '../shared/commissioning-tag.tsx';
import { DrillTag } from '../shared/drill-tag.tsx';
import { LinkChip } from '../shared/link-chip.tsx';
import { QueryState } from '../shared/query-state.tsx';
import { NormalTag, SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { LockOutBar, LockOutButton } from '../writing/lock-out-bar.tsx';
import { WriteHistory } from '../writing/write-history.tsx';
import { Dependencies } from './dependencies.tsx';
import { EquipmentAlarms, EquipmentTickets } from './equipment-alarms.tsx';
import { HealthCard } from './health-card.tsx';
import { PointGroups } from './point-groups.tsx';
import { TrendPanel } from './trend-panel.tsx';

/** While somebody looks: tells that unchanged values are still being read, and the counters of the link. */
const RECHECK_MS = 5_000;
/** Tags are hung and taken off by hand. */
const TAG_RECHECK_MS = 10_000;

export function EquipmentPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const equipment = useEquipment(TAG_RECHECK_MS);
  const points = usePoints(RECHECK_MS);
  const alarms = useOpenAlarms().data?.items;
  const links = useLinks(RECHECK_MS).data?.items;
  const error = equipment.error ?? points.error;
  const nodes = useMemo(
    () =>
      equipment.data === undefined || points.data === undefined
        ? null
        : toNodes(equipment.data.items, points.data.items, alarms ?? [], links ?? []),
    [equipment.data, points.data, alarms, links],
  );
  if (nodes === null || equipment.data === undefined) {
    return (
      <QueryState error={error} onRetry={() => void Promise.all([equipment.refetch(), points.refetch()])} />
    );
  }
  const node = findNode(nodes, id);
  if (node === undefined) return <Result status="404" title={t('equipment.notFound')} />;
  return (
    <>
      {error !== null && (
        <QueryState error={error} onRetry={() => void Promise.all([equipment.refetch(), points.refetch()])} />
      )}
      <EquipmentView key={id} node={node} all={equipment.data.items} />
    </>
  );
}

interface EquipmentViewProps {
  readonly node: EquipmentNode;
  readonly all: readonly Equipment[];
}

function EquipmentView({ node, all }: EquipmentViewProps) {
  const isPhone = useIsPhone();
  const points = useMemo(() => toAllPoints(node), [node]);
  const [search, setSearch] = useSearchParams();
  const selected = findAsked(points, search.get('point'));
  const select = useCallback(
    (point: string | null) =>
      setSearch(point === null ? {} : { point }, { replace: true, preventScrollReset: true }),
    [setSearch],
  );
  const ids = useMemo(() => new Set(toIds(node)), [node]);
  const fallback = points.find(({ isKey }) => isKey) ?? points[0] ?? null;
  return (
    <div className="equipment-page" data-testid="equipment-page">
      <Header node={node} all={all} />
      <LockOutBar equipment={node.equipment} all={all} />
      <div className="equipment-columns">
        <div className="equipment-main" data-testid={`equipment-${node.equipment.id}`}>
          <EquipmentAlarms alarms={node.allAlarms} equipment={node.equipment.id} />
          <EquipmentTickets equipment={ids} />
          <PointGroups node={node} selected={selected?.id ?? null} onSelect={select} />
        </div>
        <div className="equipment-side">
          {!isPhone && <Trend point={selected ?? fallback} all={all} />}
          <WriteHistory equipment={node.equipment.id} points={points} />
          <HealthCard points={points} link={node.link} />
          <Dependencies equipment={node.equipment} all={all} />
        </div>
      </div>
      {isPhone && (
        <Drawer
          open={selected !== null}
          placement="bottom"
          size="82dvh"
          title={selected !== null && <TrendTitle point={selected} all={all} />}
          onClose={() => select(null)}
        >
          {selected !== null && <TrendPanel key={selected.id} point={selected} />}
        </Drawer>
      )}
    </div>
  );
}

/** By id; an alarm names only the last part of it, and may have been raised by a point of a part. */
function findAsked(points: readonly PointDefinition[], asked: string | null): PointDefinition | null {
  if (asked === null) return null;
  const name = asked.slice(asked.indexOf('/') + 1);
  return points.find(({ id }) => id === asked) ?? points.find((point) => point.name === name) ?? null;
}

function toIds(node: EquipmentNode): readonly string[] {
  return [node.equipment.id, ...node.parts.flatMap(toIds)];
}

interface TrendProps {
  readonly point: PointDefinition | null;
  readonly all: readonly Equipment[];
}

function Trend({ point, all }: TrendProps) {
  if (point === null) return null;
  return (
    <section className="panel">
      <h3>
        <TrendTitle point={point} all={all} />
      </h3>
      <TrendPanel key={point.id} point={point} />
    </section>
  );
}

function TrendTitle({ point, all }: { readonly point: PointDefinition; readonly all: readonly Equipment[] }) {
  const format = useFormat();
  const owner = all.find(({ id }) => id === point.equipment);
  return (
    <>
      {format.text(point.text)}{' '}
      {owner !== undefined && <span className="hint">{format.text(owner.name)}</span>}
    </>
  );
}

function Header({ node, all }: EquipmentViewProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const { equipment, allAlarms, link } = node;
  const whole = all.find(({ id }) => id === equipment.parent);
  const worst = toShownAlarm(allAlarms);
  return (
    <header className="equipment-header">
      <div className="row-card-head">
        <Button
          type="text"
          icon={<ArrowLeftOutlined />}
          aria-label={t('common.back')}
          onClick={() => void navigate(-1)}
        />
        <h1>
          {whole !== undefined && <Link to={`/equipment/${whole.id}`}>{format.text(whole.name)}</Link>}{' '}
          {format.text(equipment.name)}
        </h1>
        {worst === undefined ? <NormalTag /> : <SeverityTag severity={worst.severity} />}
        <DrillTag equipment={[equipment.id, equipment.parent]} />
        {equipment.isCommissioning && (
          <Link to={`/commissioning/${encodeURIComponent(equipment.id)}`}>
            <CommissioningTag />
          </Link>
        )}
        {link !== null && <LinkChip link={link} />}
        <LockOutButton equipment={equipment} all={all} />
      </div>
      <div className="hint">
        {[...new Set([equipment.systemText, equipment.kindText, equipment.place].map(format.text))].join(
          ' · ',
        )}
        {equipment.contact !== null && (
          <>
            {' '}
            · {t('equipment.contact')} {format.text(equipment.contact.name)} {equipment.contact.method}
          </>
        )}
      </div>
    </header>
  );
}
