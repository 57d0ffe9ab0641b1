/** What lives at one address of a map: points by name, or why it is read although nobody uses it. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '../shared/use-format.ts';
import { type AddressMap, type AddressRun, findRun } from './address-map.ts';
import { toPointPath, toRangeText } from './plan-words.ts';
import { usePointName } from './use-names.ts';

interface AddressFactsProps {
  readonly map: AddressMap;
  /** null = none is chosen. */
  readonly address: number | null;
}

export function AddressFacts({ map, address }: AddressFactsProps) {
  const { t } = useTranslation();
  if (address === null) return <div className="address-facts" />;
  const run = findRun(map.runs, address);
  const range = run === undefined ? String(address) : toRangeText(run.first, run.count);
  return (
    <div className="address-facts" aria-live="polite" data-testid={`facts-${map.id}`}>
      <b className="figures">{t('plan.address', { address: range })}</b>
      <span className="hint figures">
        {t('plan.addressHex', { hex: (run?.first ?? address).toString(16).toUpperCase().padStart(4, '0') })}
      </span>
      {run === undefined ? <p className="hint">{t('plan.notAsked')}</p> : <RunFacts run={run} />}
    </div>
  );
}

function RunFacts({ run }: { readonly run: AddressRun }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toPointName = usePointName();
  const { use, points, isScale, exceptionCode, exceptionText } = run;
  return (
    <>
      <p>
        <i className={`use-${use}`} aria-hidden /> {t(`plan.use.${use}`)}
      </p>
      {exceptionCode !== null && (
        <p className="attention">
          {t('plan.exception', {
            code: exceptionCode,
            text: exceptionText === null ? '' : format.text(exceptionText),
          })}
        </p>
      )}
      <ul className="plain-list">
        {points.map((point) => (
          <li key={point}>
            <Link className="quiet-link" to={toPointPath(point)}>
              {toPointName(point)}
            </Link>
          </li>
        ))}
      </ul>
      {isScale && <p className="hint">{t('plan.scale')}</p>}
      {points.length === 0 && !isScale && use === 'along' && <p className="hint">{t('plan.noPoint')}</p>}
    </>
  );
}
