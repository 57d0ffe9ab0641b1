/** One link: state, figures, counters, exceptions by code, then its poll plan. */
import ArrowLeftOutlined from '@ant-design/icons/ArrowLeftOutlined';
import { Button, Result } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { ProblemError } from '../api/client.ts';
import type { LinkStatus } from '../api/types.ts';
import { type LinkQuality, useQualitySummary } from '../quality/quality-queries.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { LinkCounters, LinkExceptions, ListenerCounters } from './link-counters.tsx';
import { Busy, GoodPoints, Latency, Reached } from './link-figures.tsx';
import { useLink } from './link-queries.ts';
import { LinkReason, LinkState } from './link-state.tsx';
import { LinkWay } from './link-way.tsx';
import { PlanSection } from './plan-section.tsx';

export function LinkPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const query = useLink(id);
  const quality = useQualitySummary().data?.links.find(({ link }) => link === id) ?? null;
  const { data: link, error } = query;
  if (error instanceof ProblemError && error.status === 404)
    return <Result status="404" title={t('links.notFound')} />;
  if (link === undefined) return <QueryState error={error} onRetry={() => void query.refetch()} />;
  return (
    <div className="link-page" data-testid="link-page">
      {error !== null && <QueryState error={error} onRetry={() => void query.refetch()} />}
      <Header link={link} />
      <Figures link={link} quality={quality} />
      <div className="link-columns">
        <LinkCounters link={link} />
        <div className="link-column">
          <LinkExceptions link={link} />
          <ListenerCounters link={link} />
        </div>
      </div>
      <PlanSection key={id} id={id} />
    </div>
  );
}

function Header({ link }: { readonly link: LinkStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  return (
    <header className="equipment-header">
      <div className="row-card-head">
        <Button
          type="text"
          icon={<ArrowLeftOutlined />}
          aria-label={t('common.back')}
          onClick={() => void navigate('/links')}
        />
        <h1>{format.text(link.name)}</h1>
        <span className="hint link-protocol">{link.protocol}</span>
        <LinkState link={link} />
      </div>
      <LinkWay link={link} />
      <LinkReason link={link} />
    </header>
  );
}

interface FiguresProps {
  readonly link: LinkStatus;
  readonly quality: LinkQuality | null;
}

function Figures({ link, quality }: FiguresProps) {
  const { t } = useTranslation();
  return (
    <div className="link-figures">
      <Figure label={t('links.points')}>
        <GoodPoints quality={quality} />{' '}
        <Link className="quiet-link" to={`/quality?link=${link.link}`} data-testid="link-quality">
          {t('links.toQuality')}
        </Link>
      </Figure>
      <Figure label={t('links.busy')}>
        <Busy link={link} />
      </Figure>
      {link.load !== null && (
        <>
          <Figure label={t('links.reached')}>
            <Reached link={link} />
          </Figure>
          <Figure label={t('links.latency')}>
            <Latency link={link} />
          </Figure>
        </>
      )}
    </div>
  );
}

function Figure({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="panel link-figure">
      <span className="hint">{label}</span>
      <div>{children}</div>
    </div>
  );
}
