/** Health of the links: those that are not well in full, the others counted and named on demand. */
import CheckCircleOutlined from '@ant-design/icons/CheckCircleOutlined';
import DownOutlined from '@ant-design/icons/DownOutlined';
import UpOutlined from '@ant-design/icons/UpOutlined';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLinks } from '../api/queries.ts';
import { LinkChip } from '../shared/link-chip.tsx';

/** So few that all are named anyway. */
const MAX_UNFOLDED = 2;

export function LinkStrip() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const links = useLinks().data?.items;
  if (links === undefined) return null;
  const well = links.filter((link) => link.state === 'online');
  const canFold = well.length > MAX_UNFOLDED;
  return (
    <section className="link-strip" aria-label={t('overview.links')}>
      <span className="hint link-strip-title">{t('overview.links')}</span>
      {links
        .filter((link) => link.state !== 'online')
        .map((link) => (
          <LinkChip key={link.link} link={link} />
        ))}
      {canFold && (
        <button
          type="button"
          className="link-chip link-online link-fold"
          aria-expanded={isOpen}
          data-testid="links-fold"
          onClick={() => setOpen(!isOpen)}
        >
          <CheckCircleOutlined />
          <b>{t('overview.linksWell', { count: well.length })}</b>
          {isOpen ? <UpOutlined /> : <DownOutlined />}
        </button>
      )}
      {(!canFold || isOpen) && well.map((link) => <LinkChip key={link.link} link={link} />)}
    </section>
  );
}
