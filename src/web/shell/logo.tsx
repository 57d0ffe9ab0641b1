/** The product's mark and name. */
import { useTranslation } from 'react-i18next';

export function Logo() {
  const { t } = useTranslation();
  return (
    <span className="logo">
      <img src="/icon.svg" alt="" width={28} height={28} />
      <b>{t('common.product')}</b>
    </span>
  );
}
