/** Preconditions of a rule: points of the same equipment, and what each must or must not be. All must hold. */
import DeleteOutlined from '@ant-design/icons/DeleteOutlined';
import { Button, Input, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePoints } from '../api/queries.ts';
import type { PointDefinition, Rule } from '../api/types.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import type { GuardEdit } from './override.ts';
import { toPointId } from './rule-words.ts';

interface GuardsFieldProps {
  readonly rule: Rule;
  readonly guards: readonly GuardEdit[];
  readonly onChange: (guards: readonly GuardEdit[]) => void;
}

/** As the profiles take them. */
const MAX_GUARDS = 10;

export function GuardsField({ rule, guards, onChange }: GuardsFieldProps) {
  const { t } = useTranslation();
  const points = useGuardPoints(rule, guards);
  const [first] = points;
  const replace = (at: number, guard: GuardEdit | null): void =>
    onChange(guards.flatMap((one, index) => (index !== at ? [one] : guard === null ? [] : [guard])));
  return (
    <div className="guards" data-testid="propose-when">
      {guards.map((guard, at) => (
        // Guards have no names of their own, and none is ever moved.
        <GuardRow key={at} id={at} guard={guard} points={points} onChange={(next) => replace(at, next)} />
      ))}
      <Button
        size="small"
        disabled={first === undefined || guards.length >= MAX_GUARDS}
        data-testid="guard-add"
        onClick={() =>
          first !== undefined && onChange([...guards, { point: first.name, isIn: true, values: [] }])
        }
      >
        {t('ruleChange.addGuard')}
      </Button>
    </div>
  );
}

interface GuardPoint {
  readonly name: string;
  readonly point: PointDefinition | undefined;
}

/** Those of the rule's equipment that a rule can read, and what its guards name already. */
function useGuardPoints({ equipment }: Rule, guards: readonly GuardEdit[]): readonly GuardPoint[] {
  const items = usePoints().data?.items;
  return useMemo(() => {
    const all = items ?? [];
    const own = all
      .filter((point) => point.equipment === equipment && point.type !== 'text')
      .map((point): GuardPoint => ({ name: point.name, point }));
    const named = guards
      .filter(({ point }) => own.every(({ name }) => name !== point))
      .map(({ point: name }): GuardPoint => {
        const id = toPointId(equipment, name);
        return { name, point: all.find((point) => point.id === id) };
      });
    return [...own, ...named];
  }, [items, equipment, guards]);
}

interface GuardRowProps {
  readonly id: number;
  readonly guard: GuardEdit;
  readonly points: readonly GuardPoint[];
  /** null takes it away. */
  readonly onChange: (guard: GuardEdit | null) => void;
}

function GuardRow({ id, guard, points, onChange }: GuardRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { point, isIn, values } = guard;
  const found = points.find(({ name }) => name === point)?.point;
  return (
    <div className="guard" data-testid={`guard-${id}`}>
      <Select
        className="guard-point"
        value={point}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        options={points.map(({ name, point: one }) => ({
          value: name,
          label: one === undefined ? name : format.text(one.text),
        }))}
        aria-label={t('ruleChange.guardPoint')}
        onChange={(next) => onChange({ ...guard, point: next, values: [] })}
        {...testId(`guard-point-${id}`)}
      />
      <Select
        value={isIn}
        options={[
          { value: true, label: t('ruleChange.guardIs') },
          { value: false, label: t('ruleChange.guardIsNot') },
        ]}
        aria-label={t('ruleChange.guardWay')}
        onChange={(next) => onChange({ ...guard, isIn: next })}
        {...testId(`guard-way-${id}`)}
      />
      <ValuesInput
        key={point}
        id={id}
        point={found}
        values={values}
        onChange={(next) => onChange({ ...guard, values: next })}
      />
      <Button
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t('ruleChange.removeGuard')}
        onClick={() => onChange(null)}
        {...testId(`guard-remove-${id}`)}
      />
    </div>
  );
}

interface ValuesInputProps {
  readonly id: number;
  readonly point: PointDefinition | undefined;
  readonly values: readonly number[];
  readonly onChange: (values: readonly number[]) => void;
}

/** States by their names, numbers as they are. */
function ValuesInput({ id, point, values, onChange }: ValuesInputProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [words, setWords] = useState(values.join(', '));
  const label = t('ruleChange.guardValues');
  if (point === undefined || point.states.length === 0)
    return (
      <Input
        className="guard-values"
        value={words}
        aria-label={label}
        placeholder={label}
        data-testid={`guard-values-${id}`}
        onChange={(event) => {
          setWords(event.target.value);
          onChange(parseNumbers(event.target.value));
        }}
      />
    );
  return (
    <Select<number[]>
      mode="multiple"
      className="guard-values"
      value={[...values]}
      options={point.states.map(({ value, text }) => ({ value, label: format.text(text) }))}
      aria-label={label}
      placeholder={label}
      onChange={onChange}
      {...testId(`guard-values-${id}`)}
    />
  );
}

/** What is no number is left out; the gateway refuses an empty list. */
function parseNumbers(words: string): readonly number[] {
  return words
    .split(/[\s,，、]+/)
    .filter((word) => word !== '')
    .map(Number)
    .filter(Number.isFinite);
}
