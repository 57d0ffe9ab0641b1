/** The next version as text: checked with every problem by its line, then left for somebody else to approve. */
import { Alert, App, Button, Card, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemList } from '../shared/problem-list.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { DifferenceTable, HeldSteps } from './policy-differences.tsx';
import { usePolicyCheck, useProposePolicy } from './policy-queries.ts';

/** core/limits.ts `textChars`. */
const MAX_TEXT_CHARS = 4_000;

interface ProposalFormProps {
  /** Where it begins: the version in force. */
  readonly text: string;
  readonly onDone: () => void;
}

export function ProposalForm({ text: start, onDone }: ProposalFormProps) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const { message } = App.useApp();
  const [text, setText] = useState(start);
  const [reason, setReason] = useState('');
  const check = usePolicyCheck();
  const propose = useProposePolicy();
  const error = propose.error ?? check.error;
  const send = (): void =>
    propose.mutate(
      { text, reason: reason.trim() },
      {
        onSuccess: () => {
          void message.success(t('policy.submitted'));
          onDone();
        },
      },
    );
  return (
    <Card size="small" title={t('policy.propose')} data-testid="policy-proposal">
      <p className="hint">{t('policy.proposeHelp')}</p>
      <NumberedText value={text} onChange={setText} />
      <Input
        className="gap-below"
        maxLength={MAX_TEXT_CHARS}
        value={reason}
        placeholder={t('policy.reason')}
        data-testid="policy-reason"
        onChange={(event) => setReason(event.target.value)}
      />
      {error !== null && (
        <Alert
          className="gap-below"
          type="error"
          showIcon
          title={toErrorText(error)}
          description={<ProblemList error={error} />}
          data-testid="policy-problems"
        />
      )}
      {check.isSuccess && error === null && (
        <Alert
          className="gap-below"
          type="success"
          showIcon
          title={t('policy.sound')}
          description={
            <>
              <HeldSteps held={check.data.held} />
              <DifferenceTable differences={check.data.differences} />
            </>
          }
        />
      )}
      <div className="action-buttons">
        <Button loading={check.isPending} data-testid="policy-check" onClick={() => check.mutate(text)}>
          {t('policy.check')}
        </Button>
        <Button
          type="primary"
          loading={propose.isPending}
          disabled={text === start || reason.trim() === ''}
          data-testid="policy-submit"
          onClick={send}
        >
          {t('policy.submit')}
        </Button>
        <Button onClick={onDone}>{t('common.cancel')}</Button>
      </div>
    </Card>
  );
}

/** With line numbers, because problems name lines. */
function NumberedText({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  const lines = value.split('\n').length;
  return (
    <div className="numbered-text">
      <pre aria-hidden="true">{Array.from({ length: lines }, (_, at) => at + 1).join('\n')}</pre>
      <textarea
        spellCheck={false}
        rows={lines + 1}
        value={value}
        data-testid="policy-text"
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
