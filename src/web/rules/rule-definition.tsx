/** What a rule says, line by line in words: condition with limits and units, delays, hours, what it opens, where it is from. */
import { Descriptions } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Rule } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { RuleTypeText } from './rule-marks.tsx';
import type { RuleWords } from './rule-words.ts';
import { useRuleWords } from './use-rule-words.ts';

export function RuleDefinition({ rule }: { readonly rule: Rule }) {
  const words = useRuleWords(rule);
  const items = [...useConditionItems(rule, words), ...useConsequenceItems(rule)];
  return (
    <Descriptions
      className="rule-definition"
      bordered
      size="small"
      column={1}
      items={items}
      data-testid="rule-definition"
    />
  );
}

function useConditionItems(rule: Rule, words: RuleWords) {
  const { t } = useTranslation();
  const format = useFormat();
  const delay = (ms: number): string => (ms === 0 ? t('rules.noDelay') : format.span(ms));
  const guards = (list: Rule['when']): string => list.map(words.guard).join(t('common.clause'));
  return [
    { key: 'type', label: t('rules.type'), children: <RuleTypeText type={rule.type} /> },
    { key: 'severity', label: t('rules.severity'), children: <SeverityTag severity={rule.severity} /> },
    ...(words.condition.length === 0
      ? []
      : [{ key: 'condition', label: t('rules.condition'), children: <Lines lines={words.condition} /> }]),
    ...words.params.map(({ name, text }) => ({ key: `param-${name}`, label: name, children: text })),
    ...(rule.when.length === 0 ? [] : [{ key: 'when', label: t('rules.when'), children: guards(rule.when) }]),
    { key: 'on', label: t('rules.onDelay'), children: delay(rule.onDelayMs) },
    { key: 'off', label: t('rules.offDelay'), children: delay(rule.offDelayMs) },
    ...(rule.minGoodSamples > 1
      ? [
          {
            key: 'samples',
            label: t('rules.samples'),
            children: t('rules.samplesNeeded', { count: rule.minGoodSamples }),
          },
        ]
      : []),
    {
      key: 'uncertain',
      label: t('rules.uncertain'),
      children: rule.uncertain === 'use' ? t('rules.uncertainUse') : t('rules.uncertainUnknown'),
    },
    {
      key: 'calendar',
      label: t('rules.calendar'),
      children: rule.calendar === null ? t('rules.always') : format.text(rule.calendar.name),
    },
    ...(rule.expectedWhen === null
      ? []
      : [
          {
            key: 'expected',
            label: t('rules.expected'),
            children: t('common.pair', {
              name: format.text(rule.expectedWhen.text),
              value: guards(rule.expectedWhen.guards),
            }),
          },
        ]),
  ];
}

function useConsequenceItems(rule: Rule) {
  const { t } = useTranslation();
  const format = useFormat();
  const { reAlarmMs, guidance, explainedBy } = rule;
  return [
    ...(rule.isLatching ? [{ key: 'latch', label: t('rules.latch'), children: t('rules.latchYes') }] : []),
    {
      key: 're-alarm',
      label: t('rules.reAlarm'),
      children:
        reAlarmMs === null
          ? t('rules.reAlarmPolicy')
          : t('rules.reAlarmAfter', { duration: format.span(reAlarmMs) }),
    },
    {
      key: 'ticket',
      label: t('rules.ticket'),
      children: rule.opensTicket ? t('rules.ticketYes') : t('rules.ticketNo'),
    },
    ...(explainedBy.length === 0
      ? []
      : [
          {
            key: 'explained',
            label: t('rules.explainedBy'),
            children: explainedBy.map((one) => t(`upstream.${one}`)).join(t('common.separator')),
          },
        ]),
    ...(guidance === null
      ? []
      : [
          {
            key: 'guidance',
            label: t('rules.guidance'),
            children: <span className="prewrap">{format.text(guidance)}</span>,
          },
        ]),
    { key: 'version', label: t('rules.version'), children: <code>{rule.version.slice(0, 12)}</code> },
    { key: 'source', label: t('rules.source'), children: <SourceWords rule={rule} /> },
  ];
}

function SourceWords({ rule: { source } }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { change, profile, file } = source;
  const profileText = t('rules.sourceProfile', { profile: file ?? profile });
  if (change === null) return profileText;
  const reviewed = change.reviewedAtMs;
  return (
    <>
      {t('rules.sourceChange', {
        by: toName(change.by),
        reviewedBy: toName(change.reviewedBy ?? ''),
        time: reviewed === null ? t('common.none') : format.dateTime(reviewed),
      })}
      <div className="prewrap">{change.reason}</div>
      <div className="hint">{profileText}</div>
    </>
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </>
  );
}
