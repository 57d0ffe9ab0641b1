/** When something ends: usual lengths from now, or a time on the clocks of the site. */
import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTimeZone } from '../api/queries.ts';
import { serverNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import { createSiteTime, parseFieldText, toFieldText } from '../trends/site-time.ts';
import { ChoiceRow } from './choice-row.tsx';

interface EndFieldProps {
  /** Begins the test ids. */
  readonly name: string;
  readonly label: string;
  /** Offered lengths, ms; the second is chosen at first. */
  readonly steps: readonly number[];
  readonly untilMs: number;
  readonly onChange: (untilMs: number) => void;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export function EndField({ name, label, steps, untilMs, onChange }: EndFieldProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const time = createSiteTime(useTimeZone());
  const [step, setStep] = useState(steps[1] ?? 0);
  return (
    <>
      <ChoiceRow
        label={label}
        choices={steps.map((ms) => ({
          value: ms,
          text: format.span(ms),
          testId: `${name}-for-${ms % HOUR_MS === 0 ? ms / HOUR_MS : `${ms / MINUTE_MS}min`}`,
        }))}
        value={step}
        onChange={(ms) => {
          setStep(ms);
          onChange(serverNow() + ms);
        }}
      />
      <Input
        type="datetime-local"
        value={toFieldText(time, untilMs).slice(0, 16)}
        aria-label={label}
        data-testid={`${name}-until`}
        onChange={(event) => {
          const chosen = parseFieldText(time, event.target.value);
          if (chosen === null) return;
          setStep(0);
          onChange(chosen);
        }}
      />
      {untilMs <= serverNow() && <span className="attention">{t('service.endNeeded')}</span>}
    </>
  );
}
