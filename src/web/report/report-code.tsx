/** The code that the desk has read out: the reporter enters it behind his link, and his contact counts as confirmed. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import type { PublicReport } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';

/** As the gateway makes them. */
const CODE_DIGITS = 6;

export function ReportCode({ token }: { readonly token: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toErrorText = useErrorText();
  const send = useMutation({
    mutationFn: (code: string) => request<PublicReport>('POST', toPath`/report/${token}/confirm`, { code }),
    onSuccess: (report) => client.setQueryData(['report', token], report),
  });
  return (
    <Form
      layout="vertical"
      data-testid="report-code"
      onFinish={({ code }: { readonly code: string }) => send.mutate(code)}
    >
      <p className="hint">{t('report.unconfirmed')}</p>
      <Form.Item
        name="code"
        label={t('report.code')}
        rules={[{ required: true, pattern: /^\d{6}$/, message: t('report.codeDigits') }]}
      >
        <Input
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={CODE_DIGITS}
          data-testid="report-code-input"
        />
      </Form.Item>
      {send.error !== null && (
        <Alert className="gap-below" type="error" showIcon title={toErrorText(send.error)} />
      )}
      <Button htmlType="submit" loading={send.isPending} data-testid="report-code-send">
        {t('report.codeSend')}
      </Button>
    </Form>
  );
}
