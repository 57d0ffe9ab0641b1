/** "Who would be told on Saturday at 03:00?": the ladder of an alarm with names, ways and gaps, before the night in question. */
import { Alert, Button, Card, Form, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment } from '../api/queries.ts';
import type { WhoAnswer } from '../api/types.ts';
import { serverNow } from '../live/server-clock.ts';
import { PhoneText } from '../shared/phone-text.tsx';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { TimeField } from '../shared/time-field.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useWho, type WhoQuestion } from './duty-queries.ts';
import { DutyTabs } from './duty-tabs.tsx';

const SEVERITIES = ['life-safety', 'high', 'medium', 'low'] as const;
const CLASSES = ['engineering', 'fire', 'security'] as const;

export function WhoPage() {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<WhoQuestion | null>(null);
  const query = useWho(question);
  return (
    <>
      <DutyTabs page="who" />
      <div className="ticket">
        <Card size="small">
          <p className="hint">{t('who.help')}</p>
          <QuestionForm onAsk={setQuestion} />
        </Card>
        {question !== null && query.data === undefined && (
          <QueryState error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data !== undefined && <Answer answer={query.data} />}
      </div>
    </>
  );
}

interface Values {
  readonly atMs: number | null;
  readonly severity: string;
  readonly equipment?: string;
  readonly class?: string;
}

function QuestionForm({ onAsk }: { readonly onAsk: (question: WhoQuestion) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const equipment = useEquipment().data?.items ?? [];
  const ask = (values: Values): void =>
    onAsk({
      atMs: values.atMs ?? serverNow(),
      severity: values.severity,
      equipment: values.equipment ?? null,
      class: values.class ?? null,
    });
  return (
    <Form<Values> layout="vertical" initialValues={{ atMs: serverNow(), severity: 'high' }} onFinish={ask}>
      <div className="form-grid">
        <Form.Item name="atMs" label={t('who.at')}>
          <TimeField testId="who-at" />
        </Form.Item>
        <Form.Item name="severity" label={t('who.severity')}>
          <Select
            options={SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }))}
            {...testId('who-severity')}
          />
        </Form.Item>
        <Form.Item name="equipment" label={t('who.equipment')}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            options={equipment.map(({ id, name, place }) => ({
              value: id,
              label: `${format.text(name)} · ${format.text(place)}`,
            }))}
          />
        </Form.Item>
        <Form.Item name="class" label={t('who.class')}>
          <Select allowClear options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))} />
        </Form.Item>
      </div>
      <Button type="primary" htmlType="submit" data-testid="who-ask">
        {t('who.ask')}
      </Button>
    </Form>
  );
}

function Answer({ answer }: { readonly answer: WhoAnswer }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card size="small" title={answer.localTime} data-testid="who-answer">
      {answer.heldUntilMs !== null && (
        <Alert
          className="gap-below"
          type="info"
          showIcon
          title={t('who.held', { time: format.dateTime(answer.heldUntilMs) })}
        />
      )}
      {answer.gaps.length > 0 && (
        <Alert
          className="gap-below"
          type="warning"
          showIcon
          title={t('who.gaps')}
          description={answer.gaps.map((gap) => <div key={gap.zh}>{format.text(gap)}</div>)}
        />
      )}
      <ol className="who-steps">
        {answer.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps of one answer, which is never changed
          <li key={index}>
            <Step step={step} />
          </li>
        ))}
      </ol>
      <Contacts contacts={answer.contacts} />
    </Card>
  );
}

function Step({ step }: { readonly step: WhoAnswer['steps'][number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <div>
        <span className="hint">{format.text(step.when)}</span> → <b>{format.text(step.assigneeText)}</b>
      </div>
      {step.people.length === 0 && <span className="attention">{t('who.nobody')}</span>}
      {step.people.map((person) => (
        <span key={person.username} className="duty-person">
          <b>{format.text(person.name)}</b>
          <span className="tag">{t(`who.standing.${person.standing}`)}</span>
          <span className="hint">
            {(person.ways ?? [])
              .map(({ way, address }) => `${t(`contactWay.${way}`)} ${address}`)
              .join(' · ')}
          </span>
        </span>
      ))}
      {step.gaps.map((gap) => (
        <div key={gap.zh} className="attention">
          {format.text(gap)}
        </div>
      ))}
    </>
  );
}

function Contacts({ contacts }: Pick<WhoAnswer, 'contacts'>) {
  const { t } = useTranslation();
  const format = useFormat();
  if (contacts.length === 0) return null;
  return (
    <>
      <h4>{t('who.contacts')}</h4>
      <ul className="plain-list">
        {contacts.map(({ id, name, method }) => (
          <li key={id}>
            {format.text(name)} <PhoneText text={method} />
          </li>
        ))}
      </ul>
    </>
  );
}
