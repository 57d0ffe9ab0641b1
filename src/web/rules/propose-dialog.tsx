/** Proposing a change: only what may be edited, checked by the gateway before anything is stored. */
import { Alert, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/client.ts';
import type { ProposedChange, Rule } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { toFieldName } from './change-words.ts';
import { type Mistake, sortMistakes } from './mistakes.ts';
import { type Edits, type Field, toChanges, toFields, toOverride } from './override.ts';
import { FieldInput } from './propose-field.tsx';
import { useChangesOfRule, usePropose } from './rule-queries.ts';
import { useFieldText } from './use-field-text.ts';
import { useRuleWords } from './use-rule-words.ts';

/** core/limits.ts `textChars`. */
const MAX_REASON_CHARS = 4_000;

/** Two columns of fields, and guards in one line. */
const PROPOSE_WIDTH_PX = 720;

interface ProposeDialogProps {
  readonly rule: Rule;
  readonly onClose: () => void;
}

export function ProposeDialog({ rule, onClose }: ProposeDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const state = useProposal(rule, onClose);
  const { fields, edits, changes, reason, check, isBusy, canSubmit, error } = state;
  const mistakes = sortMistakes(toMistakes(error), fields);
  return (
    <Modal
      open
      width={PROPOSE_WIDTH_PX}
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
            rule={rule}
            field={field}
            value={toValue(field, edits)}
            mistakes={mistakes.ofField.get(field.key) ?? []}
            onChange={(value) => state.edit(field.key, value)}
          />
        ))}
      </Form>
      <ChangeLines rule={rule} fields={fields} changes={changes} />
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
      {error !== null && <ProposalError error={error} mistakes={mistakes.others} />}
    </Modal>
  );
}

interface ChangeLinesProps {
  readonly rule: Rule;
  readonly fields: readonly Field[];
  readonly changes: readonly Field[];
}

/** From what to what, before anybody sends it. */
function ChangeLines({ rule, fields, changes }: ChangeLinesProps) {
  const { t } = useTranslation();
  const toText = useFieldText(rule);
  return (
    <ul className="plain-list propose-changes" data-testid="propose-changes">
      {changes.length === 0 && <li className="hint">{t('ruleChange.nothing')}</li>}
      {changes.map((field) => (
        <li key={field.key}>
          {t('ruleChange.fromTo', {
            name: toFieldName(t, field),
            from: toText(fields.find(({ key }) => key === field.key) ?? field),
            to: toText(field),
          })}
        </li>
      ))}
    </ul>
  );
}

/** null is a value: hours, or a time to announce it again, taken away. */
function toValue({ key, value }: Field, edits: Edits): Field['value'] {
  const edited = edits[key];
  return edited === undefined ? value : edited;
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

/** Every mistake at once, as the check of the files names it; what has a field of its own stands there. */
function toMistakes(error: Error | null): readonly Mistake[] {
  const given = error instanceof ProblemError ? error.params['problems'] : undefined;
  return Array.isArray(given) ? (given as readonly Mistake[]) : [];
}

function ProposalError({
  error,
  mistakes,
}: {
  readonly error: Error;
  readonly mistakes: readonly Mistake[];
}) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
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
