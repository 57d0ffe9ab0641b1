/** One point under test: where it stands and what it lacks; opened, its five steps with their evidence and what can be done. */
import CheckOutlined from '@ant-design/icons/CheckOutlined';
import DownOutlined from '@ant-design/icons/DownOutlined';
import UpOutlined from '@ant-design/icons/UpOutlined';
import WarningFilled from '@ant-design/icons/WarningFilled';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PointDefinition } from '../api/types.ts';
import { usePointState } from '../live/readings.ts';
import { PointValue } from '../shared/point-value.tsx';
import { useFormat } from '../shared/use-format.ts';
import { type Commission, type CommissionedPoint, STEPS, toPointName } from './commissioning-queries.ts';
import { useMissingText } from './missing-text.ts';
import { toStand } from './order.ts';
import { PointActions } from './point-actions.tsx';
import { PointSteps } from './point-steps.tsx';

export interface PointProps {
  readonly commission: Commission;
  readonly point: CommissionedPoint;
  /** undefined = not read yet, or the point is no more. */
  readonly definition: PointDefinition | undefined;
}

interface PointCardProps extends PointProps {
  readonly isOpened: boolean;
  readonly onToggle: () => void;
}

export function PointCard({ isOpened, onToggle, ...props }: PointCardProps) {
  const { t } = useTranslation();
  const { commission, point, definition } = props;
  const isOpen = commission.endedAtMs === null;
  const missing = useMissingText()(point, isOpen);
  const isSilent = point.isLifeSafety && point.signed === null;
  return (
    <article
      className={`row-card ${isSilent ? 'edge-life-safety' : ''}`}
      data-testid={`commission-point-${toPointName(commission.equipment, point)}`}
      data-state={point.state}
    >
      <PointHead point={point} />
      {definition !== undefined && (
        <div className="commission-now" data-testid="commission-now">
          <span className="hint">{t('commissioning.now')}</span> <LiveValue definition={definition} />
        </div>
      )}
      <StepMarks point={point} />
      {missing !== '' && (
        <p className="commission-missing" data-testid="commission-missing">
          {missing}
        </p>
      )}
      <Changed point={point} />
      <Button
        type={isOpened ? 'default' : 'primary'}
        ghost={!isOpened}
        icon={isOpened ? <UpOutlined /> : <DownOutlined />}
        aria-expanded={isOpened}
        data-testid="commission-toggle"
        onClick={onToggle}
      >
        {t(isOpened ? 'commissioning.fold' : 'commissioning.unfold')}
      </Button>
      {isOpened && (
        <>
          <PointSteps {...props} />
          <PointActions {...props} />
        </>
      )}
    </article>
  );
}

function PointHead({ point }: { readonly point: CommissionedPoint }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="row-card-head">
      <b>{format.text(point.name)}</b>
      {point.isLifeSafety && (
        <span className="tag severity severity-life-safety" data-testid="commission-life-safety">
          <WarningFilled /> {t('severity.life-safety')}
        </span>
      )}
      <span className={`tag ${point.state === 'signed' ? 'step-done' : ''}`} data-testid="commission-state">
        {format.text(point.stateText)}
      </span>
    </div>
  );
}

function LiveValue({ definition }: { readonly definition: PointDefinition }) {
  return <PointValue point={definition} state={usePointState(definition.id)} />;
}

/** Five words with their marks: what is done, at one look. */
function StepMarks({ point }: { readonly point: CommissionedPoint }) {
  const { t } = useTranslation();
  return (
    <ol className="step-marks">
      {STEPS.map((step) => {
        const stand = toStand(point, step);
        return (
          <li key={step} className={`step-${stand}`} data-step={step} data-stand={stand}>
            {stand === 'done' && <CheckOutlined />} {t(`commissioning.step.${step}`)}
            <span className="step-stand">{t(`commissioning.stand.${stand}`)}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Changed({ point }: { readonly point: CommissionedPoint }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (point.changed === null) return null;
  const { what, atMs, isVoid } = point.changed;
  const facets = what.map(({ text }) => format.text(text)).join(t('common.separator'));
  return (
    <p className="commission-missing" data-testid="commission-changed">
      {t(isVoid ? 'commissioning.changedVoid' : 'commissioning.changedSince', {
        what: facets,
        time: format.dateTime(atMs),
      })}
    </p>
  );
}
