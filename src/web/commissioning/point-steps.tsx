/** The five steps of a point with their evidence: who, when, and by what. */

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDoerName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { type CommissionedPoint, STEPS, type StepName, toPhotoAddress } from './commissioning-queries.ts';
import type { PointProps } from './point-card.tsx';

export function PointSteps(props: PointProps) {
  const { t } = useTranslation();
  return (
    <ol className="commission-steps" data-testid="commission-steps">
      {STEPS.map((step) => (
        <li key={step} data-testid={`commission-step-${step}`}>
          <b>{t(`commissioning.step.${step}`)}</b>
          <div>
            <Evidence step={step} {...props} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Evidence({ step, ...props }: PointProps & { readonly step: StepName }): ReactNode {
  const { point } = props;
  switch (step) {
    case 'seen':
      return <Seen point={point} />;
    case 'value':
      return <Value {...props} />;
    case 'alarm':
      return <Alarms point={point} />;
    case 'ticket':
      return <TrialTicket point={point} />;
    case 'signed':
      return <Signed point={point} />;
    default:
      return step satisfies never;
  }
}

interface DoneProps {
  readonly by: string;
  readonly atMs: number;
}

function Done({ by, atMs }: DoneProps) {
  const format = useFormat();
  const toName = useDoerName();
  return (
    <div className="hint" data-testid="commission-done">
      {toName(by)} · {format.dateTime(atMs)}
    </div>
  );
}

function NotYet() {
  const { t } = useTranslation();
  return <span className="hint">{t('commissioning.notYet')}</span>;
}

interface OfPoint {
  readonly point: CommissionedPoint;
}

function Seen({ point: { seen } }: OfPoint) {
  const { t } = useTranslation();
  const format = useFormat();
  if (seen === null) return <NotYet />;
  return (
    <>
      {t('commissioning.firstValue', { value: format.text(seen.valueText) })}
      <Done {...seen} />
    </>
  );
}

function Value({ commission, point, definition }: PointProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { value, photos } = point;
  const toPanel = (panel: number | string): string =>
    typeof panel === 'string' || definition === undefined ? String(panel) : format.value(definition, panel);
  return (
    <>
      {value === null ? (
        <NotYet />
      ) : (
        <>
          {t('commissioning.compared', { shown: format.text(value.shownText), panel: toPanel(value.panel) })}{' '}
          {t(value.isWithin ? 'commissioning.within' : 'commissioning.differs', {
            tolerance: value.tolerance,
          })}
          {value.explanation !== '' && (
            <div className="prewrap">{t('commissioning.explained', { text: value.explanation })}</div>
          )}
          <Done {...value} />
        </>
      )}
      {photos.length > 0 && (
        <ul className="files" data-testid="commission-photos">
          {photos.map((photo) => (
            <li key={photo.id}>
              <Photo equipment={commission.equipment} photo={photo} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface PhotoProps {
  readonly equipment: string;
  readonly photo: CommissionedPoint['photos'][number];
}

function Photo({ equipment, photo }: PhotoProps) {
  const address = toPhotoAddress(equipment, photo.id);
  return (
    <a href={address} target="_blank" rel="noreferrer" className="file">
      {photo.mediaType.startsWith('image/') && <img src={address} alt={photo.name} loading="lazy" />}
      <span>
        {photo.name}
        <Done {...photo} />
      </span>
    </a>
  );
}

function Alarms({ point: { alarms, waivers } }: OfPoint) {
  const { t } = useTranslation();
  const format = useFormat();
  if (alarms.length === 0) return <span className="hint">{t('commissioning.noAlarms')}</span>;
  return (
    <>
      <ul className="commission-alarms">
        {alarms.map(({ key, text, isLifeSafety, proof }) => (
          <li key={key}>
            {format.text(text)}
            {isLifeSafety && <span className="severity-text-life-safety"> {t('severity.life-safety')}</span>}
            <div className="hint">
              {proof === null
                ? t('commissioning.notYet')
                : t('commissioning.cameAndWent', {
                    raised: format.dateTime(proof.raisedAtMs),
                    returned: format.dateTime(proof.returnedAtMs),
                  })}
            </div>
          </li>
        ))}
      </ul>
      <Waived waivers={waivers} step="alarm" />
    </>
  );
}

function TrialTicket({ point: { ticket, alarms, waivers, missing } }: OfPoint) {
  const { t } = useTranslation();
  if (ticket !== null)
    return (
      <>
        {ticket.ticket !== null && (
          <Link className="commission-link" to={`/tickets/${encodeURIComponent(ticket.ticket.id)}`}>
            {ticket.ticket.number}
          </Link>
        )}
        {ticket.note !== '' && <span className="prewrap">{ticket.note}</span>}
        <Done {...ticket} />
      </>
    );
  if (waivers.some(({ step }) => step === 'ticket')) return <Waived waivers={waivers} step="ticket" />;
  if (missing.includes('ticket')) return <NotYet />;
  return (
    <span className="hint">
      {t(alarms.length === 0 ? 'commissioning.noAlarms' : 'commissioning.noTicket')}
    </span>
  );
}

interface WaivedProps {
  readonly waivers: CommissionedPoint['waivers'];
  readonly step: 'alarm' | 'ticket';
}

function Waived({ waivers, step }: WaivedProps) {
  const { t } = useTranslation();
  return waivers
    .filter((waiver) => waiver.step === step)
    .map(({ reason, by, atMs }) => (
      <div key={step}>
        <span className="prewrap">{t('commissioning.waived', { reason })}</span>
        <Done by={by} atMs={atMs} />
      </div>
    ));
}

function Signed({ point: { signed, withdrawn } }: OfPoint) {
  const { t } = useTranslation();
  return (
    <>
      {signed === null ? (
        <NotYet />
      ) : (
        <>
          {signed.note !== '' && <span className="prewrap">{signed.note}</span>}
          <Done {...signed} />
        </>
      )}
      {signed === null && withdrawn !== null && (
        <div data-testid="commission-withdrawn">
          <span className="prewrap">{t('commissioning.withdrawn', { reason: withdrawn.reason })}</span>
          <Done {...withdrawn} />
        </div>
      )}
    </>
  );
}
