/** A moment as somebody types it, on the clocks of the site; UTC ms outside. */
import { Input } from 'antd';
import { useState } from 'react';
import { useTimeZone } from '../api/queries.ts';
import { createSiteTime, parseFieldText, toFieldText } from '../trends/site-time.ts';

interface TimeFieldProps {
  readonly id?: string;
  /** UTC ms; null or left out = empty. */
  readonly value?: number | null | undefined;
  readonly onChange?: (value: number | null) => void;
  readonly label?: string;
  readonly testId?: string;
}

/** What is half typed is no time yet: null goes out until it is whole. */
export function TimeField({ id, value, onChange, label, testId }: TimeFieldProps) {
  const timeZone = useTimeZone();
  const time = createSiteTime(timeZone);
  const given = value == null ? '' : toFieldText(time, value).slice(0, 16);
  const [typed, setTyped] = useState(given);
  const isSame = parseFieldText(time, typed) === (value ?? null);
  return (
    <Input
      {...(id !== undefined && { id })}
      type="datetime-local"
      aria-label={label}
      className="time-field"
      value={isSame || given === '' ? typed : given}
      data-testid={testId}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange?.(parseFieldText(time, event.target.value));
      }}
    />
  );
}
