/** Title of the pages on duty and service, and the way from one to the other. */
import { Segmented } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

const ADDRESSES = {
  roster: '/duty',
  who: '/duty/who',
  handover: '/duty/handover',
  staff: '/duty/staff',
  policy: '/duty/policy',
  incidents: '/incidents',
  feedback: '/duty/feedback',
  drills: '/duty/drills',
  paper: '/duty/paper',
} as const;
export type DutyPage = keyof typeof ADDRESSES;

export function DutyTabs({ page }: { readonly page: DutyPage }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const strip = useRef<HTMLDivElement>(null);
  // On a phone the strip is longer than the window: the page on show must not be the one out of sight.
  useEffect(() => {
    strip.current
      ?.querySelector('.ant-segmented-item-selected')
      ?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, []);
  return (
    <div className="toolbar">
      <h1>{t('dutyPages.title')}</h1>
      <div className="tab-scroll" ref={strip}>
        <Segmented<DutyPage>
          data-testid="duty-tabs"
          value={page}
          options={(Object.keys(ADDRESSES) as DutyPage[]).map((value) => ({
            value,
            label: t(`dutyPages.${value}`),
          }))}
          onChange={(value) => void navigate(ADDRESSES[value])}
        />
      </div>
    </div>
  );
}
