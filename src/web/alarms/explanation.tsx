/** "Why is there an alarm, why is there none": the readings, every layer's sentence in order, and the chain of causes. */
import BranchesOutlined from '@ant-design/icons/BranchesOutlined';
import EyeInvisibleFilled from '@ant-design/icons/EyeInvisibleFilled';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Explanation } from '../api/types.ts';
import { Age } from '../shared/point-value.tsx';
import { AlarmStateTag, NormalTag, SeverityTag } from '../shared/severity-tag.tsx';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useQualityText } from '../shared/use-quality-text.ts';

interface ExplanationListProps {
  readonly explanation: Explanation;
  /** The rule's own page needs no way to itself. */
  readonly hasRuleLink?: boolean;
}

export function ExplanationList({ explanation, hasRuleLink = false }: ExplanationListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { isLive, atMs, equipment, rule, ruleVersion, severity, state, occurrence } = explanation;
  return (
    <div className="explanation" data-testid="explanation">
      <div className="row-card-head">
        <SeverityTag severity={severity} />
        {state === 'A' && occurrence === null ? (
          <QuietState explanation={explanation} />
        ) : (
          <AlarmStateTag state={state} />
        )}
        <span className="hint">
          {isLive ? t('explain.atLive', { time: format.time(atMs) }) : t('explain.fromRecord')}
        </span>
      </div>
      <Causes explanation={explanation} />
      <h4>{t('explain.layers')}</h4>
      <ol className="layers">
        {explanation.layers.map(({ layer, verdict, text }) => (
          <li key={layer} data-testid={`layer-${layer}`} data-verdict={verdict} className={toTone(verdict)}>
            <b>{toEventText(t, 'layer', layer)}</b>
            <span>{format.text(text)}</span>
          </li>
        ))}
      </ol>
      <h4>{t('explain.readings')}</h4>
      <Readings explanation={explanation} />
      <p className="hint">
        {t('explain.version', { version: ruleVersion.slice(0, 12) })}{' '}
        {hasRuleLink && (
          <Link className="quiet-link" to={`/rules/${equipment}/${rule}`} data-testid="explain-rule">
            {t('explain.rule')}
          </Link>
        )}
      </p>
    </div>
  );
}

/** Without an alarm things are normal only where that can be seen. */
function QuietState({ explanation: { layers } }: { readonly explanation: Explanation }) {
  const { t } = useTranslation();
  const condition = layers.find(({ layer }) => layer === 'condition')?.verdict;
  if (condition === 'false') return <NormalTag />;
  if (condition === 'true') return <span className="tag alarm-active">{t('explain.holds.true')}</span>;
  return (
    <span className="tag blind">
      <EyeInvisibleFilled /> {t('explain.holds.unknown')}
    </span>
  );
}

/** The nearest cause first, each below the one that it has brought about. */
function Causes({ explanation: { causes } }: { readonly explanation: Explanation }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (causes.length === 0) return null;
  return (
    <>
      <h4>{t('explain.causes')}</h4>
      <ul className="plain-list cause-chain" data-testid="cause-chain">
        {causes.map(({ occurrence, equipmentName, text, ticket }, depth) => (
          <li key={occurrence} style={{ paddingInlineStart: depth * 18 }}>
            <Link className="cause" to={`/alarms/${occurrence}`}>
              <BranchesOutlined />{' '}
              <span>
                {t('explain.because', { equipment: format.text(equipmentName), text: format.text(text) })}
              </span>
            </Link>
            {ticket !== null && <span className="hint"> {t('explain.causeTicket', { number: ticket })}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Readings({ explanation: { readings } }: { readonly explanation: Explanation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toQualityText = useQualityText();
  if (readings.length === 0) return <p className="hint">{t('explain.noReadings')}</p>;
  return (
    <ul className="plain-list explained-readings">
      {readings.map(({ point, name, role, value, valueText, quality, receivedMs, holds }) => (
        <li key={`${role}-${point}`} data-testid={`explained-${point}`}>
          <span className="hint">{t(`explain.role.${role}`)}</span> {format.text(name)}{' '}
          {value !== null && <b className="figures">{format.text(valueText)}</b>}{' '}
          {quality !== 0 && <span className="bad-reason">{toQualityText(quality)}</span>}
          {holds !== null && <span className="tag">{t(`explain.holds.${holds}`)}</span>}{' '}
          <span className="hint figures">
            {receivedMs === null ? t('explain.neverRead') : <Age sinceMs={receivedMs} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

const HOLDS_ALARM: ReadonlySet<string> = new Set(['true', 'active', 'latched', 'opened', 'passed']);
const UNCLEAR: ReadonlySet<string> = new Set([
  'unknown',
  'error',
  'paused',
  'pending',
  'waiting',
  'returning',
]);
const HIDES: ReadonlySet<string> = new Set([
  'scheduled',
  'expected',
  'explained',
  'settling',
  'shelved',
  'out-of-service',
  'chattering',
  'grouped',
  'disabled',
]);

/** Colour beside the words: what makes an alarm, what leaves it open, what hides it. */
function toTone(verdict: string): string {
  if (HOLDS_ALARM.has(verdict)) return 'layer-alarm';
  if (UNCLEAR.has(verdict)) return 'layer-unclear';
  return HIDES.has(verdict) ? 'layer-hides' : 'layer-quiet';
}
