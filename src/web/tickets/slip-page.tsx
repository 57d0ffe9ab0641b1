/** 信息处理单 of one ticket, A4: what the paper form has, for the owner and the archive. The browser prints it. */
import PrinterOutlined from '@ant-design/icons/PrinterOutlined';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useSession, useTicket, useTicketHistory } from '../api/queries.ts';
import type { HistoryEntry, Ticket } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useDoerName, usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';

export function SlipPage() {
  const { id = '' } = useParams();
  const query = useTicket(id);
  const history = useTicketHistory(id).data ?? [];
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return <Slip ticket={query.data} history={history} />;
}

type Cell = readonly [string, ReactNode];

function Slip({ ticket, history }: { readonly ticket: Ticket; readonly history: readonly HistoryEntry[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const site = useSession().data?.site;
  const nowMs = useServerNow();
  return (
    <article className="slip" data-testid="slip">
      <div className="slip-tools">
        <Button type="primary" icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t('slipForm.print')}
        </Button>
      </div>
      <header>
        <div>{site === undefined ? '' : format.text(site.name)}</div>
        <h1>{t('slipForm.title')}</h1>
        <div className="slip-number">
          {t('slipForm.number')} <b>{ticket.number}</b>
          {ticket.slip !== null && ` / ${ticket.slip}`}
        </div>
      </header>
      <SlipTables ticket={ticket} history={history} />
      <footer>
        <span>{t('slipForm.copies')}</span>
        <span>{t('slipForm.printedAt', { time: format.fullDateTime(nowMs) })}</span>
      </footer>
    </article>
  );
}

function SlipTables({
  ticket,
  history,
}: {
  readonly ticket: Ticket;
  readonly history: readonly HistoryEntry[];
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const toDoer = useDoerName();
  const at = (type: string) => {
    const atMs = history.findLast((entry) => entry.type === type)?.atMs;
    return atMs === undefined ? '' : format.fullDateTime(atMs);
  };
  const signed = (name: string | null, type: string) => `${name === null ? '' : toDoer(name)}　${at(type)}`;
  const yesNo = (is: boolean | null | undefined) =>
    is == null ? '' : is ? t('slipForm.yes') : t('slipForm.no');
  const { visit, acceptance } = ticket;
  const materials = ticket.materials.map(({ name, quantity, unit }) => `${name} × ${quantity}${unit}`);
  return (
    <>
      <SlipTable
        title={t('slipForm.receive')}
        rows={[
          [
            [t('tickets.received'), format.fullDateTime(ticket.receivedAtMs)],
            [t('ticket.source'), `${t(`source.${ticket.source}`)}（${t(`channel.${ticket.channel}`)}）`],
          ],
          [
            [t('tickets.class'), t(`class.${ticket.class}`)],
            [t('tickets.priority'), t(`priority.${ticket.priority}`)],
          ],
          [
            [t('field.place'), format.text(ticket.place)],
            [t('ticket.contact'), `${format.text(ticket.contact.name)}　${ticket.contact.method}`],
          ],
          [[t('tickets.content'), format.text(ticket.content)]],
          [[t('ticket.faultKind'), ticket.faultKindText && format.text(ticket.faultKindText)]],
          [[t('ticket.firstReceiver'), toDoer(ticket.firstReceiver)]],
        ]}
      />
      <SlipTable
        title={t('slipForm.dispatch')}
        rows={[
          [
            [t('tickets.assignee'), ticket.assignee === null ? '' : toName(ticket.assignee)],
            [t('ticketEvent.dispatched'), at('dispatched')],
          ],
          [
            [t('ticket.takenBy'), signed(ticket.takenBy, 'taken')],
            [t('ticketEvent.arrived'), at('arrived')],
          ],
        ]}
      />
      <SlipTable
        title={t('slipForm.handle')}
        rows={[
          [[t('field.diagnosis'), ticket.diagnosis]],
          [[t('field.plan'), [ticket.plan, ticket.workInstruction].filter(Boolean).join('；')]],
          [[t('field.result'), ticket.result]],
          [
            [t('field.materials'), materials.join('、')],
            [t('field.amountYuan'), ticket.amountYuan?.toFixed(2)],
          ],
          [
            [t('field.handler'), signed(ticket.handler, 'done')],
            [t('field.testResult'), ticket.testResult],
          ],
        ]}
      />
      <SlipTable
        title={t('slipForm.accept')}
        rows={[
          [[t('field.opinion'), acceptance?.opinion]],
          [
            [t('ticket.acceptance'), signed(acceptance?.by ?? null, 'accepted')],
            [t('slipForm.signature'), ''],
          ],
          [
            [t('field.isRepaired'), yesNo(visit?.isRepaired)],
            [t('field.isSatisfied'), yesNo(visit?.isSatisfied)],
          ],
          [
            [t('field.isChargeAgreed'), yesNo(visit?.isChargeAgreed)],
            [t('ticket.visit'), signed(visit?.by ?? null, 'visited')],
          ],
        ]}
      />
    </>
  );
}

function SlipTable({ title, rows }: { readonly title: string; readonly rows: readonly (readonly Cell[])[] }) {
  return (
    <table className="slip-table">
      <caption>{title}</caption>
      <colgroup>
        <col className="slip-label" />
        <col />
        <col className="slip-label" />
        <col />
      </colgroup>
      <tbody>
        {rows.map((cells) => (
          <tr key={cells[0]?.[0]}>
            {cells.map(([label, value]) => (
              <SlipCell key={label} label={label} value={value} span={cells.length === 1 ? 3 : 1} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface SlipCellProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly span: number;
}

function SlipCell({ label, value, span }: SlipCellProps) {
  return (
    <>
      <th scope="row">{label}</th>
      <td colSpan={span} className="prewrap">
        {value}
      </td>
    </>
  );
}
