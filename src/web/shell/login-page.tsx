/** Login with the switches for language and theme: who cannot read the page cannot log in. */
import LockOutlined from '@ant-design/icons/LockOutlined';
import UserOutlined from '@ant-design/icons/UserOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Card, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { login, useSession } from '../api/queries.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { Logo } from './logo.tsx';
import { LanguageSwitch, ThemeSwitch } from './switches.tsx';

interface Credentials {
  readonly username: string;
  readonly password: string;
}

export function LoginPage() {
  const session = useSession();
  const from = (useLocation().state as { from?: string } | null)?.from;
  if (session.data != null) return <Navigate to={from ?? '/'} replace />;
  return (
    <main className="login">
      <Card className="login-card">
        <header className="login-header">
          <Logo />
          <span className="spread" />
          <ThemeSwitch />
          <LanguageSwitch />
        </header>
        <LoginForm hasEnded={from !== undefined && from !== '/'} />
      </Card>
    </main>
  );
}

function LoginForm({ hasEnded }: { readonly hasEnded: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toErrorText = useErrorText();
  const attempt = useMutation({
    mutationFn: ({ username, password }: Credentials) => login(client, username.trim(), password),
  });
  const required = (field: string) => [{ required: true, message: t('common.required', { field }) }];
  return (
    <Form<Credentials> layout="vertical" requiredMark={false} onFinish={(values) => attempt.mutate(values)}>
      {hasEnded && attempt.isIdle && (
        <Alert className="gap-below" type="info" showIcon title={t('login.sessionEnded')} />
      )}
      <Form.Item name="username" label={t('login.username')} rules={required(t('login.username'))}>
        <Input
          prefix={<UserOutlined />}
          autoComplete="username"
          autoFocus
          size="large"
          data-testid="login-username"
        />
      </Form.Item>
      <Form.Item name="password" label={t('login.password')} rules={required(t('login.password'))}>
        <Input.Password
          prefix={<LockOutlined />}
          autoComplete="current-password"
          size="large"
          data-testid="login-password"
        />
      </Form.Item>
      {attempt.error !== null && (
        <Alert
          className="gap-below"
          type="error"
          showIcon
          title={toErrorText(attempt.error)}
          data-testid="login-error"
        />
      )}
      <Button
        type="primary"
        htmlType="submit"
        size="large"
        block
        loading={attempt.isPending}
        data-testid="login-submit"
      >
        {t('login.submit')}
      </Button>
    </Form>
  );
}
