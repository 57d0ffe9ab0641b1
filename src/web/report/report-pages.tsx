/**
 * The reporter's pages, without login: the form behind a QR code or link, and his own matter in plain words with the next
 * promised time. Nothing else of the house is shown here.
 */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Form, Input, Result, Select, Spin } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { ProblemError, request, toPath } from '../api/client.ts';
import { toSearch, useFoundTickets } from '../api/ticket-queries.ts';
import type { PublicReport, ReportAnswer, ReportForm, Text } from '../api/types.ts';
import { createSiteClock } from '../shared/site-clock.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { LanguageSwitch } from '../shell/switches.tsx';
import { ReportCode } from './report-code.tsx';

/** As in the API's schema of a report. */
const MAX_TEXT_CHARS = 1_000;
const MAX_LINE_CHARS = 200;
/** Shortest and longest number that the gateway takes. */
const PHONE_CHARS = { min: 5, max: 50 } as const;
/** Where people may be in danger nobody is held up for a telephone number; the gateway judges it once more. */
const MAY_HURRY: readonly string[] = ['fire', 'help'];
/** What a reporter can tell apart. Help at a lift is people in it: an emergency, as a fire is. */
const MATTERS = ['engineering', 'help', 'fire', 'security', 'cleaning', 'complaint', 'enquiry'] as const;
interface ReportValues {
  readonly class?: string;
  readonly content?: string;
  readonly place?: string;
  readonly contactName?: string;
  readonly contactMethod?: string;
  readonly inDanger?: boolean;
  /** Said after the answer that it was taken for the same matter. */
  readonly isNewMatter?: boolean;
}

/** Somebody who waits looks often enough himself. */
const RECHECK_MS = 60_000;

/** `/report`, `/r/{equipment}`: who scanned the code stands before the equipment. */
export function ReportFormPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const toErrorText = useErrorText();
  const { equipment = null } = useParams();
  const [search] = useSearchParams();
  const at = equipment ?? search.get('equipment');
  const send = useMutation({
    mutationFn: ({ isNewMatter = false, inDanger = false, ...values }: ReportValues) =>
      request<ReportAnswer>('POST', '/report', {
        class: values.class,
        content: values.content?.trim() ?? '',
        place: values.place?.trim() ?? '',
        contactName: values.contactName?.trim() ?? '',
        contactMethod: values.contactMethod?.trim() ?? '',
        ...(at !== null && { equipment: at }),
        ...(inDanger && { inDanger }),
        ...(isNewMatter && { isNewMatter }),
      }),
    onSuccess: ({ token }) => {
      if (token !== null) void navigate(toPath`/report/${token}`, { replace: true });
    },
  });
  const form = useQuery({
    queryKey: ['report-form'],
    queryFn: ({ signal }) => request<ReportForm>('GET', '/report', undefined, signal),
  }).data;
  const [fields] = Form.useForm<ReportValues>();
  const matter = Form.useWatch('class', fields) ?? '';
  const inDanger = Form.useWatch('inDanger', fields) === true;
  const mayHurry = inDanger || MAY_HURRY.includes(matter);
  const required = (field: string) => [
    { required: true, whitespace: true, message: t('common.required', { field }) },
  ];
  if (send.data !== undefined && send.data.token === null)
    return (
      <PublicFrame title={t('report.done')}>
        <Result
          status="success"
          title={t('report.duplicate', { number: send.data.number })}
          extra={
            // Without a number nobody can say who has reported what.
            (send.variables?.contactMethod ?? '').trim() !== '' && (
              <Button
                loading={send.isPending}
                data-testid="report-new-matter"
                onClick={() => send.mutate({ ...send.variables, isNewMatter: true })}
              >
                {t('report.newMatter')}
              </Button>
            )
          }
        />
        <DeskPhone phone={form?.deskPhone ?? null} />
      </PublicFrame>
    );
  return (
    <PublicFrame title={t('report.title')}>
      <p>{t('report.intro')}</p>
      <DeskPhone phone={form?.deskPhone ?? null} />
      {at !== null && <ReportPlace equipment={at} />}
      {at !== null && <StaffAtCode equipment={at} labelKey={search.get('k')} />}
      <Form
        layout="vertical"
        size="large"
        form={fields}
        // Who has scanned the code of an equipment reports its fault, unless he says otherwise.
        initialValues={{ class: at === null ? 'help' : 'engineering' }}
        onFinish={(values: ReportValues) => send.mutate(values)}
      >
        <Form.Item name="class" label={t('report.matterLabel')}>
          <Select
            options={MATTERS.map((value) => ({ value, label: t(`report.matter.${value}`) }))}
            {...testId('report-class')}
          />
        </Form.Item>
        <Form.Item name="inDanger" valuePropName="checked" className="report-danger">
          <Checkbox data-testid="report-danger">{t('report.inDanger')}</Checkbox>
        </Form.Item>
        <Form.Item name="content" label={t('report.what')} rules={required(t('report.what'))}>
          <Input.TextArea
            autoSize={{ minRows: 3, maxRows: 10 }}
            maxLength={MAX_TEXT_CHARS}
            placeholder={t('report.whatHint')}
            data-testid="report-content"
          />
        </Form.Item>
        {at === null && (
          <Form.Item name="place" label={t('report.where')} rules={required(t('report.where'))}>
            <Input
              maxLength={MAX_LINE_CHARS}
              placeholder={t('report.whereHint')}
              data-testid="report-place"
            />
          </Form.Item>
        )}
        <Form.Item name="contactName" label={t('report.name')}>
          <Input maxLength={MAX_LINE_CHARS} autoComplete="name" data-testid="report-name" />
        </Form.Item>
        <Form.Item
          name="contactMethod"
          label={t('report.phone')}
          extra={mayHurry ? t('report.phoneLater') : undefined}
          rules={[...(mayHurry ? [] : required(t('report.phone'))), { min: PHONE_CHARS.min }]}
        >
          <Input type="tel" maxLength={MAX_LINE_CHARS} autoComplete="tel" data-testid="report-phone" />
        </Form.Item>
        <p className="hint">
          {form === undefined ? t('report.privacy') : t('report.privacyDays', { days: form.personalDays })}
        </p>
        {send.error !== null && (
          <Alert className="gap-below" type="error" showIcon title={toErrorText(send.error)} />
        )}
        <Button block type="primary" htmlType="submit" loading={send.isPending} data-testid="report-submit">
          {t('report.submit')}
        </Button>
      </Form>
    </PublicFrame>
  );
}

/** To ring is quicker than to write where it burns. */
function DeskPhone({ phone }: { readonly phone: string | null }) {
  const { t } = useTranslation();
  if (phone === null) return null;
  return (
    <Alert
      className="gap-below"
      type="warning"
      showIcon
      title={
        <a href={`tel:${phone}`} data-testid="report-desk-phone">
          {t('report.ring', { phone })}
        </a>
      }
    />
  );
}

/** What stands on the label beside the code. */
function ReportPlace({ equipment }: { readonly equipment: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const place = useQuery({
    queryKey: ['report-place', equipment],
    queryFn: ({ signal }) =>
      request<{ readonly name: Text; readonly place: Text }>(
        'GET',
        toPath`/report/equipment/${equipment}`,
        undefined,
        signal,
      ),
  }).data;
  if (place === undefined) return null;
  const name = `${format.text(place.name)} · ${format.text(place.place)}`;
  return (
    <p data-testid="report-equipment">
      <b>{t('report.equipment', { name })}</b>
    </p>
  );
}

interface StaffAtCodeProps {
  readonly equipment: string;
  /** Of the label; null = the address was typed, or is that of an old label. */
  readonly labelKey: string | null;
}

/** A colleague who scans the code stands before the equipment: his tickets of it, to confirm that he is on site. */
function StaffAtCode({ equipment, labelKey }: StaffAtCodeProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const isStaff = usePermission('site.read');
  const search = toSearch({ state: 'open', equipment });
  const tickets = useFoundTickets(search, isStaff).data?.items ?? [];
  const code = labelKey === null ? equipment : `/r/${equipment}?k=${labelKey}`;
  if (!isStaff) return null;
  return (
    <Alert
      className="gap-below"
      type="info"
      title={t('report.staff')}
      data-testid="report-staff"
      description={
        <div className="report-staff">
          {tickets.map(({ id, number, content }) => (
            <Link
              key={id}
              to={`/tickets/${id}?${new URLSearchParams({ code })}`}
              data-testid={`report-arrive-${number}`}
            >
              <Button block>{`${number} ${format.text(content)}`}</Button>
            </Link>
          ))}
          <Link to={`/equipment/${equipment}`}>
            <Button block>{t('report.toEquipment')}</Button>
          </Link>
        </div>
      }
    />
  );
}

/** `/report/{token}`. */
export function ReportStatePage() {
  const { t } = useTranslation();
  const { token = '' } = useParams();
  const toErrorText = useErrorText();
  const query = useQuery({
    queryKey: ['report', token],
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) => request<PublicReport>('GET', toPath`/report/${token}`, undefined, signal),
  });
  if (query.error instanceof ProblemError && query.error.status === 404)
    return (
      <PublicFrame title={t('report.title')}>
        <Result status="404" title={t('report.notFound')} />
      </PublicFrame>
    );
  return (
    <PublicFrame title={t('report.done')}>
      {query.data !== undefined && <ReportState report={query.data} />}
      {query.data?.isContactConfirmed === false && !query.data.isOver && <ReportCode token={token} />}
      {query.data === undefined &&
        (query.error === null ? (
          <Spin className="page-spinner" />
        ) : (
          <Alert type="error" showIcon title={toErrorText(query.error)} />
        ))}
    </PublicFrame>
  );
}

function ReportState({ report }: { readonly report: PublicReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { promised } = report;
  // Who is not logged in knows no site: its zone comes with the report.
  const clock = createSiteClock(report.timeZone);
  const toTime = (atMs: number) => clock(atMs).slice(5, 16);
  return (
    <div className="report-state" data-testid="report-state">
      <p className="hint figures">{t('report.number', { number: report.number })}</p>
      <h2 className="prewrap">{format.text(report.content)}</h2>
      <p className="hint">
        {format.text(report.place)} · {t('report.received', { time: toTime(report.receivedAtMs) })}
      </p>
      <p className="report-stage">{format.text(report.stageText)}</p>
      {report.isTogether && <p className="hint">{t('report.together')}</p>}
      {promised !== null && (
        <Alert
          type="info"
          showIcon
          title={t('report.promised', {
            what: format.text(promised.text),
            time: toTime(promised.atMs),
          })}
        />
      )}
      <ol className="report-steps">
        {report.steps.map(({ text, atMs }) => (
          <li key={`${atMs} ${text.zh}`}>
            <span className="hint figures">{toTime(atMs)}</span> {format.text(text)}
          </li>
        ))}
      </ol>
      <p className="hint">{t('report.keep')}</p>
    </div>
  );
}

function PublicFrame({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="public-page">
      <header className="row-card-head">
        <h1>{title}</h1>
        <span className="spread" />
        <LanguageSwitch />
      </header>
      {children}
    </main>
  );
}
