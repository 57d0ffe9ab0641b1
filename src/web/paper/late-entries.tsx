/**
 * 批量补录: the slips of an outage typed in together. What is entered leaves the form, what is refused stays in it with the
 * reason at its field; an answer that never came loses nothing either. One slip alone is tickets/new-ticket-page.tsx.
 */
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import { Alert, Button, Card, Form, type FormInstance } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ProblemError } from '../api/client.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { BY_IMPACT, type NewTicketValues, toNewTicket } from '../tickets/new-ticket-page.tsx';
import { LateSlip } from './late-slip.tsx';
import { BLOCK_SLIPS, type LateOutcome, useEnterSlips, useSlips } from './paper-queries.ts';

type Entry = NewTicketValues & { readonly slip: string };
interface Values {
  readonly entries: readonly Entry[];
}
type FieldName = keyof NewTicketValues;

const EMPTY = { slip: '', source: 'owner-call', channel: 'slip', class: 'engineering', priority: BY_IMPACT };
/** Where a refusal is shown; every other at the number of the slip. */
const FIELD_OF: Readonly<Record<string, FieldName>> = { 'late-entry-order': 'receivedAtMs' };

export function LateEntries() {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const { entered, refused, error, isPending, send } = useEntering(form);
  const unused = useSlips('unused', 1, BLOCK_SLIPS).data?.items ?? [];
  const takeUnused = (): void => {
    const typed: readonly Partial<Entry>[] = form.getFieldValue('entries') ?? [];
    const kept = typed.filter(({ slip, content }) => `${slip ?? ''}${content ?? ''}` !== '');
    const known = new Set(kept.map(({ slip }) => slip));
    const others = unused.map(({ number }) => number).filter((number) => !known.has(number));
    const rows = [...kept, ...others.toSorted().map((slip) => ({ ...EMPTY, slip }))];
    form.setFieldsValue({ entries: rows.slice(0, BLOCK_SLIPS) as readonly Entry[] });
  };
  return (
    <Card size="small" title={t('paper.late')} data-testid="late-entries">
      <p className="hint">{t('paper.lateHelp')}</p>
      <Entered outcomes={entered} />
      <Form<Values> form={form} layout="vertical" initialValues={{ entries: [] }} onFinish={send}>
        <Form.List name="entries">
          {(rows, { add, remove }) => (
            <>
              {rows.map(({ key, name }) => (
                <LateSlip key={key} row={name} onRemove={() => remove(name)} />
              ))}
              {refused > 0 && (
                <Alert
                  className="gap-below"
                  type="warning"
                  showIcon
                  title={t('paper.lateRefused', { count: refused })}
                  data-testid="late-refused"
                />
              )}
              {error !== null && <Failure error={error} />}
              <div className="action-buttons">
                <Button
                  icon={<PlusOutlined />}
                  disabled={rows.length >= BLOCK_SLIPS}
                  data-testid="late-add"
                  onClick={() => add(EMPTY)}
                >
                  {t('paper.lateAdd')}
                </Button>
                {unused.length > 0 && (
                  <Button data-testid="late-unused" onClick={takeUnused}>
                    {t('paper.lateUnused', { count: unused.length })}
                  </Button>
                )}
                {rows.length > 0 && (
                  <Button type="primary" htmlType="submit" loading={isPending} data-testid="late-submit">
                    {t('paper.lateSubmit', { count: rows.length })}
                  </Button>
                )}
              </div>
            </>
          )}
        </Form.List>
      </Form>
    </Card>
  );
}

/** Sends what stands in the form, and sorts the answer: tickets above, refusals at their fields. */
function useEntering(form: FormInstance<Values>) {
  const format = useFormat();
  const { mutate, isPending, error } = useEnterSlips();
  const [entered, setEntered] = useState<readonly LateOutcome[]>([]);
  const [refused, setRefused] = useState(0);
  const settle = (entries: readonly Entry[], outcomes: readonly LateOutcome[]): void => {
    const isEntered = (at: number) => outcomes[at]?.ticket != null;
    setEntered((before) => [...before, ...outcomes.filter((_, at) => isEntered(at))]);
    const problems = outcomes.flatMap(({ problem }) => (problem === null ? [] : [problem]));
    setRefused(problems.length);
    form.setFieldsValue({ entries: entries.filter((_, at) => !isEntered(at)) });
    form.setFields(
      problems.map(({ code, text }, row) => ({
        name: ['entries', row, FIELD_OF[code] ?? 'slip'],
        errors: [format.text(text)],
      })),
    );
  };
  const send = ({ entries }: Values): void => {
    setRefused(0);
    mutate(entries.map(toNewTicket), {
      onSuccess: ({ items }) => settle(entries, items),
      onError: (refusal) => form.setFields(toFieldErrors(refusal)),
    });
  };
  return { entered, refused, error, isPending, send };
}

interface ShapeProblem {
  readonly path: string;
  readonly expected: string;
}

/** `body.entries.3.content` of a request that was refused as a whole. */
function toFieldErrors(error: Error) {
  const problems = error instanceof ProblemError ? error.params['problems'] : null;
  if (!Array.isArray(problems)) return [];
  return (problems as readonly ShapeProblem[]).flatMap(({ path, expected }) => {
    const [, list, row, field] = path.split('.');
    if (list !== 'entries' || row === undefined || field === undefined) return [];
    return [{ name: ['entries', Number(row), field as FieldName] as const, errors: [expected] }];
  });
}

function Entered({ outcomes }: { readonly outcomes: readonly LateOutcome[] }) {
  const { t } = useTranslation();
  if (outcomes.length === 0) return null;
  return (
    <Alert
      className="gap-below"
      type="success"
      showIcon
      title={t('paper.lateEntered', { count: outcomes.length })}
      description={outcomes.map(
        ({ slip, ticket }) =>
          ticket !== null && (
            <div key={slip}>
              <span className="figures">{slip}</span> →{' '}
              <Link className="figures" to={`/tickets/${ticket.id}`}>
                {ticket.isMerged ? t('paper.lateMerged', { number: ticket.number }) : ticket.number}
              </Link>
            </div>
          ),
      )}
      data-testid="late-entered"
    />
  );
}

/** Whatever failed, all that was typed stands above. */
function Failure({ error }: { readonly error: Error }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const isUnanswered = !(error instanceof ProblemError);
  return (
    <Alert
      className="gap-below"
      type="error"
      showIcon
      title={toErrorText(error)}
      description={isUnanswered && t('paper.lateUnanswered')}
      data-testid="late-error"
    />
  );
}
