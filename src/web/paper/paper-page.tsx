/** 单据与二维码: blocks of numbered slips for hours without the gateway, and labels with the code by which people report. */
import PrinterOutlined from '@ant-design/icons/PrinterOutlined';
import { Alert, Button, Card, Empty, InputNumber, Pagination, Segmented, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { NoteDialog } from '../alarms/note-dialog.tsx';
import { PAGE_ROWS, useEquipment } from '../api/queries.ts';
import { DutyTabs } from '../roster/duty-tabs.tsx';
import { useStaffName } from '../roster/staff-name.ts';
import { toEquipmentOptions } from '../shared/equipment-options.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { LateEntries } from './late-entries.tsx';
import {
  BLOCK_SLIPS,
  type Slip,
  type SlipState,
  useMakeSlips,
  useSlips,
  useVoidSlip,
} from './paper-queries.ts';

/** What a desk uses up in an outage of a day. */
const USUAL_COUNT = 20;

export function PaperPage() {
  const canManage = usePermission('slip.manage');
  return (
    <>
      <DutyTabs page="paper" />
      <div className="ticket">
        {canManage && <Labels />}
        {canManage && <MakeBlock />}
        {canManage && <LateEntries />}
        {canManage && <SlipList />}
      </div>
    </>
  );
}

/** One label for each chosen equipment, and one for the house. */
function Labels() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const equipment = useEquipment().data?.items ?? [];
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const search = new URLSearchParams(chosen.map((id) => ['equipment', id]));
  return (
    <Card size="small" title={t('paper.labels')} data-testid="paper-labels">
      <p className="hint">{t('paper.labelsHelp')}</p>
      <div className="paper-row">
        <Select
          mode="multiple"
          className="paper-equipment"
          aria-label={t('paper.labels')}
          placeholder={t('paper.allEquipment')}
          value={[...chosen]}
          showSearch={{ optionFilterProp: 'label' }}
          maxTagCount="responsive"
          options={[...toEquipmentOptions(equipment, format)]}
          onChange={setChosen}
          {...testId('paper-label-equipment')}
        />
        <Button
          icon={<PrinterOutlined />}
          data-testid="paper-label-print"
          onClick={() => void navigate(`/duty/paper/labels?${search}`)}
        >
          {t('paper.printLabels')}
        </Button>
      </div>
    </Card>
  );
}

function MakeBlock() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const toErrorText = useErrorText();
  const [count, setCount] = useState(USUAL_COUNT);
  const make = useMakeSlips();
  const print = (): void =>
    make.mutate(count, {
      onSuccess: ({ items }) => void navigate(`/duty/paper/slips?from=${items[0]?.number ?? ''}`),
    });
  return (
    <Card size="small" title={t('paper.block')}>
      <p className="hint">{t('paper.blockHelp')}</p>
      <Space>
        <InputNumber<number>
          min={1}
          max={BLOCK_SLIPS}
          precision={0}
          value={count}
          aria-label={t('paper.count')}
          data-testid="paper-count"
          onChange={(value) => setCount(value ?? 1)}
        />
        <Button
          type="primary"
          icon={<PrinterOutlined />}
          loading={make.isPending}
          data-testid="paper-make"
          onClick={print}
        >
          {t('paper.make')}
        </Button>
      </Space>
      {make.error !== null && (
        <Alert className="gap-above" type="error" showIcon title={toErrorText(make.error)} />
      )}
    </Card>
  );
}

function SlipList() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [state, setState] = useState<SlipState>('unused');
  const [page, setPage] = useState(1);
  const query = useSlips(state, page);
  return (
    <Card
      size="small"
      title={t('paper.slips')}
      extra={
        <Segmented<SlipState>
          value={state}
          options={(['unused', 'all'] as const).map((value) => ({ value, label: t(`paper.${value}`) }))}
          onChange={(value) => {
            setState(value);
            setPage(1);
          }}
        />
      }
    >
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.items.length === 0 ? (
        <Empty description={t('paper.empty')} />
      ) : (
        <>
          {state === 'unused' && (
            <p>
              <Button
                icon={<PrinterOutlined />}
                data-testid="paper-print-unused"
                onClick={() => void navigate('/duty/paper/slips')}
              >
                {t('paper.printUnused', { count: Math.min(BLOCK_SLIPS, query.data.total) })}
              </Button>
            </p>
          )}
          <ul className="paper-slips">
            {query.data.items.map((slip) => (
              <SlipRow key={slip.number} slip={slip} />
            ))}
          </ul>
          <Pagination
            current={page}
            pageSize={PAGE_ROWS}
            total={query.data.total}
            hideOnSinglePage
            showSizeChanger={false}
            onChange={setPage}
          />
        </>
      )}
    </Card>
  );
}

function SlipRow({ slip }: { readonly slip: Slip }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useStaffName();
  const [isVoiding, setVoiding] = useState(false);
  const { number, printedAtMs, printedBy, ticket, voided } = slip;
  return (
    <li data-testid={`slip-${number}`}>
      <b className="figures">{number}</b>
      <span className="hint">
        {toName(printedBy)} {format.dateTime(printedAtMs)}
      </span>
      {ticket !== null && <Link to={`/tickets/${ticket}`}>{ticket}</Link>}
      {voided !== null && <span className="attention">{t('paper.voided', { reason: voided })}</span>}
      {ticket === null && voided === null && (
        <span className="paper-buttons">
          <Link to={`/tickets/new?slip=${number}`} data-testid={`slip-enter-${number}`}>
            <Button size="small">{t('paper.enter')}</Button>
          </Link>
          <Button size="small" danger data-testid={`slip-void-${number}`} onClick={() => setVoiding(true)}>
            {t('paper.void')}
          </Button>
        </span>
      )}
      {isVoiding && <VoidDialog number={number} onClose={() => setVoiding(false)} />}
    </li>
  );
}

function VoidDialog({ number, onClose }: { readonly number: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const change = useVoidSlip();
  return (
    <NoteDialog
      name="slip-void"
      title={`${t('paper.void')} · ${number}`}
      okText={t('paper.void')}
      noteText={t('paper.voidReason')}
      isNoteNeeded
      isPending={change.isPending}
      error={change.error}
      onSubmit={(reason) => change.mutate({ number, reason }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
