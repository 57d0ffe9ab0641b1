/** A mistake of ours in one page: says that nothing on it can be trusted, instead of leaving half of it standing. */
import { Button, Result } from 'antd';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <Crashed reason={this.state.error.message} />;
  }
}

function Crashed({ reason }: { readonly reason: string }) {
  const { t } = useTranslation();
  return (
    <Result
      status="error"
      title={t('common.crashed')}
      subTitle={reason}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {t('common.reload')}
        </Button>
      }
    />
  );
}
