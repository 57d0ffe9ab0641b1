/** A share as a bar with its figure: length and number say the same, colour only underlines it. */
import { type Tone, toPercentText } from './figures.ts';

interface RatioBarProps {
  /** 0–1; what is above fills the bar. */
  readonly ratio: number;
  readonly tone: Tone;
  readonly label: string;
}

export function RatioBar({ ratio, tone, label }: RatioBarProps) {
  const percent = Math.min(100, Math.max(0, ratio * 100));
  return (
    <span className={`ratio ratio-${tone}`} title={label}>
      <span className="ratio-track" aria-hidden>
        <i style={{ width: `${percent}%` }} />
      </span>
      <b className="figures">{toPercentText(ratio)}</b>
    </span>
  );
}
