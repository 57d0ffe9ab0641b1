/** Reports on an incident: all that were written, the form for the next, and when and how each was sent. */
import { Alert, Button, Card, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident } from '../api/types.ts';
import { serverNow } from '../live/server-clock.ts';
import { useDoerName } from '../shared/person-name.ts';
import { TimeField } from '../shared/time-field.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIncidentChange } from './incident-queries.ts';
import { useIncidentPlace } from './use-incident-place.ts';

type Report = Incident['reports'][number];

/** core/limits.ts `textChars` and `shortTextChars`. */
const MAX_TEXT_CHARS = 4_000;
const MAX_LINE_CHARS = 200;
const KINDS = ['first', 'follow-up', 'final'] as const;
const NATURES = ['facility-failure', 'safety-accident', 'natural-disaster', 'public-health'] as const;
const LINES = ['type', 'time', 'place'] as const;
const TEXTS = ['scope', 'casualties', 'propertyLoss', 'process', 'prevention'] as const;
const CAUSES = ['people', 'equipment', 'management', 'environment'] as const;
/** What every report says, and what the final one says besides (incidents/reports.ts). */
const ALWAYS: readonly string[] = ['type', 'time', 'place', 'scope', 'casualties', 'propertyLoss'];
const AT_THE_END: readonly string[] = ['process', 'prevention'];
/** Nothing to report is said, not left out. */
const NONE_IS_SAID: readonly string[] = ['casualties', 'propertyLoss'];

interface IncidentReportsProps {
  readonly incident: Incident;
  readonly canManage: boolean;
}

export function IncidentReports({ incident, canManage }: IncidentReportsProps) {
  const { t } = useTranslation();
  const [isWriting, setWriting] = useState(false);
  const { reports } = incident;
  return (
    <Card
      size="small"
      title={t('incident.reports')}
      data-testid="incident-reports"
      extra={
        canManage &&
        !isWriting && (
          <Button type="primary" data-testid="incident-report-write" onClick={() => setWriting(true)}>
            {t('incident.write')}
          </Button>
        )
      }
    >
      {isWriting && <ReportForm incident={incident} onDone={() => setWriting(false)} />}
      {reports.length === 0 && !isWriting && <p className="hint">{t('incident.noReports')}</p>}
      {reports.toReversed().map((report) => (
        <ReportCard
          key={`${report.kind} ${report.atMs}`}
          incident={incident}
          report={report}
          canSend={
            canManage &&
            report.sent === null &&
            reports.findLast(({ kind }) => kind === report.kind) === report
          }
        />
      ))}
    </Card>
  );
}

/** What the last report said is where the next begins: it supersedes it and both stay. */
function ReportForm({ incident, onDone }: { readonly incident: Incident; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const change = useIncidentChange(incident);
  const toErrorText = useErrorText();
  const place = useIncidentPlace(incident);
  const [form] = Form.useForm();
  const isFinal = Form.useWatch('kind', form) === 'final';
  const toRules = (name: string) => {
    const isRequired = ALWAYS.includes(name) || (isFinal && AT_THE_END.includes(name));
    const message = t('common.required', { field: t(`incident.form.${name}` as 'incident.form.scope') });
    return isRequired ? [{ required: true, whitespace: true, message }] : [];
  };
  const last = incident.reports.at(-1);
  const initial = {
    kind: last === undefined ? 'first' : 'follow-up',
    nature: last?.nature ?? incident.nature,
    type: last?.type ?? t(`incident.kind.${incident.kind}`),
    time: last?.time ?? format.dateTime(incident.beganAtMs),
    place: last?.place ?? place,
    ...Object.fromEntries(TEXTS.map((name) => [name, last?.[name] ?? ''])),
    cause: Object.fromEntries(CAUSES.map((name) => [name, last?.cause[name] ?? ''])),
  };
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={initial}
      scrollToFirstError
      onFinish={(report: Record<string, unknown>) =>
        change.mutate({ name: 'report', body: { report } }, { onSuccess: onDone })
      }
    >
      <div className="form-grid">
        <Form.Item name="kind" label={t('incident.form.kind')}>
          <Select options={KINDS.map((value) => ({ value, label: t(`incident.reportKind.${value}`) }))} />
        </Form.Item>
        <Form.Item name="nature" label={t('incident.natureLabel')}>
          <Select options={NATURES.map((value) => ({ value, label: t(`incident.nature.${value}`) }))} />
        </Form.Item>
        {LINES.map((name) => (
          <Form.Item key={name} name={name} label={t(`incident.form.${name}`)} rules={toRules(name)}>
            <Input maxLength={MAX_LINE_CHARS} data-testid={`incident-report-${name}`} />
          </Form.Item>
        ))}
      </div>
      {TEXTS.map((name) => (
        <Form.Item key={name} name={name} label={t(`incident.form.${name}`)} rules={toRules(name)}>
          <Input.TextArea
            {...(NONE_IS_SAID.includes(name) && { placeholder: t('incident.writeNone') })}
            maxLength={MAX_TEXT_CHARS}
            autoSize={{ minRows: 1, maxRows: 8 }}
            data-testid={`incident-report-${name}`}
          />
        </Form.Item>
      ))}
      <div className="form-grid">
        {CAUSES.map((name) => (
          <Form.Item key={name} name={['cause', name]} label={t(`incident.form.${name}`)}>
            <Input.TextArea maxLength={MAX_TEXT_CHARS} autoSize={{ minRows: 1, maxRows: 6 }} />
          </Form.Item>
        ))}
      </div>
      {change.error !== null && (
        <Alert
          className="gap-below"
          type="error"
          showIcon
          title={toErrorText(change.error)}
          data-testid="incident-report-error"
        />
      )}
      <div className="action-buttons">
        <Button
          type="primary"
          htmlType="submit"
          loading={change.isPending}
          data-testid="incident-report-submit"
        >
          {t('common.submit')}
        </Button>
        <Button onClick={onDone}>{t('common.cancel')}</Button>
      </div>
    </Form>
  );
}

interface ReportCardProps {
  readonly incident: Incident;
  readonly report: Report;
  readonly canSend: boolean;
}

function ReportCard({ incident, report, canSend }: ReportCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toDoer = useDoerName();
  const { sent } = report;
  const causes = CAUSES.filter((name) => report.cause[name] !== '');
  return (
    <article className="change-card" data-testid={`incident-report-${report.kind}`}>
      <div className="row-card-head">
        <span className="tag">{t(`incident.reportKind.${report.kind}`)}</span>
        <span className="hint">
          {toDoer(report.by)} {format.dateTime(report.atMs)}
        </span>
        <span className={sent === null ? 'attention' : 'hint'}>
          {sent === null
            ? t('incident.notSent')
            : t('incident.sentTo', { time: format.dateTime(sent.atMs), how: sent.how, to: sent.to })}
        </span>
      </div>
      <dl className="facts">
        {[...LINES, ...TEXTS].map(
          (name) =>
            report[name] !== '' && (
              <div key={name} className="fact-pair">
                <dt>{t(`incident.form.${name}`)}</dt>
                <dd className="prewrap">{report[name]}</dd>
              </div>
            ),
        )}
        {causes.map((name) => (
          <div key={name} className="fact-pair">
            <dt>{t(`incident.form.${name}`)}</dt>
            <dd className="prewrap">{report.cause[name]}</dd>
          </div>
        ))}
        {sent !== null && (
          <div className="fact-pair">
            <dt>{t('incident.evidence')}</dt>
            <dd className="prewrap">{sent.evidence}</dd>
          </div>
        )}
      </dl>
      {canSend && <SentForm incident={incident} kind={report.kind} />}
    </article>
  );
}

/** May lie before now: a late entry is seen by its two times. */
function SentForm({ incident, kind }: { readonly incident: Incident; readonly kind: Report['kind'] }) {
  const { t } = useTranslation();
  const change = useIncidentChange(incident);
  const required = (field: string) => [{ required: true, message: t('common.required', { field }) }];
  return (
    <Form
      layout="vertical"
      className="sent-form"
      initialValues={{ atMs: serverNow() }}
      onFinish={(values: Record<string, unknown>) =>
        change.mutate({
          name: 'report-sent',
          body: { kind, ...values, atMs: Math.floor(Number(values['atMs'])) },
        })
      }
    >
      <div className="form-grid">
        <Form.Item name="atMs" label={t('incident.sentAt')} rules={required(t('incident.sentAt'))}>
          <TimeField />
        </Form.Item>
        <Form.Item name="to" label={t('incident.to')} rules={required(t('incident.to'))}>
          <Input
            maxLength={MAX_LINE_CHARS}
            placeholder={t('incident.toHint')}
            data-testid="incident-sent-to"
          />
        </Form.Item>
        <Form.Item name="how" label={t('incident.how')} rules={required(t('incident.how'))}>
          <Input
            maxLength={MAX_LINE_CHARS}
            placeholder={t('incident.howHint')}
            data-testid="incident-sent-how"
          />
        </Form.Item>
        <Form.Item name="evidence" label={t('incident.evidence')} rules={required(t('incident.evidence'))}>
          <Input
            maxLength={MAX_LINE_CHARS}
            placeholder={t('incident.evidenceHint')}
            data-testid="incident-sent-evidence"
          />
        </Form.Item>
      </div>
      <Button htmlType="submit" loading={change.isPending} data-testid="incident-sent-submit">
        {t('incident.markSent')}
      </Button>
    </Form>
  );
}
