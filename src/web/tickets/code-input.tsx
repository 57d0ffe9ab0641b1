/** A box for something that has a code and a name: people read, choose and type names; what is handed on is the code. */
import { AutoComplete, Input } from 'antd';
import { type FocusEvent, useState } from 'react';
import { MAX_LINE_CHARS } from './limits.ts';

export interface CodeOption {
  readonly value: string;
  readonly label: string;
}

interface CodeInputProps {
  readonly id: string;
  readonly testId: string;
  readonly options: readonly CodeOption[];
  readonly placeholder: string;
  /** Code, or words of one's own. */
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

export function CodeInput({ id, testId, options, placeholder, value, onChange }: CodeInputProps) {
  /** null = nobody is typing: the name stands in the box. */
  const [typed, setTyped] = useState<string | null>(null);
  const name = options.find((option) => option.value === value)?.label ?? value ?? '';
  const type = (text: string) => {
    setTyped(text);
    onChange(toCode(options, text));
  };
  const choose = (code: string) => {
    setTyped(null);
    onChange(code);
  };
  return (
    <AutoComplete
      id={id}
      value={typed ?? name}
      options={[...options]}
      showSearch={{
        // What stands there already narrows nothing down: all can be chosen in its place.
        filterOption: (_text, option) =>
          typed === null || isLike(`${option?.value ?? ''} ${option?.label ?? ''}`, typed),
      }}
      onChange={type}
      onSelect={choose}
      onBlur={() => setTyped(null)}
    >
      <Input
        data-testid={testId}
        maxLength={MAX_LINE_CHARS}
        placeholder={placeholder}
        onFocus={(event: FocusEvent<HTMLInputElement>) => event.target.select()}
      />
    </AutoComplete>
  );
}

/** A name that was typed in full is what it names. */
function toCode(options: readonly CodeOption[], text: string): string {
  return options.find(({ label }) => label === text.trim())?.value ?? text;
}

function isLike(text: string, typed: string): boolean {
  return text.toLowerCase().includes(typed.trim().toLowerCase());
}
