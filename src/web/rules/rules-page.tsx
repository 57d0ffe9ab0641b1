/** All rules of the site, searched at the gateway, and on top the changes that wait for a review. */
import { Alert, Checkbox, Empty, Input, Pagination, Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { PAGE_ROWS } from '../api/queries.ts';
import type { Rule } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { RuleMarks, RuleTypeText } from './rule-marks.tsx';
import { useProposedChanges, useRules } from './rule-queries.ts';

/** As the API takes them. */
const MAX_WORDS = 100;

export function RulesPage() {
  const { t } = useTranslation();
  const { search, change } = useRuleSearch();
  return (
    <div data-testid="rules-page">
      <div className="toolbar">
        <h1>{t('rules.title')}</h1>
        <Input
          className="search"
          type="search"
          allowClear
          maxLength={MAX_WORDS}
          value={search.words}
          aria-label={t('rules.search')}
          placeholder={t('rules.search')}
          data-testid="rule-search"
          onChange={(event) => change({ words: event.target.value, page: 1 })}
        />
        <Checkbox
          className="rule-changed"
          checked={search.isChanged}
          onChange={(event) => change({ isChanged: event.target.checked, page: 1 })}
          {...testId('rule-changed-only')}
        >
          {t('rules.changedOnly')}
        </Checkbox>
      </div>
      <Proposed />
      <Rules search={search} onPage={(page) => change({ page })} />
    </div>
  );
}

interface Search {
  readonly words: string;
  readonly isChanged: boolean;
  readonly page: number;
}

function useRuleSearch() {
  const [given, setGiven] = useSearchParams();
  const page = Number(given.get('page') ?? 1);
  const search: Search = {
    words: (given.get('q') ?? '').slice(0, MAX_WORDS),
    isChanged: given.get('changed') === '1',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
  const change = (next: Partial<Search>): void => {
    const { words, isChanged, page: number } = { ...search, ...next };
    setGiven(
      {
        ...(words !== '' && { q: words }),
        ...(isChanged && { changed: '1' }),
        ...(number > 1 && { page: String(number) }),
      },
      { replace: true },
    );
  };
  return { search, change };
}

/** Nothing while no change waits. */
function Proposed() {
  const { t } = useTranslation();
  const items = useProposedChanges().data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Alert
      className="gap-below"
      type="info"
      showIcon
      data-testid="rules-proposed"
      title={t('common.pair', { name: t('ruleChangeState.proposed'), value: items.length })}
      description={
        <span className="proposed-links">
          {items.map(({ id, equipment, rule }) => (
            <Link key={id} className="quiet-link" to={`/rules/${equipment}/${rule}`}>
              {equipment}/{rule}
            </Link>
          ))}
        </span>
      }
    />
  );
}

function Rules({ search, onPage }: { readonly search: Search; readonly onPage: (page: number) => void }) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const query = useRules(search);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items, total } = query.data;
  if (items.length === 0) return <Empty description={t('rules.empty')} />;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      {isPhone ? <RuleCards rules={items} /> : <RuleTable rules={items} />}
      <Pagination
        className="gap-above"
        align="end"
        current={search.page}
        pageSize={PAGE_ROWS}
        total={total}
        showSizeChanger={false}
        showTotal={(count) => t('common.pageTotal', { total: count })}
        onChange={onPage}
      />
    </>
  );
}

function RuleTable({ rules }: { readonly rules: readonly Rule[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const columns: TableColumnsType<Rule> = [
    {
      title: t('alarms.severity'),
      width: 116,
      render: (_, { severity }) => <SeverityTag severity={severity} />,
    },
    { title: t('rules.name'), render: (_, rule) => <RuleName rule={rule} /> },
    { title: t('rules.equipment'), render: (_, { equipmentName }) => format.text(equipmentName) },
    { title: t('rules.type'), width: 150, render: (_, { type }) => <RuleTypeText type={type} /> },
    {
      title: t('rules.delay'),
      width: 120,
      render: (_, { onDelayMs }) => (onDelayMs === 0 ? t('rules.noDelay') : format.span(onDelayMs)),
    },
  ];
  return (
    <Table<Rule>
      rowKey="key"
      size="middle"
      columns={columns}
      dataSource={[...rules]}
      scroll={{ x: 900 }}
      pagination={false}
      rowClassName={({ severity }) => `alarm-row edge-${severity}`}
      onRow={({ equipment, rule }) => ({
        onClick: () => void navigate(`/rules/${equipment}/${rule}`),
        ...testId(`rule-row-${equipment}-${rule}`),
      })}
    />
  );
}

function RuleCards({ rules }: { readonly rules: readonly Rule[] }) {
  const format = useFormat();
  const navigate = useNavigate();
  return (
    <div className="cards">
      {rules.map((rule) => (
        // The card is a shortcut for a thumb; the link inside it serves the keyboard.
        <article
          key={rule.key}
          className={`row-card alarm-row edge-${rule.severity}`}
          data-testid={`rule-row-${rule.equipment}-${rule.rule}`}
          onClick={() => void navigate(`/rules/${rule.equipment}/${rule.rule}`)}
        >
          <div className="row-card-head">
            <SeverityTag severity={rule.severity} />
            <span className="tag">
              <RuleTypeText type={rule.type} />
            </span>
          </div>
          <RuleName rule={rule} />
          <div className="hint">{format.text(rule.equipmentName)}</div>
        </article>
      ))}
    </div>
  );
}

function RuleName({ rule }: { readonly rule: Rule }) {
  const format = useFormat();
  return (
    <>
      <Link
        className="row-link"
        to={`/rules/${rule.equipment}/${rule.rule}`}
        onClick={(event) => event.stopPropagation()}
      >
        {format.text(rule.text)}
      </Link>{' '}
      <RuleMarks rule={rule} />
    </>
  );
}
