/** 排班: who is on now, the week as a table from which a swap is asked for, gaps ahead. */
import { Alert, Button, Card, Empty } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession, useTimeZone } from '../api/queries.ts';
import type { Roster } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { QueryState } from '../shared/query-state.tsx';
import { createSiteClock } from '../shared/site-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { useDutyNow, useGaps, useRoster } from './duty-queries.ts';
import { DutyTabs } from './duty-tabs.tsx';
import { RosterFiles } from './roster-files.tsx';
import { useStaffName } from './staff-name.ts';
import { SwapDialog, type SwapWish } from './swap-dialog.tsx';
import { SwapList } from './swap-list.tsx';
import { addDays, toMonday, toWeek } from './week.ts';

export function RosterPage() {
  const { t } = useTranslation();
  const query = useRoster();
  return (
    <>
      <DutyTabs page="roster" />
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.version === 0 ? (
        <Empty description={t('roster.none')}>
          <p className="hint">{t('roster.noneHelp')}</p>
          <RosterFiles version={0} />
        </Empty>
      ) : (
        <div className="ticket">
          <Gaps />
          <OnNow />
          <SwapList roster={query.data} />
          <Week roster={query.data} />
          <NoGaps />
          <RosterFiles version={query.data.version} />
        </div>
      )}
    </>
  );
}

function OnNow() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useDutyNow();
  const nowMs = useServerNow();
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items } = query.data;
  return (
    <Card size="small" title={t('roster.now')} data-testid="roster-now">
      {items.length === 0 && <p className="attention">{t('roster.nobody')}</p>}
      <div className="duty-now">
        {items.map((entry) => (
          <div key={`${entry.post} ${entry.username}`} className="duty-person">
            <span className="hint">{format.text(entry.postName)}</span>
            <span>
              <b>{format.text(entry.name)}</b>{' '}
              {entry.isStandby && <span className="tag">{t('roster.standby')}</span>}
            </span>
            <span className="hint">{t('roster.until', { time: format.timeOfDay(entry.toMs, nowMs) })}</span>
          </div>
        ))}
      </div>
    </Card>
  );
}

function Week({ roster }: { readonly roster: Roster }) {
  const { t } = useTranslation();
  const format = useFormat();
  const timeZone = useTimeZone();
  const today = createSiteClock(timeZone)(useServerNow()).slice(0, 10);
  const [offset, setOffset] = useState(0);
  const [wish, setWish] = useState<SwapWish | null>(null);
  const week = toWeek(addDays(toMonday(today), 7 * offset));
  return (
    <Card
      size="small"
      title={t('roster.week', { from: week[0] })}
      extra={
        <div className="week-buttons">
          <Button size="small" onClick={() => setOffset(offset - 1)}>
            {t('roster.previous')}
          </Button>
          <Button size="small" disabled={offset === 0} onClick={() => setOffset(0)}>
            {t('roster.today')}
          </Button>
          <Button size="small" onClick={() => setOffset(offset + 1)}>
            {t('roster.next')}
          </Button>
        </div>
      }
    >
      <p className="hint">{t('roster.swapHelp')}</p>
      <div className="roster-scroll">
        <table className="roster-table" data-testid="roster-week">
          <thead>
            <tr>
              <th>{t('roster.post')}</th>
              {week.map((date) => (
                <th key={date} className={date === today ? 'is-today' : ''}>
                  {toDayText(date, format.language)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {roster.posts.map((post) => (
              <tr key={post.id}>
                <th scope="row">{format.text(post.name)}</th>
                {week.map((date) => (
                  <td key={date} className={date === today ? 'is-today' : ''}>
                    <Cell roster={roster} post={post.id} date={date} onSwap={date < today ? null : setWish} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {wish !== null && (
        <SwapDialog roster={roster} wish={wish} today={today} onClose={() => setWish(null)} />
      )}
    </Card>
  );
}

function toDayText(date: string, language: 'zh' | 'en'): string {
  const day = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    weekday: 'short',
    timeZone: 'UTC',
  }).format(Date.parse(`${date}T00:00:00Z`));
  return `${date.slice(5)} ${day}`;
}

interface CellProps {
  readonly roster: Roster;
  readonly post: string;
  readonly date: string;
  /** null = the day is over. */
  readonly onSwap: ((wish: SwapWish) => void) | null;
}

/** One's own shifts can be given away; who makes the roster asks for others. */
function Cell({ roster, post, date, onSwap }: CellProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useStaffName();
  const own = useSession().data?.username;
  const canEdit = usePermission('roster.edit');
  const assigned = roster.assignments.filter((it) => it.date === date && it.post === post);
  const toShift = (id: string) => {
    const shift = roster.shifts.find((it) => it.id === id);
    return shift === undefined ? id : format.text(shift.name);
  };
  return assigned.map(({ shift, username, swappedFrom }) => {
    const was = swappedFrom === null ? null : t('roster.swapped', { name: toName(swappedFrom) });
    const words = (
      <>
        <span className="hint">{toShift(shift)}</span> {toName(username)}
        {was !== null && <span className="hint"> ({was})</span>}
      </>
    );
    const key = `${shift} ${username}`;
    if (onSwap === null || (username !== own && !canEdit))
      return (
        <div key={key} className={`roster-cell ${username === own ? 'is-own' : ''}`}>
          {words}
        </div>
      );
    return (
      <button
        key={key}
        type="button"
        className={`roster-cell ${username === own ? 'is-own' : ''}`}
        title={t('roster.swap')}
        data-testid={`shift-${date}-${post}-${username}`}
        onClick={() => onSwap({ date, post, shift, from: username })}
      >
        {words}
      </button>
    );
  });
}

/** That all is well needs no place above who is on now. */
function NoGaps() {
  const { t } = useTranslation();
  const gaps = useGaps().data?.items;
  if (gaps?.length !== 0) return null;
  return <Alert type="success" showIcon title={t('roster.noGaps')} />;
}

/** Above everything: there is still time to fill them. */
function Gaps() {
  const { t } = useTranslation();
  const format = useFormat();
  const gaps = useGaps().data?.items;
  if (gaps === undefined || gaps.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={`${t('roster.gaps')} (${gaps.length})`}
      data-testid="roster-gaps"
      description={
        <ul className="plain-list">
          {gaps.slice(0, MAX_GAPS).map((gap) => (
            <li key={`${gap.fromMs} ${gap.post} ${gap.kind} ${gap.username ?? ''}`}>
              {format.text(gap.text)}
            </li>
          ))}
          {gaps.length > MAX_GAPS && <li>{t('common.more', { count: gaps.length - MAX_GAPS })}</li>}
        </ul>
      }
    />
  );
}

/** Lines of the list; the first are the soonest. */
const MAX_GAPS = 12;
