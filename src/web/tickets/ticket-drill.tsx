/** On the ticket of a drill: whoever stands in front of the real thing breaks it off here, and the alarm is reported as real. */
import { Alert, Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSetDrill } from '../alarms/drill-queries.ts';
import type { Ticket } from '../api/types.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { usePermission } from '../shared/use-permission.ts';

export function TicketDrill({ ticket: { isDrill, equipment, closedAtMs } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const mayEnd = usePermission('drill.end');
  const { mutate, isPending, error } = useSetDrill();
  if (!isDrill || equipment === null || closedAtMs !== null || !mayEnd) return null;
  const breakOff = (): void => mutate({ equipment, reason: t('drills.realReason'), untilMs: null });
  return (
    <Alert
      type="info"
      showIcon
      title={t('drills.ticket')}
      description={error === null ? null : toErrorText(error)}
      data-testid="ticket-drill"
      action={
        <Popconfirm
          title={t('drills.realAsk')}
          okText={t('drills.isReal')}
          okButtonProps={{ danger: true, ...testId('ticket-drill-real-submit') }}
          cancelText={t('common.cancel')}
          onConfirm={breakOff}
        >
          <Button danger loading={isPending} data-testid="ticket-drill-real">
            {t('drills.isReal')}
          </Button>
        </Popconfirm>
      }
    />
  );
}
