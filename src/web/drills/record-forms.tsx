/** Forms of a drill record: one that the gateway has seen nothing of, and the evaluation of one that it has. */
import { Button, Card, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useStaff } from '../api/people-queries.ts';
import { serverNow } from '../live/server-clock.ts';
import { testId } from '../shared/test-id.ts';
import { TimeField } from '../shared/time-field.tsx';
import { useFormat } from '../shared/use-format.ts';
import { DRILL_KIND_NAMES, type DrillRecord, useWriteRecord } from './record-queries.ts';

/** core/limits.ts `textChars` and `shortTextChars`. */
const MAX_TEXT_CHARS = 4_000;
const MAX_LINE_CHARS = 200;
const HOUR_MS = 3_600_000;

interface NewValues {
  readonly kind: string;
  readonly content: string;
  readonly place: string;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly participants?: readonly string[];
  readonly flow?: string;
  readonly evaluation: string;
}

export function NewRecordForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const write = useWriteRecord(null);
  const required = useRequired();
  return (
    <Card size="small" title={t('drillRecord.write')}>
      <Form<NewValues>
        layout="vertical"
        initialValues={{ kind: 'fire', beganAtMs: serverNow() - HOUR_MS, endedAtMs: serverNow() }}
        onFinish={(values) => write.mutate(toNewRecord(values), { onSuccess: onDone })}
      >
        <div className="form-grid">
          <Form.Item name="kind" label={t('drillRecord.kind')}>
            <Select
              options={DRILL_KIND_NAMES.map((value) => ({ value, label: t(`drillRecord.kinds.${value}`) }))}
              {...testId('drill-record-kind')}
            />
          </Form.Item>
          <Form.Item name="place" label={t('drillRecord.place')} rules={required(t('drillRecord.place'))}>
            <Input maxLength={MAX_LINE_CHARS} data-testid="drill-record-place" />
          </Form.Item>
          <Form.Item
            name="beganAtMs"
            label={t('drillRecord.began')}
            rules={[{ required: true, message: t('common.required', { field: t('drillRecord.began') }) }]}
          >
            <TimeField testId="drill-record-began" />
          </Form.Item>
          <Form.Item
            name="endedAtMs"
            label={t('drillRecord.ended')}
            rules={[{ required: true, message: t('common.required', { field: t('drillRecord.ended') }) }]}
          >
            <TimeField testId="drill-record-ended" />
          </Form.Item>
        </div>
        <Form.Item name="content" label={t('drillRecord.content')} rules={required(t('drillRecord.content'))}>
          <Input.TextArea
            maxLength={MAX_TEXT_CHARS}
            autoSize={{ minRows: 2, maxRows: 8 }}
            data-testid="drill-record-content"
          />
        </Form.Item>
        <ParticipantsField />
        <Form.Item name="flow" label={t('drillRecord.course')}>
          <Input.TextArea
            maxLength={MAX_TEXT_CHARS}
            autoSize={{ minRows: 2, maxRows: 8 }}
            placeholder={t('drillRecord.courseHint')}
            data-testid="drill-record-flow"
          />
        </Form.Item>
        <EvaluationField />
        <Buttons isPending={write.isPending} onCancel={onDone} />
      </Form>
    </Card>
  );
}

interface EvaluateFormProps {
  readonly record: DrillRecord;
  readonly onDone: () => void;
}

export function EvaluateForm({ record, onDone }: EvaluateFormProps) {
  const { id, revision, evaluation, participants } = record;
  const write = useWriteRecord(id);
  return (
    <Form<{ evaluation: string; participants: readonly string[] }>
      layout="vertical"
      initialValues={{ evaluation: evaluation ?? '', participants }}
      onFinish={(values) => write.mutate({ revision, ...values }, { onSuccess: onDone })}
    >
      <ParticipantsField />
      <EvaluationField />
      <Buttons isPending={write.isPending} onCancel={onDone} />
    </Form>
  );
}

/** Colleagues by name; whoever has no account is typed. */
function ParticipantsField() {
  const { t } = useTranslation();
  const format = useFormat();
  const staff = useStaff().data?.items ?? [];
  const names = new Map(staff.map(({ username, displayName }) => [username, format.text(displayName)]));
  return (
    <Form.Item
      name="participants"
      label={t('drillRecord.participants')}
      normalize={(typed: readonly string[]) => [...new Set(typed.map((name) => toColleague(name, names)))]}
    >
      <Select
        mode="tags"
        options={[...names].map(([value, label]) => ({ value, label }))}
        showSearch={{ optionFilterProp: 'label' }}
        {...testId('drill-record-participants')}
      />
    </Form.Item>
  );
}

/** Who types a colleague's name means the colleague: 刘强 is 刘强（强电班）, as long as nobody else is called so. */
function toColleague(typed: string, names: ReadonlyMap<string, string>): string {
  if (names.has(typed)) return typed;
  const name = typed.trim();
  const meant = [...names].filter(([, full]) => full === name || full.split(/[（(]/)[0]?.trim() === name);
  return meant.length === 1 ? (meant[0]?.[0] ?? name) : name;
}

/** A record without it is none. */
function EvaluationField() {
  const { t } = useTranslation();
  const required = useRequired();
  const label = t('drillRecord.evaluation');
  return (
    <Form.Item name="evaluation" label={label} rules={required(label)}>
      <Input.TextArea
        maxLength={MAX_TEXT_CHARS}
        autoSize={{ minRows: 2, maxRows: 10 }}
        placeholder={t('drillRecord.evaluationHint')}
        data-testid="drill-record-evaluation"
      />
    </Form.Item>
  );
}

interface ButtonsProps {
  readonly isPending: boolean;
  readonly onCancel: () => void;
}

function Buttons({ isPending, onCancel }: ButtonsProps) {
  const { t } = useTranslation();
  return (
    <div className="action-buttons">
      <Button type="primary" htmlType="submit" loading={isPending} data-testid="drill-record-submit">
        {t('common.submit')}
      </Button>
      <Button onClick={onCancel}>{t('common.cancel')}</Button>
    </div>
  );
}

function useRequired() {
  const { t } = useTranslation();
  return (field: string) => [{ required: true, whitespace: true, message: t('common.required', { field }) }];
}

/** What happened is one line each, at the beginning: who writes it down afterwards knows the order, seldom the second. */
function toNewRecord(values: NewValues): Readonly<Record<string, unknown>> {
  const { kind, content, place, beganAtMs, endedAtMs, participants = [], flow = '' } = values;
  const lines = flow
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return {
    kind,
    content: content.trim(),
    place: { zh: place.trim(), en: place.trim() },
    beganAtMs: Math.floor(beganAtMs),
    endedAtMs: Math.floor(endedAtMs),
    participants,
    flow: lines.map((line) => ({ atMs: Math.floor(beganAtMs), text: { zh: line, en: line } })),
    evaluation: values.evaluation.trim(),
  };
}
