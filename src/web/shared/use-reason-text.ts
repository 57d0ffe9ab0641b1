/** Why a link is not online, in the reader's language. */
import { useTranslation } from 'react-i18next';
import type { LinkStatus } from '../api/types.ts';
import { useFormat } from './use-format.ts';

/** null = there is no reason. */
export function useReasonText(): (link: Pick<LinkStatus, 'causes'>) => string | null {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ causes }) =>
    causes.length === 0 ? null : causes.map(({ text }) => format.text(text)).join(t('links.causeJoint'));
}
