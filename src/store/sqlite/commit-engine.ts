/**
 * What the alarm engine keeps beside occurrences and their history: controls, storms, memories of rules, changes of
 * rules, drills, saved figures. Rows of the transaction that commit.ts runs.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { AlarmControl, Storm } from '../../core/alarm.ts';
import type { EquipmentId } from '../../core/ids.ts';
import type { DrillRow, FiguresPart, RuleChangeRow, RuleMemoryRow } from '../store.ts';
import { type Columns, upsert } from './columns.ts';
import type { Appliers } from './commit.ts';

export type EngineType = 'alarm-control' | 'storm' | 'rule-memories' | 'rule-change' | 'drill' | 'figures';

const CONTROL: Columns<AlarmControl> = {
  alarm_key: (row) => row.key,
  doc: (row) => JSON.stringify(row),
};

const STORM: Columns<Storm> = {
  id: (row) => row.id,
  began_at_ms: (row) => row.beganAtMs,
  ended_at_ms: (row) => row.endedAtMs,
  doc: (row) => JSON.stringify(row),
};

const MEMORY: Columns<RuleMemoryRow> = {
  alarm_key: (row) => row.key,
  doc: (row) => JSON.stringify(row),
};

const CHANGE: Columns<RuleChangeRow> = {
  id: (row) => row.id,
  equipment: (row) => row.equipment,
  rule: (row) => row.rule,
  state: (row) => row.state,
  doc: (row) => JSON.stringify(row),
};

const DRILL: Columns<{ readonly equipment: EquipmentId; readonly drill: DrillRow }> = {
  equipment: ({ equipment }) => equipment,
  doc: ({ drill }) => JSON.stringify(drill),
};

const FIGURES: Columns<FiguresPart> = {
  part: (row) => row.part,
  doc: (row) => JSON.stringify(row.doc),
};

/** @param database as of createCommitter (commit.ts). */
export function createEngineAppliers(database: DatabaseSync): Pick<Appliers, EngineType> {
  const storm = upsert(database, 'storm', ['id'], STORM);
  const memory = upsert(database, 'rule_memory', ['alarm_key'], MEMORY);
  const change = upsert(database, 'rule_change', ['id'], CHANGE);
  return {
    'alarm-control': createControlApplier(database),
    storm: (write) => storm(write.storm),
    'rule-memories': (write) => write.memories.forEach(memory),
    'rule-change': (write) => change(write.change),
    drill: createDrillApplier(database),
    figures: createFiguresApplier(database),
  };
}

function createControlApplier(database: DatabaseSync): Appliers['alarm-control'] {
  const put = upsert(database, 'alarm_control', ['alarm_key'], CONTROL);
  const remove = database.prepare('delete from alarm_control where alarm_key = ?');
  return ({ control }) => {
    if (control.shelf === null && control.outOfService === null) remove.run(control.key);
    else put(control);
  };
}

function createDrillApplier(database: DatabaseSync): Appliers['drill'] {
  const put = upsert(database, 'drill', ['equipment'], DRILL);
  const remove = database.prepare('delete from drill where equipment = ?');
  return ({ equipment, drill }) => {
    if (drill === null) remove.run(equipment);
    else put({ equipment, drill });
  };
}

function createFiguresApplier(database: DatabaseSync): Appliers['figures'] {
  const put = upsert(database, 'figures', ['part'], FIGURES);
  const remove = database.prepare('delete from figures where part = ?');
  return ({ parts }) => {
    for (const row of parts) {
      if (row.doc === null) remove.run(row.part);
      else put(row);
    }
  };
}
