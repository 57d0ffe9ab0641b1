/** Urgency, complexity and scope of impact, 1 to 3: what a priority is derived from. */
import { Radio } from 'antd';
import { useTranslation } from 'react-i18next';

const PARTS = ['urgency', 'complexity', 'scope'] as const;
const LEVELS = [
  [1, 'low'],
  [2, 'medium'],
  [3, 'high'],
] as const;

interface ImpactInputProps {
  readonly testId: string;
  readonly value: unknown;
  /** Called with undefined while a part is missing: half an impact derives nothing. */
  readonly onChange: (value: unknown) => void;
}

export function ImpactInput({ testId, value, onChange }: ImpactInputProps) {
  const { t } = useTranslation();
  const impact = (value ?? {}) as Readonly<Partial<Record<(typeof PARTS)[number], number>>>;
  return (
    <div className="impact-input" data-testid={testId}>
      {PARTS.map((part) => (
        <label key={part} className="impact-part">
          <span className="hint">{t(`ticket.${part}`)}</span>
          <Radio.Group
            size="small"
            optionType="button"
            value={impact[part]}
            options={LEVELS.map(([level, word]) => ({ value: level, label: t(`ticket.level.${word}`) }))}
            onChange={(event) => onChange({ ...impact, [part]: event.target.value as number })}
          />
        </label>
      ))}
    </div>
  );
}

/** Whole, or nothing. */
export function toWholeImpact(value: unknown): Readonly<Record<(typeof PARTS)[number], 1 | 2 | 3>> | null {
  const impact = (value ?? {}) as Readonly<Partial<Record<(typeof PARTS)[number], 1 | 2 | 3>>>;
  const { urgency, complexity, scope } = impact;
  return urgency !== undefined && complexity !== undefined && scope !== undefined
    ? { urgency, complexity, scope }
    : null;
}
