/** What stands in for content that is not there: loading, or the reason why it could not be read. */
import { Alert, Button, Spin } from 'antd';
import { useTranslation } from 'react-i18next';
import { useErrorText } from './use-error-text.ts';

interface QueryStateProps {
  readonly error: Error | null;
  readonly onRetry: () => void;
}

/** Spinner while `error` is null, else the error with a button to try again. */
export function QueryState({ error, onRetry }: QueryStateProps) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  if (error === null) return <Spin className="page-spinner" size="large" description={t('common.loading')} />;
  return (
    <Alert
      type="error"
      showIcon
      title={t('common.loadFailed')}
      description={toErrorText(error)}
      action={<Button onClick={onRetry}>{t('common.retry')}</Button>}
    />
  );
}
