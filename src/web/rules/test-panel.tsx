/** The tests of a rule: each case with its time line and what must come of it, run on demand, what failed on top. */
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Rule, RuleTests } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { useRuleTests, useRunRuleTests } from './rule-queries.ts';
import { TestCaseView } from './test-case.tsx';

export function TestPanel({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const query = useRuleTests(rule.equipment, rule.rule);
  const run = useRunRuleTests(rule.equipment, rule.rule);
  const mayEdit = usePermission('rule.edit');
  const mayApprove = usePermission('rule.approve');
  const hasCases = (query.data?.cases.length ?? 0) > 0;
  return (
    <div data-testid="rule-tests">
      <div className="toolbar">
        <h2>{t('ruleTests.title')}</h2>
        {query.data !== undefined && hasCases && <Verdict tests={query.data} />}
        <span className="spread" />
        {(mayEdit || mayApprove) && hasCases && (
          <Button loading={run.isPending} data-testid="rule-tests-run" onClick={() => run.mutate()}>
            {t('ruleTests.run')}
          </Button>
        )}
      </div>
      {run.error !== null && (
        <Alert className="gap-below" type="error" showIcon title={toErrorText(run.error)} />
      )}
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Cases tests={query.data} />
      )}
    </div>
  );
}

function Verdict({ tests: { lastRun } }: { readonly tests: RuleTests }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (lastRun === null) return <span className="tag">{t('ruleTests.notRun')}</span>;
  const { passed, failed, atMs, tookMs } = lastRun;
  const duration = t('duration.seconds', { seconds: Math.max(0.1, Math.round(tookMs / 100) / 10) });
  return (
    <>
      <span
        className={`tag ${failed > 0 ? 'alarm-active' : 'alarm-returned'}`}
        data-testid="rule-tests-verdict"
        data-failed={failed}
      >
        {failed > 0 ? t('ruleTests.failed', { failed, passed }) : t('ruleTests.passed', { count: passed })}
      </span>
      <span className="hint">{t('ruleTests.ranAt', { time: format.dateTime(atMs), duration })}</span>
    </>
  );
}

/** What failed first; otherwise as they are written. */
function Cases({ tests: { cases, file, isRuleChanged } }: { readonly tests: RuleTests }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<number | null>(null);
  if (cases.length === 0) return <p className="hint">{t('ruleTests.none')}</p>;
  const ordered = cases
    .map((one, at) => ({ one, at }))
    .sort((a, b) => toRank(a.one) - toRank(b.one) || a.at - b.at);
  return (
    <>
      <p className="hint">
        {t('ruleTests.help')} {file === null ? t('ruleTests.generic') : t('ruleTests.file', { file })}
      </p>
      {isRuleChanged && <Alert className="gap-below" type="info" showIcon title={t('ruleTests.isChanged')} />}
      <ul className="plain-list test-cases">
        {ordered.map(({ one, at }) => (
          <TestCaseView
            key={at}
            id={at}
            testCase={one}
            isOpen={open === at || one.outcome?.isPassed === false}
            onToggle={() => setOpen(open === at ? null : at)}
          />
        ))}
      </ul>
    </>
  );
}

function toRank({ outcome }: RuleTests['cases'][number]): number {
  return outcome?.isPassed === false ? 0 : 1;
}
