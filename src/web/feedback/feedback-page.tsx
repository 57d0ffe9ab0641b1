/** One entry of feedback: what was said, its limits, what was done about it, and what can be done now. */
import ArrowLeftOutlined from '@ant-design/icons/ArrowLeftOutlined';
import { Button, Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { entered, type Fact, FactCard } from '../shared/fact-card.tsx';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { FeedbackActions } from './feedback-actions.tsx';
import { FeedbackClocks } from './feedback-clocks.tsx';
import { FeedbackHistory } from './feedback-history.tsx';
import { FeedbackTags } from './feedback-list-page.tsx';
import { type Feedback, useFeedback, useFeedbackPersonal } from './feedback-queries.ts';

export function FeedbackPage() {
  const { id = '' } = useParams();
  const query = useFeedback(id);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return <FeedbackWhole key={id} feedback={query.data} />;
}

function FeedbackWhole({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <div className="ticket">
      <header>
        <div className="row-card-head">
          <Button
            type="text"
            icon={<ArrowLeftOutlined />}
            aria-label={t('common.back')}
            onClick={() => void navigate('/duty/feedback')}
          />
          <span className="figures hint" data-testid="feedback-number">
            {feedback.number}
          </span>
          <FeedbackTags feedback={feedback} />
        </div>
        <h1 className="prewrap">{feedback.content}</h1>
        <div className="hint">{feedback.place}</div>
      </header>
      <div className="ticket-columns">
        <div className="ticket-main">
          {feedback.changes.length > 0 && <FeedbackActions feedback={feedback} />}
          <FeedbackDone feedback={feedback} />
        </div>
        <div className="ticket-side">
          <Card size="small" title={t('feedback.clocks')}>
            <FeedbackClocks feedback={feedback} />
          </Card>
          <FeedbackFacts feedback={feedback} />
          <FeedbackTickets feedback={feedback} />
          <FeedbackHistory feedback={feedback} />
        </div>
      </div>
    </div>
  );
}

/** What was arranged, told and found out. */
function FeedbackDone({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { handling, answer, analysis, voided } = feedback;
  const written = (by: string, atMs: number) => `${toName(by)} · ${format.dateTime(atMs)}`;
  return (
    <>
      {handling !== null && (
        <FactCard
          title={t('feedback.change.handle')}
          testId="feedback-handling"
          facts={[
            [t('feedback.arranged'), handling.arranged],
            [t('feedback.arrangedBy'), toName(handling.arrangedBy)],
            [t('feedback.written'), written(handling.by, handling.atMs)],
          ]}
        />
      )}
      {answer !== null && (
        <FactCard
          title={t('feedback.change.tell')}
          testId="feedback-answer"
          facts={[
            [t('feedback.result'), answer.result],
            [t('feedback.how'), t(`feedback.way.${answer.how}`)],
            [
              t('feedback.satisfied'),
              answer.isSatisfied === null ? null : answer.isSatisfied ? t('feedback.yes') : t('feedback.no'),
            ],
            [t('feedback.written'), written(answer.by, answer.atMs)],
          ]}
        />
      )}
      {analysis !== null && (
        <FactCard
          title={t('feedback.change.analyse')}
          testId="feedback-analysis"
          facts={[
            [t('feedback.cause'), analysis.cause],
            [t('feedback.measure'), analysis.measure],
            [t('feedback.opinion'), analysis.opinion],
            [t('feedback.written'), written(analysis.by, analysis.atMs)],
          ]}
        />
      )}
      {voided !== null && (
        <FactCard
          title={t('feedback.stage.voided')}
          facts={[
            [t('feedback.reason'), voided.reason],
            [t('feedback.written'), written(voided.by, voided.atMs)],
          ]}
        />
      )}
    </>
  );
}

function FeedbackFacts({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { receivedAtMs, enteredAtMs, receivedBy, handler, channel, filed, isLateEntry } = feedback;
  const facts: readonly Fact[] = [
    [t('feedback.from'), <FeedbackContact key="contact" feedback={feedback} />],
    [
      t('feedback.handler'),
      <span key="handler" data-testid="feedback-handler-name">
        {toName(handler)}
      </span>,
    ],
    [t('feedback.received'), format.dateTime(receivedAtMs)],
    [t('feedback.entered'), isLateEntry ? format.dateTime(enteredAtMs) : null],
    [t('feedback.receivedBy'), toName(receivedBy)],
    [t('feedback.channelLabel'), t(`feedback.channel.${channel}`)],
    [t('feedback.filed'), filed === null ? null : `${toName(filed.by)} · ${format.dateTime(filed.atMs)}`],
  ];
  return <FactCard title={t('ticket.details')} facts={entered(facts)} />;
}

/** Masked until somebody who may asks for it by hand, because the reading is audited. */
function FeedbackContact({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const mayRead = usePermission('ticket.personal');
  const read = useFeedbackPersonal(feedback.id);
  const { contact, hasContact } = feedback;
  if (!hasContact) return t('feedback.anonymous');
  if (contact == null) return t('feedback.destroyed');
  const shown = read.data ?? contact;
  return (
    <>
      <span data-testid="feedback-contact">
        {[shown.name, shown.method].filter((part) => part !== '').join('　')}
      </span>
      {mayRead && read.data === undefined && (
        <Button
          size="small"
          type="link"
          loading={read.isPending}
          title={t('ticket.contactAudited')}
          data-testid="feedback-contact-show"
          onClick={() => read.mutate()}
        >
          {t('ticket.contactShow')}
        </Button>
      )}
    </>
  );
}

function FeedbackTickets({ feedback: { tickets, complaint } }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  if (tickets.length === 0) return null;
  return (
    <Card size="small" title={t('feedback.tickets')} data-testid="feedback-tickets">
      {tickets.map(({ id, number }) => (
        <Link key={id} className="link-line" to={`/tickets/${id}`}>
          {number}
          {id === complaint?.id && ` · ${t('feedback.isComplaint')}`}
        </Link>
      ))}
    </Card>
  );
}
