/** Small marks of a rule: switched off, changed; and the name of its type. */
import { useTranslation } from 'react-i18next';
import type { Rule } from '../api/types.ts';
import { toEventText } from '../shared/to-event-text.ts';

export function RuleMarks({ rule }: { readonly rule: Rule }) {
  const { t } = useTranslation();
  return (
    <>
      {!rule.isEnabled && <span className="tag mark-off">{t('rules.off')}</span>}
      {rule.source.change !== null && <span className="tag mark-changed">{t('rules.changed')}</span>}
    </>
  );
}

export function RuleTypeText({ type }: { readonly type: string }) {
  const { t } = useTranslation();
  return <>{toEventText(t, 'ruleType', type)}</>;
}
