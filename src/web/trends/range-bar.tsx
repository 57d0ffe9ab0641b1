/** Which stretch of time is on show: lengths that end now, own times, steps to the side, zoom and the way back. */
import ArrowLeftOutlined from '@ant-design/icons/ArrowLeftOutlined';
import LeftOutlined from '@ant-design/icons/LeftOutlined';
import RightOutlined from '@ant-design/icons/RightOutlined';
import ZoomInOutlined from '@ant-design/icons/ZoomInOutlined';
import ZoomOutOutlined from '@ant-design/icons/ZoomOutOutlined';
import { Button, Segmented } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testId } from '../shared/test-id.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { OwnRange } from './own-range.tsx';
import type { SiteTime } from './site-time.ts';
import { LAST_RANGE_IDS, type LastRange, type TrendRange } from './trend-address.ts';
import { moveBy, type Window, zoomAround } from './window.ts';

interface RangeBarProps {
  readonly range: TrendRange;
  readonly window: Window;
  readonly time: SiteTime;
  /** Around which the buttons zoom, UTC ms; null = the middle. */
  readonly cursorMs: number | null;
  /** null = there is nothing to go back to. */
  readonly onBack: (() => void) | null;
  readonly onRange: (range: TrendRange) => void;
  readonly onWindow: (window: Window) => void;
}

/** Of what is on show. */
const STEP = 0.5;
const ZOOM = 0.5;

export function RangeBar(props: RangeBarProps) {
  const { t } = useTranslation();
  const { range, window, time, onBack, onRange, onWindow } = props;
  const [isOwn, setOwn] = useState(false);
  const isPhone = useIsPhone();
  // A zoom must not push the picture off a phone: there the fields wait until somebody asks for them.
  const hasFields = isOwn || (range.type === 'between' && !isPhone);
  const last = range.type === 'last' ? range.id : '';
  const middle = props.cursorMs ?? (window.fromMs + window.toMs) / 2;
  const choose = (value: LastRange | 'own' | ''): void => {
    setOwn(value === 'own');
    if (value !== 'own' && value !== '') onRange({ type: 'last', id: value });
  };
  return (
    <>
      <Segmented<LastRange | 'own' | ''>
        data-testid="trend-ranges"
        value={hasFields ? 'own' : last}
        options={[...LAST_RANGE_IDS, 'own' as const].map((value) => ({
          value,
          label: t(`trends.range.${value}`),
        }))}
        onChange={choose}
      />
      <span className="trend-moves">
        <Move id="back" label={t('trends.zoomBack')} icon={<ArrowLeftOutlined />} onClick={onBack} />
        <Move
          id="earlier"
          label={t('trends.earlier')}
          icon={<LeftOutlined />}
          onClick={() => onWindow(moveBy(window, -STEP))}
        />
        <Move
          id="later"
          label={t('trends.later')}
          icon={<RightOutlined />}
          onClick={range.type === 'last' ? null : () => onWindow(moveBy(window, STEP))}
        />
        <Move
          id="zoom-in"
          label={t('trends.zoomIn')}
          icon={<ZoomInOutlined />}
          onClick={() => onWindow(zoomAround(window, middle, ZOOM))}
        />
        <Move
          id="zoom-out"
          label={t('trends.zoomOut')}
          icon={<ZoomOutOutlined />}
          onClick={() => onWindow(zoomAround(window, middle, 1 / ZOOM))}
        />
      </span>
      {hasFields && (
        <OwnRange
          key={range.type === 'between' ? `${range.fromMs}-${range.toMs}` : 'now'}
          window={window}
          time={time}
          onRange={(next) => {
            setOwn(false);
            onRange(next);
          }}
        />
      )}
    </>
  );
}

interface MoveProps {
  readonly id: string;
  readonly label: string;
  readonly icon: ReactNode;
  /** null = not possible now. */
  readonly onClick: (() => void) | null;
}

function Move({ id, label, icon, onClick }: MoveProps) {
  return (
    <Button
      icon={icon}
      aria-label={label}
      title={label}
      disabled={onClick === null}
      {...testId(`trend-${id}`)}
      onClick={() => onClick?.()}
    />
  );
}
