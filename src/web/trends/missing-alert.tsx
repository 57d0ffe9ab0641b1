/** Says that the picture is not whole, and why, in the reader's language. */
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PointHistory } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';

/** Nothing while there are no reasons; what several curves lack is said once. */
export function MissingAlert({ reasons }: { readonly reasons: PointHistory['missingReasons'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (reasons.length === 0) return null;
  const texts = new Set(reasons.map(({ text }) => format.text(text)));
  return (
    <Alert
      type="warning"
      showIcon
      data-testid="trend-missing"
      title={t('trends.missing')}
      description={[...texts].join(t('trends.missingJoint'))}
    />
  );
}
