/** The changes of one rule, newest first: what, who, why, the trial over history, and the review. */
import { Alert, Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NoteDialog } from '../alarms/note-dialog.tsx';
import { useSession } from '../api/queries.ts';
import type { Rule, RuleChange } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { BacktestPanel } from './backtest-panel.tsx';
import { toOverrideLines } from './change-words.ts';
import { ReviewButton, type ReviewDialogProps } from './review-button.tsx';
import { useChangesOfRule, useReview } from './rule-queries.ts';
import { useFieldText } from './use-field-text.ts';

export function ChangeList({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const query = useChangesOfRule(rule.equipment, rule.rule);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items, total } = query.data;
  if (items.length === 0) return <p className="hint">{t('rules.noChanges')}</p>;
  return (
    <>
      {items.map((change) => (
        <ChangeCard key={change.id} rule={rule} change={change} />
      ))}
      {total > items.length && (
        <p className="attention">{t('common.more', { count: total - items.length })}</p>
      )}
    </>
  );
}

function ChangeCard({ rule, change }: { readonly rule: Rule; readonly change: RuleChange }) {
  const { t } = useTranslation();
  const toText = useFieldText(rule);
  const isOpen = change.state === 'proposed';
  return (
    <article
      className={`change-card change-${change.state}`}
      data-testid={`change-${change.id}`}
      data-state={change.state}
    >
      <div className="row-card-head">
        <span className={`tag change-state-${change.state}`}>{t(`ruleChangeState.${change.state}`)}</span>
        <People change={change} />
        <span className="spread" />
        {isOpen && <ReviewActions change={change} />}
      </div>
      <ul className="plain-list">
        {toOverrideLines(t, rule, change.override, toText).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p className="prewrap">{change.reason}</p>
      {change.reviewNote !== '' && <p className="hint prewrap">{change.reviewNote}</p>}
      <Approvals change={change} />
      {change.problems.length > 0 && (
        <Alert
          type="error"
          showIcon
          title={t('ruleChange.notInForce')}
          description={change.problems.map(({ path, expected, found }) => (
            <div key={`${path} ${expected}`}>{t('ruleChange.problem', { path, expected, found })}</div>
          ))}
        />
      )}
      {(isOpen || change.backtest !== null) && <BacktestPanel change={change} />}
    </article>
  );
}

function People({ change }: { readonly change: RuleChange }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { by, atMs, reviewedBy, reviewedAtMs } = change;
  const parts = [
    t('ruleChange.by', { by: toName(by), time: format.dateTime(atMs) }),
    ...(reviewedBy === null || reviewedAtMs === null
      ? []
      : [t('ruleChange.reviewed', { by: toName(reviewedBy), time: format.dateTime(reviewedAtMs) })]),
  ];
  return <span className="hint">{parts.join(' · ')}</span>;
}

function Approvals({ change }: { readonly change: RuleChange }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { approvals, needsApprovals, state } = change;
  return (
    <>
      {state === 'proposed' && needsApprovals > 1 && (
        <p className="attention">{t('ruleChange.second', { count: approvals.length })}</p>
      )}
      {approvals.map(({ by, atMs, note, isUntested }) => (
        <p key={by} className="hint">
          {t('ruleChange.approved', { by: toName(by), time: format.dateTime(atMs) })}
          {isUntested && ` · ${t('ruleChange.untested')}`}
          {note !== '' && ` · ${note}`}
        </p>
      ))}
    </>
  );
}

function ReviewActions({ change }: { readonly change: RuleChange }) {
  const { t } = useTranslation();
  const person = useSession().data;
  const mayApprove = usePermission('rule.approve');
  const mayEdit = usePermission('rule.edit');
  const isOwn = person?.username === change.by;
  if (isOwn)
    return (
      <>
        {mayApprove && <span className="hint">{t('ruleChange.ownChange')}</span>}
        {mayEdit && (
          <ReviewButton
            name="change-withdraw"
            text={t('ruleChange.withdraw')}
            change={change}
            dialog={WithdrawDialog}
          />
        )}
      </>
    );
  if (!mayApprove || change.approvals.some(({ by }) => by === person?.username)) return null;
  return (
    <>
      <ReviewButton
        name="change-refuse"
        text={t('ruleChange.refuse')}
        change={change}
        dialog={RefuseDialog}
      />
      <ReviewButton
        name="change-approve"
        isPrimary
        text={t('ruleChange.approve')}
        change={change}
        dialog={ApproveDialog}
      />
    </>
  );
}

function ApproveDialog({ change, onClose }: ReviewDialogProps) {
  const { t } = useTranslation();
  const [withoutBacktest, setWithout] = useState(false);
  const { mutate, isPending, error } = useReview(change, 'approve');
  const isTested = change.backtest?.verdict != null;
  return (
    <NoteDialog
      name="change-approve"
      title={t('ruleChange.approveTitle')}
      okText={t('ruleChange.approve')}
      help={change.needsApprovals > 1 ? t('ruleChange.approveSecondHelp') : t('ruleChange.approveHelp')}
      noteText={t('ruleChange.note')}
      isPending={isPending}
      error={error}
      onSubmit={(note) => mutate({ note, withoutBacktest }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {!isTested && (
        <Checkbox
          className="gap-below"
          checked={withoutBacktest}
          onChange={(event) => setWithout(event.target.checked)}
          {...testId('change-without-backtest')}
        >
          {t('ruleChange.withoutBacktest')}
        </Checkbox>
      )}
    </NoteDialog>
  );
}

function RefuseDialog(props: ReviewDialogProps) {
  return <EndDialog {...props} end="refuse" />;
}

function WithdrawDialog(props: ReviewDialogProps) {
  return <EndDialog {...props} end="withdraw" />;
}

function EndDialog({ change, end, onClose }: ReviewDialogProps & { readonly end: 'refuse' | 'withdraw' }) {
  const { t } = useTranslation();
  const { mutate, isPending, error } = useReview(change, end);
  const isRefusal = end === 'refuse';
  return (
    <NoteDialog
      name={`change-${end}`}
      title={isRefusal ? t('ruleChange.refuseTitle') : t('ruleChange.withdrawTitle')}
      okText={isRefusal ? t('ruleChange.refuse') : t('ruleChange.withdraw')}
      noteText={isRefusal ? t('ruleChange.refuseField') : t('ruleChange.note')}
      isNoteNeeded={isRefusal}
      isPending={isPending}
      error={error}
      onSubmit={(note) => mutate({ note }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
