/** What narrows the list of tickets: words, class, stage, priority, mine, overdue. */
import { Input, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useEquipment } from '../api/queries.ts';
import type { Ticket } from '../api/types.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import type { TicketFilters } from './filter-values.ts';

const CLASSES = ['engineering', 'fire', 'security', 'complaint', 'help', 'enquiry', 'cleaning'] as const;
const PRIORITIES = ['emergency', 'urgent', 'normal'] as const;
const STAGES = [
  'received',
  'recorded',
  'dispatched',
  'taken',
  'on-site',
  'diagnosed',
  'planned',
  'agreed',
  'handling',
  'waiting',
  'done',
  'rework',
  'accepted',
  'visited',
  'closed',
  'archived',
  'cancelled',
  'merged',
] as const satisfies readonly Ticket['stage'][];
/** core/limits.ts `shortTextChars`. */
const MAX_LINE_CHARS = 200;

interface FilterBarProps {
  readonly filters: TicketFilters;
  readonly onChange: (part: Partial<TicketFilters>) => void;
}

export function TicketFilterBar({ filters, onChange }: FilterBarProps) {
  const { t } = useTranslation();
  return (
    <div className="toolbar ticket-filters">
      <Input
        allowClear
        className="search"
        maxLength={MAX_LINE_CHARS}
        placeholder={t('tickets.search')}
        value={filters.text}
        data-testid="ticket-search"
        onChange={(event) => onChange({ text: event.target.value })}
      />
      <Toggle
        isOn={filters.isMine}
        text={t('tickets.mine')}
        id="ticket-mine"
        onChange={(isMine) => onChange({ isMine })}
      />
      <Toggle
        isOn={filters.isOverdue}
        text={t('tickets.overdue')}
        id="ticket-overdue"
        onChange={(isOverdue) => onChange({ isOverdue })}
      />
      <Choice
        id="ticket-filter-priority"
        value={filters.priority}
        all={t('tickets.filterPriority')}
        options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
        onChange={(priority) => onChange({ priority })}
      />
      <Choice
        id="ticket-filter-class"
        value={filters.class}
        all={t('tickets.filterClass')}
        options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))}
        onChange={(value) => onChange({ class: value })}
      />
      <Choice
        id="ticket-filter-stage"
        value={filters.stage}
        all={t('tickets.filterStage')}
        options={STAGES.map((value) => ({ value, label: t(`stage.${value}`) }))}
        onChange={(stage) => onChange({ stage })}
      />
      {filters.equipment !== '' && (
        <EquipmentTag id={filters.equipment} onClose={() => onChange({ equipment: '' })} />
      )}
    </div>
  );
}

interface ToggleProps {
  readonly isOn: boolean;
  readonly text: string;
  readonly id: string;
  readonly onChange: (isOn: boolean) => void;
}

function Toggle({ isOn, text, id, onChange }: ToggleProps) {
  return (
    <button
      type="button"
      className={`filter-toggle ${isOn ? 'is-on' : ''}`}
      aria-pressed={isOn}
      data-testid={id}
      onClick={() => onChange(!isOn)}
    >
      {text}
    </button>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly value: string;
  readonly all: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ id, value, all, options, onChange }: ChoiceProps) {
  return (
    <Select
      className="filter-choice"
      aria-label={all}
      value={value}
      options={[{ value: '', label: all }, ...options]}
      onChange={onChange}
      {...testId(id)}
    />
  );
}

function EquipmentTag({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const format = useFormat();
  const found = useEquipment().data?.items.find((one) => one.id === id);
  return (
    <Tag closable onClose={onClose} data-testid="ticket-filter-equipment">
      {found === undefined ? id : format.text(found.name)}
    </Tag>
  );
}
