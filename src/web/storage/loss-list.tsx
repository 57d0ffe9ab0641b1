/** Losses on record, newest first: kind, count, time of the readings, and whether somebody has taken note. */
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/use-format.ts';
import type { StorageView } from './storage-queries.ts';
import { toCountText, toLossCount } from './storage-words.ts';

type Loss = StorageView['losses'][number];

/** Rows shown; all of them are in `GET /storage`. */
const SHOWN = 20;

export function LossList({ losses }: { readonly losses: readonly Loss[] }) {
  const { t } = useTranslation();
  if (losses.length === 0) return null;
  const shown = losses.slice(0, SHOWN);
  return (
    <section className="panel store" data-testid="loss-list">
      <h2>{t('storage.lossList')}</h2>
      <div className="loss-scroll">
        <table className="loss-table">
          <thead>
            <tr>
              <th>{t('storage.lossKind')}</th>
              <th>{t('storage.lossCount')}</th>
              <th>{t('storage.lossTime')}</th>
              <th>{t('storage.lossNoticed')}</th>
              <th>{t('storage.lossInSink')}</th>
              <th>{t('storage.lossState')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((loss) => (
              <LossRow key={loss.id} loss={loss} />
            ))}
          </tbody>
        </table>
      </div>
      {losses.length > SHOWN && (
        <p className="hint">
          {t('storage.lossMore', { count: toCountText(losses.length), shown: toCountText(SHOWN) })}
        </p>
      )}
    </section>
  );
}

function LossRow({ loss }: { readonly loss: Loss }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { kind, fromMs, toMs, noticedMs, isConfirmed, isSeen } = loss;
  const inSink = isConfirmed === null ? 'Unknown' : isConfirmed ? 'Yes' : 'No';
  return (
    <tr data-kind={kind}>
      <td>{t(`storage.lossKinds.${kind}`)}</td>
      <td className="figures">{toLossCount(loss, t)}</td>
      <td className="figures">
        {fromMs === null || toMs === null
          ? t('storage.lossRangeUnknown')
          : `${format.dateTime(fromMs)} – ${format.dateTime(toMs)}`}
      </td>
      <td className="figures">{format.dateTime(noticedMs)}</td>
      <td>{t(`storage.lossInSink${inSink}`)}</td>
      <td>{isSeen ? t('storage.lossSeen') : <span className="attention">{t('storage.lossNew')}</span>}</td>
    </tr>
  );
}
