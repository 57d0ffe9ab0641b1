/** From and to as somebody types them, on the clocks of the site. */
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../live/server-clock.ts';
import { parseFieldText, type SiteTime, toFieldText } from './site-time.ts';
import { MAX_RANGE_MS, MIN_RANGE_MS, type TrendRange } from './trend-address.ts';
import type { Window } from './window.ts';

interface OwnRangeProps {
  /** Where the fields begin. */
  readonly window: Window;
  readonly time: SiteTime;
  readonly onRange: (range: TrendRange) => void;
}

export function OwnRange({ window, time, onRange }: OwnRangeProps) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(() => toFieldText(time, window.fromMs));
  const [to, setTo] = useState(() => toFieldText(time, window.toMs));
  const range = toOwnRange(parseFieldText(time, from), parseFieldText(time, to));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typeof range === 'object') onRange(range);
  };
  return (
    <form className="trend-own" onSubmit={submit}>
      <Field label={t('trends.from')} id="trend-from" value={from} onChange={setFrom} />
      <Field label={t('trends.to')} id="trend-to" value={to} onChange={setTo} />
      <Button type="primary" htmlType="submit" disabled={typeof range === 'string'} data-testid="trend-show">
        {t('trends.show')}
      </Button>
      {typeof range === 'string' && <span className="attention">{t(`trends.rangeProblem.${range}`)}</span>}
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly id: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Field({ label, id, value, onChange }: FieldProps) {
  return (
    <label className="trend-field">
      <span className="hint">{label}</span>
      <Input
        type="datetime-local"
        step={1}
        value={value}
        data-testid={id}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

/** What is wrong with it, or the range. */
function toOwnRange(
  fromMs: number | null,
  toMs: number | null,
): TrendRange | 'unfinished' | 'order' | 'future' | 'long' {
  if (fromMs === null || toMs === null) return 'unfinished';
  if (fromMs >= serverNow()) return 'future';
  if (toMs - fromMs < MIN_RANGE_MS) return 'order';
  if (toMs - fromMs > MAX_RANGE_MS) return 'long';
  return { type: 'between', fromMs, toMs };
}
