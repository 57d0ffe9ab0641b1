/** Feedback taken down at the desk: what was said first, then where it comes from and who it was. */
import { Alert, Button, Card, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ColleagueSelect } from '../roster/colleague-select.tsx';
import { testId } from '../shared/test-id.ts';
import { TimeField } from '../shared/time-field.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useOpenFeedback } from './feedback-queries.ts';
import { CHANNELS, MAX_LINE_CHARS, MAX_TEXT_CHARS, SOURCES, SUBJECTS } from './words.ts';

export function NewFeedbackForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const toErrorText = useErrorText();
  const open = useOpenFeedback();
  const required = [
    { required: true, whitespace: true, message: t('common.required', { field: t('feedback.content') }) },
  ];
  const submit = (values: Readonly<Record<string, unknown>>): void =>
    open.mutate(toBody(values), {
      onSuccess: ({ id }) => {
        onDone();
        void navigate(`/duty/feedback/${id}`);
      },
    });
  return (
    <Card className="gap-below" size="small" title={t('feedback.new')} data-testid="feedback-form">
      <Form
        layout="vertical"
        initialValues={{ source: 'desk', channel: 'in-person', subject: 'repairs' }}
        onFinish={submit}
      >
        <Form.Item name="content" label={t('feedback.content')} rules={required}>
          <Input.TextArea
            autoFocus
            autoSize={{ minRows: 2, maxRows: 10 }}
            maxLength={MAX_TEXT_CHARS}
            data-testid="feedback-content"
          />
        </Form.Item>
        <div className="form-grid">
          <Form.Item name="subject" label={t('feedback.subjectLabel')}>
            <Select
              options={SUBJECTS.map((value) => ({ value, label: t(`feedback.subject.${value}`) }))}
              {...testId('feedback-subject')}
            />
          </Form.Item>
          <Form.Item name="source" label={t('feedback.sourceLabel')}>
            <Select
              options={SOURCES.map((value) => ({ value, label: t(`feedback.source.${value}`) }))}
              {...testId('feedback-source')}
            />
          </Form.Item>
          <Form.Item name="channel" label={t('feedback.channelLabel')}>
            <Select options={CHANNELS.map((value) => ({ value, label: t(`feedback.channel.${value}`) }))} />
          </Form.Item>
          <Form.Item name="place" label={t('feedback.place')}>
            <Input maxLength={MAX_LINE_CHARS} data-testid="feedback-place" />
          </Form.Item>
          <Form.Item name="contactName" label={t('feedback.contactName')} extra={t('feedback.anonymousHint')}>
            <Input maxLength={MAX_LINE_CHARS} autoComplete="off" data-testid="feedback-contact-name" />
          </Form.Item>
          <Form.Item name="contactMethod" label={t('feedback.contactMethod')}>
            <Input maxLength={MAX_LINE_CHARS} autoComplete="off" data-testid="feedback-contact-method" />
          </Form.Item>
          <Form.Item name="handler" label={t('feedback.handler')} extra={t('feedback.handlerHint')}>
            <ColleagueSelect name="feedback-handler" />
          </Form.Item>
          <Form.Item name="receivedAtMs" label={t('feedback.receivedAt')} extra={t('feedback.lateHint')}>
            <TimeField testId="feedback-received-at" />
          </Form.Item>
        </div>
        {open.error !== null && (
          <Alert
            className="gap-below"
            type="error"
            showIcon
            title={toErrorText(open.error)}
            data-testid="feedback-error"
          />
        )}
        <div className="action-buttons">
          <Button type="primary" htmlType="submit" loading={open.isPending} data-testid="feedback-submit">
            {t('common.submit')}
          </Button>
          <Button onClick={onDone}>{t('common.cancel')}</Button>
        </div>
      </Form>
    </Card>
  );
}

/** What is left empty is not said. */
function toBody(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const said = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(said);
}
