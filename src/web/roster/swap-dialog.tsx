/** 换班: somebody gives an assignment to a colleague, and may take one of his for it; it holds once it is approved. */
import { Alert, Button, Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Roster } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { ColleagueSelect } from './colleague-select.tsx';
import { useDutyChange } from './duty-queries.ts';
import { useStaffName } from './staff-name.ts';
import { useSlotText } from './use-slot-text.ts';

export interface SwapWish {
  readonly date: string;
  readonly post: string;
  readonly shift: string;
  readonly from: string;
}

/** core/limits.ts `shortTextChars`. */
const MAX_LINE_CHARS = 200;
/** Assignments of the other that are offered in return: a month of shifts. */
const MAX_RETURNS = 31;

interface SwapDialogProps {
  readonly roster: Roster;
  readonly wish: SwapWish;
  /** First local day that can still be given in return. */
  readonly today: string;
  readonly onClose: () => void;
}

interface Values {
  readonly to: string;
  readonly inReturn?: string;
  readonly reason: string;
}

export function SwapDialog({ roster, wish, today, onClose }: SwapDialogProps) {
  const { t } = useTranslation();
  const toName = useStaffName();
  const toSlot = useSlotText(roster);
  const toErrorText = useErrorText();
  const change = useDutyChange(t('roster.swapAsked'), false);
  const [form] = Form.useForm<Values>();
  const to = Form.useWatch('to', form);
  const returns = roster.assignments.filter(({ username, date }) => username === to && date >= today);
  const required = (field: string) => [
    { required: true, whitespace: true, message: t('common.required', { field }) },
  ];
  const send = ({ inReturn, ...values }: Values): void => {
    const slot = returns.find((one) => toSlotId(one) === inReturn);
    const given = slot === undefined ? null : { date: slot.date, post: slot.post, shift: slot.shift };
    const body = { ...wish, ...values, inReturn: given };
    change.mutate({ method: 'POST', path: '/roster/swaps', body }, { onSuccess: onClose });
  };
  return (
    <Modal open footer={null} title={t('roster.swap')} onCancel={onClose}>
      <p>
        {toSlot(wish)} · <b>{toName(wish.from)}</b>
      </p>
      <Form<Values>
        form={form}
        layout="vertical"
        onFinish={send}
        onValuesChange={(changed) => 'to' in changed && form.resetFields(['inReturn'])}
      >
        <Form.Item name="to" label={t('roster.swapTo')} rules={required(t('roster.swapTo'))}>
          <ColleagueSelect name="swap-to" without={wish.from} />
        </Form.Item>
        {returns.length > 0 && (
          <Form.Item name="inReturn" label={t('roster.swapReturn')}>
            <Select
              allowClear
              aria-label={t('roster.swapReturn')}
              options={returns
                .slice(0, MAX_RETURNS)
                .map((one) => ({ value: toSlotId(one), label: toSlot(one) }))}
            />
          </Form.Item>
        )}
        <Form.Item name="reason" label={t('roster.swapReason')} rules={required(t('roster.swapReason'))}>
          <Input maxLength={MAX_LINE_CHARS} data-testid="swap-reason" />
        </Form.Item>
        {change.error !== null && (
          <Alert
            className="gap-below"
            type="error"
            showIcon
            title={toErrorText(change.error)}
            data-testid="swap-error"
          />
        )}
        <Button type="primary" htmlType="submit" loading={change.isPending} data-testid="swap-submit">
          {t('roster.swapAsk')}
        </Button>
      </Form>
    </Modal>
  );
}

function toSlotId({ date, post, shift }: Omit<SwapWish, 'from'>): string {
  return `${date} ${post} ${shift}`;
}
