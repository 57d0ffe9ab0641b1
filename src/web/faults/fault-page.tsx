/** Faults that the running simulators know: put in and taken away. Only with simulators, only with the permission. */
import { Card, Empty, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment, useFaults } from '../api/queries.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { ActiveFaults } from './active-faults.tsx';
import { FaultButton } from './fault-button.tsx';
import { type FaultGroup, type FaultSystem, type FaultUnit, toFaultSystems } from './fault-groups.ts';

const ALL = '';
/** Equipment with more parts has the whole width. */
const WIDE_UNITS = 3;

export function FaultPage() {
  const { t } = useTranslation();
  const query = useFaults();
  const equipment = useEquipment().data?.items ?? [];
  const [search, setSearch] = useState('');
  const [system, setSystem] = useState(ALL);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const faults = query.data.items;
  const systems = toFaultSystems(faults, equipment, search);
  const shown = systems.filter(({ id }) => system === ALL || id === system);
  return (
    <div data-testid="fault-panel">
      <div className="toolbar">
        <h1>{t('faults.title')}</h1>
        <SystemSelect systems={toFaultSystems(faults, equipment, '')} value={system} onChange={setSystem} />
        <Input
          allowClear
          className="search"
          placeholder={t('faults.search')}
          data-testid="fault-search"
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <ActiveFaults faults={faults.filter(({ isActive }) => isActive)} equipment={equipment} />
      <p className="hint">{t('faults.help')}</p>
      {shown.length === 0 && <Empty description={t('faults.empty')} />}
      {shown.map((one) => (
        <SystemFaults key={one.id} system={one} />
      ))}
    </div>
  );
}

interface SystemSelectProps {
  readonly systems: readonly FaultSystem[];
  readonly value: string;
  readonly onChange: (system: string) => void;
}

function SystemSelect({ systems, value, onChange }: SystemSelectProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Select
      className="fault-system"
      value={value}
      onChange={onChange}
      data-testid="fault-system"
      aria-label={t('faults.all')}
      options={[
        { value: ALL, label: t('faults.all') },
        ...systems.map(({ id, text }) => ({ value: id, label: text === null ? id : format.text(text) })),
      ]}
    />
  );
}

function SystemFaults({ system }: { readonly system: FaultSystem }) {
  const format = useFormat();
  return (
    <section className="fault-section">
      <h2>{system.text === null ? system.id : format.text(system.text)}</h2>
      <div className="fault-groups">
        {system.groups.map((group) => (
          <Group key={group.id} group={group} />
        ))}
      </div>
    </section>
  );
}

function Group({ group }: { readonly group: FaultGroup }) {
  const format = useFormat();
  const { id, equipment, units } = group;
  return (
    <Card
      size="small"
      className={units.length > WIDE_UNITS ? 'fault-group-wide' : ''}
      title={equipment === null ? id : format.text(equipment.name)}
      extra={equipment !== null && <span className="hint">{format.text(equipment.place)}</span>}
    >
      {units.map((unit) => (
        <Unit key={unit.id} unit={unit} />
      ))}
    </Card>
  );
}

function Unit({ unit }: { readonly unit: FaultUnit }) {
  const format = useFormat();
  return (
    <div className="fault-unit">
      {unit.part !== null && <span className="hint">{format.text(unit.part)}</span>}
      <div className="fault-buttons">
        {unit.faults.map((fault) => (
          <FaultButton key={fault.fault} fault={fault} />
        ))}
      </div>
    </div>
  );
}
