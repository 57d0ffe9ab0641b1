/** 交接班: what one shift hands to the next, frozen when it is begun, signed by both. */
import { Button, Card, Empty, Form, Input, Select } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../api/queries.ts';
import type { Handover } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { ColleagueSelect } from './colleague-select.tsx';
import { useDutyChange, useDutyNow, useHandovers, useRoster, useSign } from './duty-queries.ts';
import { DutyTabs } from './duty-tabs.tsx';
import { useStaffName } from './staff-name.ts';

/** core/limits.ts `textChars`. */
const MAX_TEXT_CHARS = 4_000;
/** Whether what comes in is practice is what a shift has to know first. */
const LISTS = [
  'incidents',
  'drills',
  'commissioning',
  'standing',
  'shelved',
  'suppressed',
  'outOfService',
  'lockOuts',
  'tickets',
  'blind',
] as const;

export function HandoverPage() {
  const { t } = useTranslation();
  const canSign = usePermission('handover.sign');
  const query = useHandovers();
  return (
    <>
      <DutyTabs page="handover" />
      <div className="ticket">
        {canSign && <BeginForm />}
        {query.data === undefined ? (
          <QueryState error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data.items.length === 0 ? (
          <Empty description={t('handover.none')} />
        ) : (
          query.data.items.map((handover) => <HandoverCard key={handover.id} handover={handover} />)
        )}
      </div>
    </>
  );
}

interface Values {
  readonly to: string;
  readonly post: string;
  readonly note?: string;
}

function BeginForm() {
  const { t } = useTranslation();
  const format = useFormat();
  const username = useSession().data?.username ?? '';
  const posts = useRoster().data?.posts ?? [];
  const own = useDutyNow().data?.items.find((one) => one.username === username)?.post;
  const [form] = Form.useForm<Values>();
  // Whoever hands over mostly hands over the post that he is on; chosen already, it stays.
  useEffect(() => {
    if (own !== undefined && form.getFieldValue('post') === undefined) form.setFieldValue('post', own);
  }, [own, form]);
  const change = useDutyChange(t('handover.begun'));
  const required = (field: string) => [{ required: true, message: t('common.required', { field }) }];
  const begin = ({ to, post, note = '' }: Values): void =>
    change.mutate(
      { method: 'POST', path: '/handovers', body: { from: username, to, post, note } },
      {
        onSuccess: () => {
          form.resetFields();
          if (own !== undefined) form.setFieldValue('post', own);
        },
      },
    );
  return (
    <Card size="small" title={t('handover.begin')}>
      <Form<Values> form={form} layout="vertical" onFinish={begin}>
        <div className="form-grid">
          <Form.Item name="to" label={t('handover.to')} rules={required(t('handover.to'))}>
            <ColleagueSelect name="handover-to" without={username} />
          </Form.Item>
          <Form.Item name="post" label={t('handover.post')} rules={required(t('handover.post'))}>
            {posts.length === 0 ? (
              <Input data-testid="handover-post" />
            ) : (
              <Select
                options={posts.map(({ id, name }) => ({ value: id, label: format.text(name) }))}
                {...testId('handover-post')}
              />
            )}
          </Form.Item>
        </div>
        <Form.Item name="note" label={t('handover.note')}>
          <Input.TextArea maxLength={MAX_TEXT_CHARS} autoSize={{ minRows: 2 }} data-testid="handover-note" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={change.isPending} data-testid="handover-begin">
          {t('handover.begin')}
        </Button>
      </Form>
    </Card>
  );
}

function HandoverCard({ handover }: { readonly handover: Handover }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useStaffName();
  const posts = useRoster().data?.posts ?? [];
  const post = posts.find(({ id }) => id === handover.post);
  return (
    <Card
      size="small"
      title={`${format.dateTime(handover.atMs)} · ${post === undefined ? handover.post : format.text(post.name)} · ${toName(handover.from)} → ${toName(handover.to)}`}
      data-testid={`handover-${handover.id}`}
    >
      {handover.note !== '' && <p className="prewrap">{handover.note}</p>}
      {LISTS.map((list) => {
        const lines = handover[list];
        // One of before has no list of drills; that there was none it does not say.
        return lines && <Lines key={list} title={t(`handover.lines.${list}`)} lines={lines} />;
      })}
      <div className="action-buttons">
        <Signature handover={handover} name={handover.from} atMs={handover.signedFromAtMs} />
        <Signature handover={handover} name={handover.to} atMs={handover.signedToAtMs} />
      </div>
    </Card>
  );
}

interface LinesProps {
  readonly title: string;
  readonly lines: Handover['standing'];
}

function Lines({ title, lines }: LinesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  if (lines.length === 0)
    return <div className="hint">{t('common.pair', { name: title, value: t('handover.nothing') })}</div>;
  return (
    <details open={lines.length <= OPEN_LINES}>
      <summary>
        {title} ({lines.length})
      </summary>
      <ul className="plain-list">
        {lines.map(({ id, text, detail }) => (
          <li key={id}>
            {format.text(text)} <span className="hint">{toName(detail)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Longer lists are folded. */
const OPEN_LINES = 8;

interface SignatureProps {
  readonly handover: Handover;
  readonly name: string;
  readonly atMs: number | null;
}

function Signature({ handover, name, atMs }: SignatureProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = useStaffName();
  const username = useSession().data?.username;
  const { isPending, sign } = useSign();
  if (atMs !== null)
    return (
      <span className="tag clock-met">
        {t('handover.signed', { name: toName(name), time: format.dateTime(atMs) })}
      </span>
    );
  if (name !== username) return <span className="tag">{t('handover.unsigned', { name: toName(name) })}</span>;
  return (
    <Button type="primary" loading={isPending} data-testid="handover-sign" onClick={() => sign(handover.id)}>
      {name === handover.from ? t('handover.signFrom') : t('handover.signTo')}
    </Button>
  );
}
