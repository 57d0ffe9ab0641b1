/** What the ticket was born with beside its readings: what the fault takes away, and the repairs before this one. */
import CopyOutlined from '@ant-design/icons/CopyOutlined';
import { App, Button, Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Ticket } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';

export function TicketAffected({ ticket: { affected = null } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (affected === null) return null;
  const toNames = (named: readonly { readonly name: { readonly zh: string; readonly en: string } }[]) =>
    named.length === 0
      ? t('common.none')
      : named.map(({ name }) => format.text(name)).join(t('common.separator'));
  return (
    <Card size="small" title={t('ticket.affected')} data-testid="ticket-affected">
      <dl className="facts">
        <dt>{t('ticket.affectedSupply')}</dt>
        <dd>{t(`option.${affected.supply}`)}</dd>
        <dt>{t('ticket.affectedPlaces')}</dt>
        <dd>{toNames(affected.locations)}</dd>
        <dt>{t('ticket.affectedEquipment')}</dt>
        <dd>{toNames(affected.equipment)}</dd>
        <dt>{t('ticket.isolation')}</dt>
        <dd>
          {affected.isolation === null ? (
            <span className="hint">{t('ticket.isolationUnknown')}</span>
          ) : (
            <b>{format.text(affected.isolation)}</b>
          )}
        </dd>
      </dl>
      <Notice text={format.text(affected.notice)} />
    </Card>
  );
}

/** To be sent by whatever way the house uses. */
function Notice({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = (): void => {
    // Without TLS the browser offers no clipboard.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (clipboard === undefined) {
      void message.warning(t('ticket.copyFailed'));
      return;
    }
    clipboard.writeText(text).then(
      () => void message.success(t('ticket.copied')),
      () => void message.warning(t('ticket.copyFailed')),
    );
  };
  return (
    <div className="notice">
      <div className="row-card-head">
        <span className="hint">{t('ticket.notice')}</span>
        <span className="spread" />
        <Button size="small" icon={<CopyOutlined />} data-testid="ticket-notice-copy" onClick={copy}>
          {t('ticket.copy')}
        </Button>
      </div>
      <p className="prewrap">{text}</p>
    </div>
  );
}

/** The last ones as they were when the ticket was opened; all of them, with those since, are the list's to page through. */
export function PastRepairs({ ticket: { history = [], equipment } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (history.length === 0) return null;
  return (
    <Card size="small" title={t('ticket.pastRepairs')} data-testid="ticket-past-repairs">
      <ul className="attached-alarms">
        {history.map((repair) => (
          <li key={repair.ticket}>
            <Link className="figures" to={`/tickets/${repair.ticket}`}>
              {repair.number}
            </Link>
            {repair.closedAtMs !== null && <span className="hint">{format.dateTime(repair.closedAtMs)}</span>}
            {repair.faultKindText !== null && (
              <span className="tag">{format.text(repair.faultKindText)}</span>
            )}
            <div>{format.text(repair.content)}</div>
            {repair.result !== null && <div className="hint prewrap">{repair.result}</div>}
          </li>
        ))}
      </ul>
      {equipment !== null && (
        <Link to={`/tickets?state=closed&equipment=${equipment}`} data-testid="ticket-all-repairs">
          {t('ticket.allRepairs')}
        </Link>
      )}
    </Card>
  );
}
