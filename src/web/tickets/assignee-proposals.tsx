/** Whom the ticket could go to, best first, with the reasons; one tap takes the person into the field. */
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAssignees } from '../api/people-queries.ts';
import type { Assignee } from '../api/types.ts';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';

/** Who stands further down is found by name. */
const SHOWN = 4;

interface AssigneeProposalsProps {
  readonly ticket: string;
  readonly value: string;
  readonly onChoose: (username: string) => void;
}

export function AssigneeProposals({ ticket, value, onChoose }: AssigneeProposalsProps) {
  const { t } = useTranslation();
  const data = useAssignees(ticket).data;
  if (data === undefined || data.items.length === 0) return null;
  const needed = data.certificates.map(({ certificate }) => toEventText(t, 'certificate', certificate));
  return (
    <div className="proposals" data-testid="assignee-proposals">
      {needed.length > 0 && (
        <p className="hint">{t('assignees.needs', { certificates: needed.join(t('common.separator')) })}</p>
      )}
      {data.items
        .filter(({ isRefused }) => !isRefused)
        .slice(0, SHOWN)
        .map((person) => (
          <Proposal
            key={person.username}
            person={person}
            isChosen={person.username === value}
            onChoose={onChoose}
          />
        ))}
    </div>
  );
}

interface ProposalProps {
  readonly person: Assignee;
  readonly isChosen: boolean;
  readonly onChoose: (username: string) => void;
}

function Proposal({ person, isChosen, onChoose }: ProposalProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { username, name, standing, openTickets, isFit, reasons } = person;
  const words = [
    t(`assignees.${standing}`),
    t('assignees.open', { count: openTickets }),
    ...(isFit ? [] : [t('assignees.unfit')]),
  ];
  return (
    <Button
      className="proposal"
      type={isChosen ? 'primary' : 'default'}
      ghost={isChosen}
      title={reasons.map(format.text).join(t('common.clause'))}
      data-testid={`assignee-${username}`}
      onClick={() => onChoose(username)}
    >
      <b>{format.text(name)}</b>
      <span className={isFit ? 'hint' : 'attention'}>{words.join(' · ')}</span>
    </Button>
  );
}
