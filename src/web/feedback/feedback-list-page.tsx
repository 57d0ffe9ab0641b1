/** 客户反馈: what owners and users say, with the limit that comes next; taken down, searched, taken along as a file. */
import DownloadOutlined from '@ant-design/icons/DownloadOutlined';
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import { Button, Empty, Input, Pagination, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PAGE_ROWS } from '../api/queries.ts';
import { DutyTabs } from '../roster/duty-tabs.tsx';
import { useSettings } from '../settings.ts';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { NextClock } from './feedback-clocks.tsx';
import {
  type Feedback,
  type FeedbackFilters,
  NO_FILTER,
  toSearch,
  useFeedbackList,
} from './feedback-queries.ts';
import { NewFeedbackForm } from './new-feedback-form.tsx';
import { MAX_LINE_CHARS, SOURCES, SUBJECTS } from './words.ts';

export function FeedbackListPage() {
  const { t } = useTranslation();
  const [filters, setFilters] = useState(NO_FILTER);
  const [page, setPage] = useState(1);
  const [isWriting, setWriting] = useState(false);
  const canManage = usePermission('feedback.manage');
  const query = useFeedbackList(filters, page);
  const narrow = (part: Partial<FeedbackFilters>): void => {
    setFilters({ ...filters, ...part });
    setPage(1);
  };
  return (
    <>
      <DutyTabs page="feedback" />
      {isWriting && <NewFeedbackForm onDone={() => setWriting(false)} />}
      <div className="toolbar">
        {canManage && !isWriting && (
          <Button
            type="primary"
            icon={<PlusOutlined />}
            data-testid="feedback-new"
            onClick={() => setWriting(true)}
          >
            {t('feedback.new')}
          </Button>
        )}
        <FilterBar filters={filters} onChange={narrow} />
        <Exports filters={filters} />
      </div>
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          {query.data.items.length === 0 && <Empty description={t('feedback.empty')} />}
          <div className="cards">
            {query.data.items.map((feedback) => (
              <FeedbackCard key={feedback.id} feedback={feedback} />
            ))}
          </div>
          <Pagination
            className="gap-above"
            align="end"
            hideOnSinglePage
            current={page}
            pageSize={PAGE_ROWS}
            total={query.data.total}
            showSizeChanger={false}
            onChange={setPage}
          />
        </>
      )}
    </>
  );
}

interface FilterBarProps {
  readonly filters: FeedbackFilters;
  readonly onChange: (part: Partial<FeedbackFilters>) => void;
}

function FilterBar({ filters, onChange }: FilterBarProps) {
  const { t } = useTranslation();
  const all = { value: '', label: t('feedback.all') };
  return (
    <>
      <Segmented
        value={filters.state}
        options={(['open', 'over', 'all'] as const).map((value) => ({
          value,
          label: t(`feedback.state.${value}`),
        }))}
        onChange={(state) => onChange({ state })}
      />
      <Input
        allowClear
        className="search"
        maxLength={MAX_LINE_CHARS}
        placeholder={t('feedback.search')}
        value={filters.text}
        data-testid="feedback-search"
        onChange={(event) => onChange({ text: event.target.value })}
      />
      <Select
        className="filter-select"
        aria-label={t('feedback.subjectLabel')}
        value={filters.subject}
        options={[
          { ...all, label: t('feedback.anySubject') },
          ...SUBJECTS.map((value) => ({ value, label: t(`feedback.subject.${value}`) })),
        ]}
        onChange={(subject: string) => onChange({ subject })}
        {...testId('feedback-filter-subject')}
      />
      <Select
        className="filter-select"
        aria-label={t('feedback.sourceLabel')}
        value={filters.source}
        options={[
          { ...all, label: t('feedback.anySource') },
          ...SOURCES.map((value) => ({ value, label: t(`feedback.source.${value}`) })),
        ]}
        onChange={(source: string) => onChange({ source })}
      />
      <Button
        type={filters.isBreached ? 'primary' : 'default'}
        aria-pressed={filters.isBreached}
        data-testid="feedback-breached"
        onClick={() => onChange({ isBreached: !filters.isBreached })}
      >
        {t('feedback.onlyBreached')}
      </Button>
    </>
  );
}

function Exports({ filters }: { readonly filters: FeedbackFilters }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  if (!usePermission('archive.export')) return null;
  const search = toSearch(filters);
  search.set('language', language);
  return (['xlsx', 'csv'] as const).map((format) => {
    search.set('format', format);
    return (
      <Button
        key={format}
        icon={<DownloadOutlined />}
        href={`/api/v1/feedback/export?${search.toString()}`}
        data-testid={`feedback-export-${format}`}
      >
        {t('feedback.export', { format: format.toUpperCase() })}
      </Button>
    );
  });
}

function FeedbackCard({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { id, number, content, place, handler, receivedAtMs, stage, clocks } = feedback;
  const isOver = stage === 'filed' || stage === 'voided';
  const isBreached = clocks.some(({ breachedAtMs }) => breachedAtMs !== null);
  return (
    <Link
      to={`/duty/feedback/${id}`}
      className={`row-card ${isOver ? 'is-ended' : isBreached ? 'edge-urgent' : ''}`}
      data-testid={`feedback-${number}`}
    >
      <div className="row-card-head">
        <span className="figures hint">{number}</span>
        <FeedbackTags feedback={feedback} />
        <NextClock feedback={feedback} />
      </div>
      <b className="prewrap">{content}</b>
      <div className="hint">
        {[place, format.dateTime(receivedAtMs), t('feedback.byHandler', { name: toName(handler) })]
          .filter((part) => part !== '')
          .join(' · ')}
      </div>
    </Link>
  );
}

export function FeedbackTags({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const { stage, source, subject, complaint, isLateEntry } = feedback;
  return (
    <>
      <span className="tag" data-testid="feedback-stage" data-stage={stage}>
        {t(`feedback.stage.${stage}`)}
      </span>
      <span className="tag">{t(`feedback.subject.${subject}`)}</span>
      <span className="tag">{t(`feedback.source.${source}`)}</span>
      {complaint !== null && <span className="tag priority-urgent">{t('feedback.isComplaint')}</span>}
      {isLateEntry && <span className="tag">{t('feedback.late')}</span>}
    </>
  );
}
