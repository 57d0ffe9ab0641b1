/** Drills that are under way: what, who, until when, and their end before the time. */
import { Button, Empty } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Drill } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { TimeLeft } from './alarm-marks.tsx';
import { DrillDialog } from './drill-dialog.tsx';
import { useDrills, useSetDrill } from './drill-queries.ts';
import { NoteDialog } from './note-dialog.tsx';

/** The end is near: those who take part get ready for real alarms. */
const NEARLY_OVER_MS = 5 * 60_000;

export function DrillList() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const mayRun = usePermission('drill.run');
  const mayEnd = usePermission('drill.end');
  const query = useDrills();
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items } = query.data;
  return (
    <div data-testid="drill-list">
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <p className="hint">{t('drills.help')}</p>
      {mayRun && (
        <p>
          <Button type="primary" data-testid="drill-start" onClick={() => setOpen(true)}>
            {t('drills.start')}
          </Button>
        </p>
      )}
      {items.length === 0 && <Empty description={t('alarmTabs.emptyDrills')} />}
      <div className="cards">
        {items.map((drill) => (
          <DrillCard key={drill.equipment} drill={drill} mayEnd={mayEnd} />
        ))}
      </div>
      {isOpen && <DrillDialog onClose={() => setOpen(false)} />}
    </div>
  );
}

function DrillCard({ drill, mayEnd }: { readonly drill: Drill; readonly mayEnd: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const [isEnding, setEnding] = useState(false);
  return (
    <article className="row-card drill-card" data-testid={`drill-${drill.equipment}`}>
      <div className="row-card-head">
        <Link className="row-link" to={`/equipment/${drill.equipment}`}>
          {format.text(drill.equipmentName)}
        </Link>
        <span className="spread" />
        {mayEnd && (
          <Button size="small" data-testid={`drill-end-${drill.equipment}`} onClick={() => setEnding(true)}>
            {t('drills.end')}
          </Button>
        )}
      </div>
      <p className="prewrap">{drill.reason}</p>
      <dl className="facts">
        <dt>{t('drills.by')}</dt>
        <dd>{toName(drill.by)}</dd>
        <dt>{t('drills.since')}</dt>
        <dd>{format.dateTime(drill.atMs)}</dd>
        <dt>{t('drills.until')}</dt>
        <dd>
          {format.dateTime(drill.untilMs)} <TimeLeft untilMs={drill.untilMs} nearMs={NEARLY_OVER_MS} />
        </dd>
      </dl>
      {isEnding && <EndDialog drill={drill} onClose={() => setEnding(false)} />}
    </article>
  );
}

function EndDialog({ drill, onClose }: { readonly drill: Drill; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { mutate, isPending, error } = useSetDrill();
  const { equipment } = drill;
  return (
    <NoteDialog
      name="drill-end"
      title={t('drills.endTitle')}
      okText={t('drills.end')}
      help={t('drills.endHelp')}
      noteText={t('drills.endReason')}
      isNoteNeeded
      isPending={isPending}
      error={error}
      onSubmit={(reason) => mutate({ equipment, reason, untilMs: null }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        <b>{format.text(drill.equipmentName)}</b>
      </p>
    </NoteDialog>
  );
}
