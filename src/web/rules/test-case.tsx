/** One case of a rule's tests: its verdict, and unfolded its time line, expectations, and what came out otherwise. */
import CaretDownOutlined from '@ant-design/icons/CaretDownOutlined';
import CaretRightOutlined from '@ant-design/icons/CaretRightOutlined';
import CheckOutlined from '@ant-design/icons/CheckOutlined';
import CloseOutlined from '@ant-design/icons/CloseOutlined';
import MinusOutlined from '@ant-design/icons/MinusOutlined';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePoints } from '../api/queries.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { useQualityText } from '../shared/use-quality-text.ts';
import {
  type TestCase,
  type TestWordsContext,
  type TimedText,
  toCaseTime,
  toExpectedText,
  toHappeningText,
  toStepText,
} from './test-words.ts';

interface TestCaseProps {
  readonly id: number;
  readonly testCase: TestCase;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

export function TestCaseView({ id, testCase, isOpen, onToggle }: TestCaseProps) {
  const format = useFormat();
  const { outcome, name } = testCase;
  const verdict = outcome === null ? 'open' : outcome.isPassed ? 'passed' : 'failed';
  return (
    <li className={`test-case test-${verdict}`} data-testid={`test-case-${id}`} data-verdict={verdict}>
      <div className="test-head">
        <Button
          type="text"
          size="small"
          className="test-toggle"
          icon={isOpen ? <CaretDownOutlined /> : <CaretRightOutlined />}
          aria-expanded={isOpen}
          onClick={onToggle}
          {...testId(`test-toggle-${id}`)}
        >
          {format.text(name)}
        </Button>
        <VerdictTag verdict={verdict} />
      </div>
      {isOpen && <Details testCase={testCase} />}
    </li>
  );
}

const ICONS = { passed: <CheckOutlined />, failed: <CloseOutlined />, open: <MinusOutlined /> } as const;

function VerdictTag({ verdict }: { readonly verdict: keyof typeof ICONS }) {
  const { t } = useTranslation();
  return (
    <span className={`tag test-verdict-${verdict}`}>
      {ICONS[verdict]} {t(`ruleTests.case.${verdict}`)}
    </span>
  );
}

function Details({ testCase }: { readonly testCase: TestCase }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toQuality = useQualityText();
  const points = usePoints().data?.items;
  const context: TestWordsContext = { t, format, toQuality };
  const { events, expect, also, everyMs, outcome } = testCase;
  return (
    <div className="test-details">
      {testCase.points.map(({ point, steps }) => {
        const found = points?.find(({ id }) => id === point);
        const lines = steps.map((step) => ({ atMs: step.atMs, text: toStepText(step, found, context) }));
        return (
          <TimeLine
            key={point}
            title={t('common.pair', {
              name: t('ruleTests.given'),
              value: found === undefined ? point : format.text(found.text),
            })}
            lines={lines}
            context={context}
          />
        );
      })}
      <TimeLine
        title={t('ruleTests.happens')}
        lines={events.map((event) => ({ atMs: event.atMs, text: toHappeningText(event, context) }))}
        context={context}
      />
      <TimeLine
        title={t('ruleTests.expected')}
        lines={expect.map((one) => ({ atMs: one.atMs, text: toExpectedText(one, context) }))}
        context={context}
      />
      {also.length > 0 && <p className="hint">{t('ruleTests.also', { rules: also.join(', ') })}</p>}
      {everyMs !== null && <p className="hint">{t('ruleTests.every', { duration: format.span(everyMs) })}</p>}
      {outcome !== null && !outcome.isPassed && <Failures outcome={outcome} context={context} />}
    </div>
  );
}

interface TimeLineProps {
  readonly title: string;
  readonly lines: readonly TimedText[];
  readonly context: TestWordsContext;
}

/** Nothing where there are no lines. */
function TimeLine({ title, lines, context }: TimeLineProps) {
  if (lines.length === 0) return null;
  return (
    <section>
      <h4>{title}</h4>
      <dl className="test-line">
        {lines.map(({ atMs, text }, at) => (
          // Two things may happen at one time.
          <div key={`${atMs}-${at}`}>
            <dt className="figures">{toCaseTime(atMs, context)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface FailuresProps {
  readonly outcome: NonNullable<TestCase['outcome']>;
  readonly context: TestWordsContext;
}

/** In the words of the files: who mends them reads them there. */
function Failures({ outcome: { failures, timeline }, context }: FailuresProps) {
  const { t } = useTranslation();
  return (
    <section className="test-failures" data-testid="test-failures">
      <h4>{t('ruleTests.found')}</h4>
      {failures.map(({ atMs, expected, found }) => (
        <p key={`${atMs} ${expected}`} className="attention">
          {t('ruleTests.failure', {
            at: atMs === null ? t('ruleTests.atEnd') : toCaseTime(atMs, context),
            expected,
            found,
          })}
        </p>
      ))}
      <details>
        <summary>{t('ruleTests.timeline')}</summary>
        <pre>{timeline.join('\n')}</pre>
      </details>
    </section>
  );
}
