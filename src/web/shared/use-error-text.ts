/** The reason of a failed request in the chosen language: the gateway's own words where it gave some. */
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/client.ts';
import { useSettings } from '../settings.ts';

export function useErrorText(): (error: Error) => string {
  const { t } = useTranslation();
  const { language } = useSettings();
  return (error) => {
    if (!(error instanceof ProblemError)) return t('common.networkFailed');
    return error.text?.[language] ?? t('common.badAnswer', { status: error.status });
  };
}
