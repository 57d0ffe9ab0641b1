/** Last step of writing: waiting, then what came of it. Offers to try again only where certainly nothing was changed. */
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PointDefinition } from '../api/types.ts';
import type { Asked, WriteAnswer } from './write-answer.ts';
import { Outcome } from './write-outcome.tsx';
import { Waiting } from './write-waiting.tsx';

interface WriteResultProps {
  readonly point: PointDefinition;
  readonly asked: Asked;
  /** null = none yet. */
  readonly answer: WriteAnswer | null;
  readonly onClose?: () => void;
  /** Back to the form; only offered where nothing was changed. */
  readonly onChange?: () => void;
}

export function WriteResult({ point, asked, answer, onClose, onChange }: WriteResultProps) {
  const { t } = useTranslation();
  const isWithoutEffect =
    answer?.type === 'refused' || (answer?.type === 'row' && answer.row.state === 'failed');
  return (
    <div role="status" data-testid="write-result" data-state={toStateName(answer)}>
      {answer === null ? (
        <Waiting text={t('writing.sending')} />
      ) : (
        <Outcome point={point} asked={asked} answer={answer} />
      )}
      {onClose !== undefined && (
        <div className="dialog-actions">
          {isWithoutEffect && onChange !== undefined && (
            <Button data-testid="write-change" onClick={onChange}>
              {t('writing.change')}
            </Button>
          )}
          <Button type="primary" autoFocus data-testid="write-close" onClick={onClose}>
            {t('writing.close')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Stable name for tests: the state of the record, `refused`, `lost` or `sending`. */
function toStateName(answer: WriteAnswer | null): string {
  if (answer === null) return 'sending';
  return answer.type === 'row' ? answer.row.state : answer.type;
}
