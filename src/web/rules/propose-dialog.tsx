/** Proposing a change: only what may be edited, checked by the gateway before anything is stored. */
import { Alert, Button, Checkbox, Form, Input, InputNumber, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/client.ts';
import type { ProposedChange, Rule } from '../api/types.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { toFieldName, toFieldText } from './change-words.ts';
import { type Edits, type Field, toChanges, toFields, toOverride } from './override.ts';
import { useChangesOfRule, usePropose } from './rule-queries.ts';
import { useRuleWords } from './use-rule-words.ts';

/** core/limits.ts `textChars`. */
const MAX_REASON_CHARS = 4_000;
/** Life safety is no severity that an edit gives. */
const CHOSEN_SEVERITIES = ['high', 'medium', 'low'] as const;

interface ProposeDialogProps {
  readonly rule: Rule;
  readonly onClose: () => void;
}

export function ProposeDialog({ rule, onClose }: ProposeDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const state = useProposal(rule, onClose);
  const { fields, edits, changes, reason, check, isBusy, canSubmit } = state;
  return (
    <Modal
      open
      title={`${t('ruleChange.proposeTitle')} · ${format.text(rule.text)}`}
      onCancel={onClose}
      footer={[
        <Button
          key="check"
          disabled={changes.length === 0 || isBusy}
          data-testid="propose-check"
          onClick={() => state.send(true)}
        >
          {t('ruleChange.check')}
        </Button>,
        <Button
          key="submit"
          type="primary"
          disabled={!canSubmit}
          loading={isBusy}
          data-testid="propose-submit"
          onClick={() => state.send(false)}
        >
          {t('ruleChange.submit')}
        </Button>,
      ]}
    >
      <p className="hint">{t('ruleChange.proposeHelp')}</p>
      <Form layout="vertical" component="div" className="propose-fields">
        {fields.map((field) => (
          <FieldInput
            key={field.key}
            field={field}
            value={edits[field.key] ?? field.value}
            onChange={(value) => state.edit(field.key, value)}
          />
        ))}
      </Form>
      <ul className="plain-list propose-changes" data-testid="propose-changes">
        {changes.length === 0 && <li className="hint">{t('ruleChange.nothing')}</li>}
        {changes.map((field) => (
          <li key={field.key}>
            {t('ruleChange.fromTo', {
              name: toFieldName(t, field),
              from: toFieldText(t, fields.find(({ key }) => key === field.key) ?? field),
              to: toFieldText(t, field),
            })}
          </li>
        ))}
      </ul>
      <Input.TextArea
        rows={2}
        maxLength={MAX_REASON_CHARS}
        value={reason}
        aria-label={t('ruleChange.reason')}
        placeholder={t('ruleChange.reason')}
        data-testid="propose-reason"
        onChange={(event) => state.setReason(event.target.value)}
      />
      {check !== null && <CheckResult rule={rule} check={check} />}
      <ProposalError error={state.error} />
    </Modal>
  );
}

function useProposal(rule: Rule, onClose: () => void) {
  const known = useChangesOfRule(rule.equipment, rule.rule).data?.items;
  const [edits, setEdits] = useState<Edits>({});
  const [reason, setReason] = useState('');
  const [check, setCheck] = useState<ProposedChange | null>(null);
  const propose = usePropose(rule.equipment, rule.rule);
  const fields = toFields(rule);
  const changes = toChanges(fields, edits);
  const inForce = rule.source.change;
  const present = inForce === null ? null : known?.find(({ id }) => id === inForce.id)?.override;
  // An override in force that is not known would be lost by what is proposed.
  const isKnown = present !== undefined;
  return {
    fields,
    edits,
    changes,
    reason,
    check,
    error: propose.error,
    isBusy: propose.isPending || !isKnown,
    canSubmit: isKnown && changes.length > 0 && reason.trim() !== '' && !propose.isPending,
    setReason,
    edit: (key: string, value: Field['value']): void => {
      setCheck(null);
      propose.reset();
      setEdits((before) => ({ ...before, [key]: value }));
    },
    send: (isTrial: boolean): void => {
      if (present === undefined) return;
      setCheck(null);
      propose.mutate(
        { override: toOverride(present, changes), reason, isTrial },
        { onSuccess: (answer) => (isTrial ? setCheck(answer) : onClose()) },
      );
    },
  };
}

interface FieldInputProps {
  readonly field: Field;
  readonly value: Field['value'];
  readonly onChange: (value: Field['value']) => void;
}

function FieldInput({ field, value, onChange }: FieldInputProps) {
  const { t } = useTranslation();
  const name = toFieldName(t, field);
  const id = `propose-${field.key}`;
  if (field.kind === 'boolean')
    return (
      <Checkbox
        className="propose-boolean"
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
        {...testId(id)}
      >
        {name}
      </Checkbox>
    );
  return (
    <Form.Item label={name}>
      {field.kind === 'severity' ? (
        <Select
          value={value}
          aria-label={name}
          options={CHOSEN_SEVERITIES.map((one) => ({ value: one, label: t(`severity.${one}`) }))}
          onChange={onChange}
          {...testId(id)}
        />
      ) : (
        <InputNumber
          className="propose-number"
          {...(field.kind === 'seconds' && { min: 0 })}
          value={Number(value)}
          aria-label={name}
          data-testid={id}
          onChange={(next) => next !== null && onChange(next)}
        />
      )}
    </Form.Item>
  );
}

/** What the gateway makes of it, in the words of the rule. */
function CheckResult({ rule, check }: { readonly rule: Rule; readonly check: ProposedChange }) {
  const { t } = useTranslation();
  const words = useRuleWords(check.rule ?? rule);
  return (
    <Alert
      className="gap-above"
      type="success"
      showIcon
      data-testid="propose-ok"
      title={check.rule === null ? t('ruleChange.checkOff') : t('ruleChange.checkOk')}
      description={check.rule === null ? undefined : words.condition.join(t('common.clause'))}
    />
  );
}

interface Mistake {
  readonly path: string;
  readonly expected: string;
  readonly found?: string;
}

/** Every mistake at once, as the check of the files names it. */
function ProposalError({ error }: { readonly error: Error | null }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  if (error === null) return null;
  const given = error instanceof ProblemError ? error.params['problems'] : undefined;
  const mistakes = Array.isArray(given) ? (given as readonly Mistake[]) : [];
  return (
    <Alert
      className="gap-above"
      type="error"
      showIcon
      data-testid="propose-error"
      title={toErrorText(error)}
      description={mistakes.map(({ path, expected, found }) => (
        <div key={`${path} ${expected}`}>
          {t('ruleChange.problem', { path, expected, found: found ?? t('common.none') })}
        </div>
      ))}
    />
  );
}
