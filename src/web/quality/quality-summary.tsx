/** How many points are good, of the site and of each link; choosing a link shows its points alone. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPercentText } from '../links/figures.ts';
import { useFormat } from '../shared/use-format.ts';
import type { LinkQuality, QualitySummary } from './quality-queries.ts';
import { sortLinks, type Tally } from './quality-words.ts';

interface QualitySummaryProps {
  readonly summary: QualitySummary;
  /** Id of the link on show; null = all. */
  readonly link: string | null;
  readonly onLink: (link: string | null) => void;
}

/** The worst; the others are one tap away. */
const FIRST_LINKS = 8;

export function QualitySummaryPanel({ summary, link, onLink }: QualitySummaryProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const links = sortLinks(summary.links);
  const shown = isOpen ? links : links.slice(0, FIRST_LINKS);
  return (
    <section className="quality-summary" data-testid="quality-summary">
      <SiteFigures tally={summary} />
      <div className="panel quality-links">
        <h3>{t('dataQuality.byLink')}</h3>
        <ul className="plain-list">
          {shown.map((one) => (
            <LinkLine key={one.link} quality={one} isShown={one.link === link} onLink={onLink} />
          ))}
        </ul>
        {links.length > FIRST_LINKS && !isOpen && (
          <Button type="link" onClick={() => setOpen(true)}>
            {t('dataQuality.showLinks', { count: links.length })}
          </Button>
        )}
      </div>
    </section>
  );
}

function SiteFigures({ tally }: { readonly tally: Tally }) {
  const { t } = useTranslation();
  const { points, good, uncertain, bad, neverGood, coverageRatio } = tally;
  const figures = [
    ['points', points, ''],
    ['good', good, ''],
    ['uncertain', uncertain, 'quality-uncertain'],
    ['bad', bad, 'quality-bad'],
    ['neverGood', neverGood, 'quality-bad'],
  ] as const;
  return (
    <div className="panel quality-site">
      <QualityBar tally={tally} />
      <dl>
        {figures.map(([name, count, tone]) => (
          <div key={name} data-testid={`quality-${name}`}>
            <dt>{t(`dataQuality.${name}`)}</dt>
            <dd className={`figures ${count > 0 ? tone : ''}`}>{count}</dd>
          </div>
        ))}
        <div title={t('dataQuality.coverageHelp')} data-testid="quality-coverage">
          <dt>{t('dataQuality.coverage')}</dt>
          <dd className={`figures ${coverageRatio !== null && coverageRatio < 1 ? 'quality-bad' : ''}`}>
            {coverageRatio === null ? t('common.none') : toPercentText(coverageRatio)}
          </dd>
        </div>
      </dl>
    </div>
  );
}

interface LinkLineProps {
  readonly quality: LinkQuality;
  readonly isShown: boolean;
  readonly onLink: (link: string | null) => void;
}

function LinkLine({ quality, isShown, onLink }: LinkLineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { link, name, good, points, uncertain, bad, neverGood } = quality;
  const parts = [
    ['uncertain', uncertain],
    ['bad', bad],
    ['neverGood', neverGood],
  ] as const;
  const shown = parts.filter(([, count]) => count > 0);
  return (
    <li>
      <button
        type="button"
        className="quality-link-line"
        aria-pressed={isShown}
        data-testid={`quality-link-${link}`}
        onClick={() => onLink(isShown ? null : link)}
      >
        <span className="quality-link-name">{format.text(name)}</span>
        <QualityBar tally={quality} />
        <span className="figures">{t('links.goodOf', { good, points })}</span>
        <span className="quality-link-trouble">
          {shown.map(([part, count]) => `${t(`dataQuality.${part}`)} ${count}`).join(' · ')}
        </span>
      </button>
    </li>
  );
}

/** Good, uncertain and bad in proportion; the figures beside it say the same. */
function QualityBar({ tally: { good, uncertain, bad } }: { readonly tally: Tally }) {
  return (
    <span className="quality-bar" aria-hidden>
      <i className="bar-good" style={{ flexGrow: good }} />
      <i className="bar-uncertain" style={{ flexGrow: uncertain }} />
      <i className="bar-bad" style={{ flexGrow: bad }} />
    </span>
  );
}
