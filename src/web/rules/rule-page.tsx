/** One rule: what it says in words, why its alarm is what it is, the changes that people propose and review, and its tests. */
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useRuleExplanation } from '../alarms/alarm-queries.ts';
import { ControlActions } from '../alarms/control-actions.tsx';
import { ExplanationList } from '../alarms/explanation.tsx';
import { ProblemError } from '../api/client.ts';
import { useAlarmControls, useRule } from '../api/queries.ts';
import type { Rule } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { ChangeList } from './change-list.tsx';
import { ProposeDialog } from './propose-dialog.tsx';
import { RuleDefinition } from './rule-definition.tsx';
import { RuleMarks } from './rule-marks.tsx';
import { TestPanel } from './test-panel.tsx';

export function RulePage() {
  const { t } = useTranslation();
  const { equipment = '', rule = '' } = useParams();
  const query = useRule(equipment, rule);
  if (query.error instanceof ProblemError && query.error.status === 404) return <p>{t('rules.notFound')}</p>;
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return <OneRule rule={query.data} />;
}

function OneRule({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="rule-page" data-testid="rule-page">
      <div className="rule-head">
        <Link className="quiet-link" to="/rules">
          {t('rules.title')}
        </Link>
        <h1>{format.text(rule.text)}</h1>
        <div className="row-card-head">
          <SeverityTag severity={rule.severity} />
          <RuleMarks rule={rule} />
          <Link className="quiet-link" to={`/equipment/${rule.equipment}`}>
            {format.text(rule.equipmentName)}
          </Link>
          <span className="spread" />
          <Decide rule={rule} />
        </div>
      </div>
      <div className="rule-columns">
        <section className="panel">
          <h2>{t('rules.definition')}</h2>
          <RuleDefinition rule={rule} />
        </section>
        <section className="panel">
          <Explain rule={rule} />
        </section>
      </div>
      <section className="panel">
        <Changes rule={rule} />
      </section>
      <section className="panel">
        <TestPanel rule={rule} />
      </section>
    </div>
  );
}

/** Shelf and service of the alarm, whether or not it has an open occurrence. */
function Decide({ rule }: { readonly rule: Rule }) {
  const controls = useAlarmControls().data?.items ?? [];
  const control = controls.find(({ key }) => key === rule.key);
  const alarm = { ...rule, shelf: control?.shelf ?? null, outOfService: control?.outOfService ?? null };
  return (
    <ControlActions alarm={alarm} target={{ type: 'rule', equipment: rule.equipment, rule: rule.rule }} />
  );
}

function Explain({ rule: { equipment, rule } }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const query = useRuleExplanation(equipment, rule);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { occurrence } = query.data;
  return (
    <>
      <h2>{occurrence === null ? t('alarms.explainQuietTab') : t('alarms.explainTab')}</h2>
      {occurrence !== null && (
        <p>
          <Link className="quiet-link" to={`/alarms/${occurrence}`} data-testid="rule-occurrence">
            {t('alarms.details')}
          </Link>
        </p>
      )}
      <ExplanationList explanation={query.data} />
    </>
  );
}

function Changes({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const canEdit = usePermission('rule.edit');
  return (
    <>
      <div className="toolbar">
        <h2>{t('rules.changes')}</h2>
        <span className="spread" />
        {canEdit && (
          <Button type="primary" data-testid="rule-propose" onClick={() => setOpen(true)}>
            {t('ruleChange.propose')}
          </Button>
        )}
      </div>
      {rule.severity === 'life-safety' && (
        <Alert className="gap-below" type="warning" showIcon title={t('rules.lifeSafety')} />
      )}
      <ChangeList rule={rule} />
      {isOpen && <ProposeDialog rule={rule} onClose={() => setOpen(false)} />}
    </>
  );
}
