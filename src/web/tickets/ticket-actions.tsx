/** What this person can do now: the natural next step is open, the others are one tap away. */
import { Alert, Button, Card } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTicketStep } from '../api/ticket-queries.ts';
import type { Ticket } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { SplitButton } from './split-dialog.tsx';
import { StepForm, SubmitError } from './step-form.tsx';
import { type Action, BACKWARD, toActions } from './step-values.ts';

const ENDED: readonly Ticket['stage'][] = ['closed', 'archived', 'cancelled', 'merged'];

export function TicketActions({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [chosen, setChosen] = useState<string | null>(null);
  const card = useRef<HTMLDivElement>(null);
  const submit = useTicketStep(ticket);
  const { main, others, natural } = toActions(ticket);
  const action = [...main, ...others].find(({ id }) => id === chosen) ?? natural;
  // A failure outlives the form: a ticket that somebody else moved on has another form already.
  const failure = submit.error !== null && <SubmitError error={submit.error} ticket={ticket} />;
  if (main.length + others.length === 0)
    return (
      <div className="no-actions">
        {failure}
        <NothingToDo ticket={ticket} />
      </div>
    );
  // The steps along the path are named by their buttons, the others stand below the form.
  const isAside = action !== null && others.includes(action);
  const title = isAside ? `${t('ticket.moreSteps')} · ${format.text(action.text)}` : t('ticket.action');
  const choose = ({ id }: Action): void => {
    submit.reset();
    setChosen(id);
    // Chosen below the form, which opens above.
    card.current?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Card ref={card} size="small" title={title} className="actions">
      <MainActions actions={main} chosen={action?.id ?? null} onChoose={choose} />
      {action?.id === 'dispatch' && <Dispatched ticket={ticket} />}
      {failure}
      {action === null ? (
        <p className="hint">{t('ticket.noAction')}</p>
      ) : (
        <StepForm
          key={action.id}
          ticket={ticket}
          action={action}
          submit={submit}
          onDone={() => setChosen(null)}
        />
      )}
      <OtherActions ticket={ticket} actions={others} chosen={action?.id ?? null} onChoose={choose} />
    </Card>
  );
}

/** Given to somebody already: said before it is given to another. */
function Dispatched({ ticket: { stage, assignee } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const toName = usePersonName();
  if (stage !== 'dispatched' || assignee === null) return null;
  return <p className="hint">{t('ticket.dispatchedTo', { name: toName(assignee) })}</p>;
}

interface ActionsProps {
  readonly actions: readonly Action[];
  readonly chosen: string | null;
  readonly onChoose: (action: Action) => void;
}

function MainActions({ actions, chosen, onChoose }: ActionsProps) {
  const format = useFormat();
  if (actions.length === 0) return null;
  return (
    <div className="action-tabs" role="tablist">
      {actions.map((action) => (
        <button
          key={action.id}
          type="button"
          role="tab"
          aria-selected={action.id === chosen}
          className={`action-tab ${BACKWARD.includes(action.id) ? 'is-backward' : ''}`}
          data-testid={`ticket-transition-${action.id}`}
          onClick={() => onChoose(action)}
        >
          {format.text(action.text)}
        </button>
      ))}
    </div>
  );
}

/** A phone shows them on demand: there the next step needs the room. */
function OtherActions({ ticket, actions, chosen, onChoose }: ActionsProps & { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isPhone = useIsPhone();
  const [isOpen, setOpen] = useState(false);
  if (actions.length === 0) return null;
  if (isPhone && !isOpen)
    return (
      <Button block data-testid="ticket-more-steps" onClick={() => setOpen(true)}>
        {t('ticket.moreSteps')}
      </Button>
    );
  return (
    <div className="other-actions">
      <span className="hint">{t('ticket.moreSteps')}</span>
      {actions.map((action) => (
        <Button
          key={action.id}
          size={isPhone ? 'middle' : 'small'}
          type={action.id === chosen ? 'primary' : 'default'}
          danger={BACKWARD.includes(action.id)}
          data-testid={`ticket-transition-${action.id}`}
          onClick={() => {
            setOpen(false);
            onChoose(action);
          }}
        >
          {format.text(action.text)}
        </Button>
      ))}
      <SplitButton ticket={ticket} />
    </div>
  );
}

function NothingToDo({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const title = ENDED.includes(ticket.stage) ? t('ticket.ended') : t('ticket.noAction');
  return <Alert type="info" showIcon title={title} />;
}
