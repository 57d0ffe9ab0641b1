/** 服务标准: the version in force, those before it and those that wait, what differs, and the way to the next. */
import { Button, Card, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../api/queries.ts';
import type { PolicyVersion } from '../api/types.ts';
import { DutyTabs } from '../roster/duty-tabs.tsx';
import { useStaffName } from '../roster/staff-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { PolicyDifferences } from './policy-differences.tsx';
import { usePolicyInForce, usePolicyVersion, usePolicyVersions, useReviewPolicy } from './policy-queries.ts';
import { ProposalForm } from './proposal-form.tsx';

/** core/limits.ts `textChars`. */
const MAX_TEXT_CHARS = 4_000;

export function PolicyPage() {
  const { t } = useTranslation();
  const canEdit = usePermission('policy.edit');
  const inForce = usePolicyInForce();
  const versions = usePolicyVersions();
  const [isProposing, setProposing] = useState(false);
  if (inForce.data === undefined)
    return (
      <>
        <DutyTabs page="policy" />
        <QueryState error={inForce.error} onRetry={() => void inForce.refetch()} />
      </>
    );
  const current = inForce.data;
  return (
    <>
      <DutyTabs page="policy" />
      <div className="ticket">
        <Card
          size="small"
          title={t('policy.inForce')}
          extra={
            canEdit &&
            !isProposing && (
              <Button type="primary" data-testid="policy-propose" onClick={() => setProposing(true)}>
                {t('policy.propose')}
              </Button>
            )
          }
        >
          <VersionLine version={current} />
          <TextButton version={current} />
        </Card>
        {isProposing && <ProposalForm text={current.text ?? ''} onDone={() => setProposing(false)} />}
        <Card size="small" title={t('policy.versions')}>
          {versions.data === undefined ? (
            <QueryState error={versions.error} onRetry={() => void versions.refetch()} />
          ) : (
            versions.data.items.map((version) => (
              <VersionCard key={version.version} version={version} inForce={current.version} />
            ))
          )}
        </Card>
      </div>
    </>
  );
}

function VersionLine({ version }: { readonly version: PolicyVersion }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useStaffName();
  return (
    <div className="row-card-head">
      <span className={`tag change-state-${version.state}`} data-state={version.state}>
        {t(`policy.state.${version.state}`)}
      </span>
      <b>{format.text(version.name)}</b>
      <span className="figures hint">{version.version.slice(0, 12)}</span>
      <span className="hint">
        {t('policy.by', { name: toName(version.by), time: format.dateTime(version.atMs) })}
      </span>
      {version.reviewedBy !== null && version.reviewedAtMs !== null && (
        <span className="hint">
          →{' '}
          {t('policy.by', { name: toName(version.reviewedBy), time: format.dateTime(version.reviewedAtMs) })}
        </span>
      )}
    </div>
  );
}

function TextButton({ version }: { readonly version: PolicyVersion }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const whole = usePolicyVersion(version.version, isOpen);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('policy.show')}
      </Button>
      <Modal
        open={isOpen}
        width={880}
        footer={null}
        title={version.version.slice(0, 12)}
        onCancel={() => setOpen(false)}
      >
        {whole.data === undefined ? (
          <QueryState error={whole.error} onRetry={() => void whole.refetch()} />
        ) : (
          <pre className="policy-text">{whole.data.text}</pre>
        )}
      </Modal>
    </>
  );
}

function VersionCard({ version, inForce }: { readonly version: PolicyVersion; readonly inForce: string }) {
  const { t } = useTranslation();
  const [isCompared, setCompared] = useState(version.state === 'proposed');
  const isCurrent = version.version === inForce;
  // What the gateway writes down of a file itself.
  const toReason = ({ origin, reason }: PolicyVersion): string =>
    origin === 'file' && reason.startsWith('file ')
      ? t('policy.fromFile', { file: reason.slice('file '.length) })
      : reason;
  return (
    <article className="change-card" data-testid={`policy-${version.version.slice(0, 12)}`}>
      <VersionLine version={version} />
      {version.reason !== '' && <p className="prewrap">{toReason(version)}</p>}
      {version.reviewNote !== '' && <p className="hint prewrap">{version.reviewNote}</p>}
      <div className="action-buttons">
        {isCurrent ? <span className="tag clock-met">{t('policy.inForce')}</span> : null}
        {!isCurrent && !isCompared && (
          <Button size="small" onClick={() => setCompared(true)}>
            {t('policy.compare')}
          </Button>
        )}
        <TextButton version={version} />
      </div>
      {isCompared && !isCurrent && <PolicyDifferences from={inForce} to={version.version} />}
      {version.state === 'proposed' && <Review version={version} inForce={inForce} />}
    </article>
  );
}

/** Nobody approves what he proposed himself: the gateway says so too. */
function Review({ version, inForce }: { readonly version: PolicyVersion; readonly inForce: string }) {
  const { t } = useTranslation();
  const username = useSession().data?.username;
  const canApprove = usePermission('policy.approve');
  const review = useReviewPolicy();
  const [note, setNote] = useState('');
  const isOwn = version.by === username;
  const decide = (name: 'approve' | 'refuse' | 'withdraw'): void =>
    review.mutate({
      version: version.version,
      review: name,
      body: { note, ...(name === 'approve' && { comparedWith: inForce }) },
    });
  if (!isOwn && !canApprove) return null;
  return (
    <div className="review">
      <Input.TextArea
        className="gap-below"
        autoSize={{ minRows: 1 }}
        maxLength={MAX_TEXT_CHARS}
        value={note}
        placeholder={t('policy.notes')}
        data-testid="policy-note"
        onChange={(event) => setNote(event.target.value)}
      />
      <div className="action-buttons">
        {!isOwn && canApprove && (
          <>
            <Button
              type="primary"
              loading={review.isPending}
              data-testid="policy-approve"
              onClick={() => decide('approve')}
            >
              {t('policy.approve')}
            </Button>
            <Button
              danger
              loading={review.isPending}
              data-testid="policy-refuse"
              onClick={() => decide('refuse')}
            >
              {t('policy.refuse')}
            </Button>
          </>
        )}
        {isOwn && (
          <Button loading={review.isPending} data-testid="policy-withdraw" onClick={() => decide('withdraw')}>
            {t('policy.withdraw')}
          </Button>
        )}
      </div>
    </div>
  );
}
