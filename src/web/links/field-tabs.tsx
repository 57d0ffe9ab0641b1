/** Title of the pages on communication, and the way from one to the other. */
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

type FieldPage = 'links' | 'quality';

export function FieldTabs({ page }: { readonly page: FieldPage }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <>
      <h1>{t('communication.title')}</h1>
      <Segmented<FieldPage>
        data-testid="field-tabs"
        value={page}
        options={(['links', 'quality'] as const).map((value) => ({
          value,
          label: t(`communication.${value}`),
        }))}
        onChange={(value) => void navigate(`/${value}`)}
      />
    </>
  );
}
