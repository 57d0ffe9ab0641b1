/** A few choices beside each other, as large as a thumb; one of them may be chosen. */
import { Button } from 'antd';

interface ChoiceRowProps<T> {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly text: string; readonly testId: string }[];
  /** None of the choices = nothing is chosen. */
  readonly value: T;
  readonly onChange: (value: T) => void;
}

export function ChoiceRow<T>({ label, choices, value, onChange }: ChoiceRowProps<T>) {
  return (
    <div className="choice-row" role="group" aria-label={label}>
      {choices.map((choice) => (
        <Button
          key={choice.testId}
          size="small"
          type={choice.value === value ? 'primary' : 'default'}
          aria-pressed={choice.value === value}
          data-testid={choice.testId}
          onClick={() => onChange(choice.value)}
        >
          {choice.text}
        </Button>
      ))}
    </div>
  );
}
