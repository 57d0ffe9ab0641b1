/** The running gateway as its API sees it: ports of the parts, look-ups, and what /metrics shows of all of them. */
import { randomUUID } from 'node:crypto';
import type { Acquisition } from './acquisition/acquisition.ts';
import { ContactCodes } from './api/contact-codes.ts';
import { PublicReports } from './api/public-reports.ts';
import type { ApiServices, Figure, SimulationPort } from './api/services.ts';
import type { BackupRunner } from './backup/runner.ts';
import type { Clock } from './core/clock.ts';
import { DrillRecords } from './drill-records/records.ts';
import { toEventFigures, toFigures, toListenerFigures, toOutboxFigures, toPointFigures } from './figures.ts';
import type { People } from './people/people.ts';
import type { Pipeline } from './pipeline.ts';
import type { SelfWatch } from './self-watch.ts';
import { createLabels } from './slips/labels.ts';
import { createSlips } from './slips/slips.ts';
import type { StorageWatch } from './storage-watch.ts';
import type { Store } from './store/store.ts';
import type { EventWriter } from './telemetry/events/event-writer.ts';
import type { Writing } from './writing/writing.ts';

/** What app.ts has started. */
export interface GatewayParts {
  readonly clock: Clock;
  readonly store: Store;
  readonly people: People;
  readonly pipeline: Pipeline;
  readonly acquisition: Acquisition;
  readonly writing: Writing;
  readonly backups: BackupRunner;
  /** Of the labels on the equipment. */
  readonly labelSecret: string;
  readonly watch: SelfWatch;
  readonly storage: StorageWatch;
  /** null without a sink for events. */
  readonly events: EventWriter | null;
}

export interface GatewayFacts {
  readonly version: string;
  readonly log: ApiServices['log'];
  readonly simulation: SimulationPort | null;
}

export function toApiServices({ version, log, simulation }: GatewayFacts, parts: GatewayParts): ApiServices {
  const { clock, store, people, pipeline, acquisition, writing, backups, watch, storage, labelSecret } =
    parts;
  const { engine, alarms, service } = pipeline;
  const model = () => pipeline.model();
  const publicReports = new PublicReports();
  const contactCodes = new ContactCodes();
  return {
    get model() {
      return model();
    },
    version,
    clock,
    log,
    latest: pipeline.latest,
    texts: pipeline.texts,
    pointQuality: pipeline.pointQuality,
    history: pipeline.history,
    queries: store.queries,
    commands: engine,
    explain: engine,
    alarmFigures: alarms.figures,
    ruleChanges: alarms.rules,
    ruleTests: alarms.ruleTests,
    backtests: alarms.backtests,
    policies: service.policies,
    roster: service.board,
    openLoad: () => engine.openLoad(),
    staff: service.board,
    handovers: service.handovers,
    commissioning: pipeline.commissioning,
    attachments: service.attachments,
    drillRecords: new DrillRecords({ store, clock, createId: randomUUID, model }),
    slips: createSlips({ store, clock, commands: engine }),
    labels: createLabels(labelSecret),
    publicReports,
    contactCodes,
    writing,
    backups,
    storage,
    people,
    links: () => acquisition.links(),
    clocks: (link) => pipeline.clocks.offsets(link),
    requests: (link) => acquisition.requests(link),
    listeners: () => acquisition.listeners(),
    health: () => watch.health(),
    isReady: () => watch.isReady(),
    feeds: pipeline.feeds,
    simulation,
    audit: (entry) =>
      store.commit({ writes: [{ type: 'audit', entry: { ...entry, atMs: clock.now().wallMs } }] }),
    figures: () => [
      ...toAllFigures(parts),
      ...toFigures('riser_public_reports', { ...publicReports.counters() }),
      ...toFigures('riser_contact_codes', { ...contactCodes.counters() }),
    ],
  };
}

function toAllFigures({ pipeline, acquisition, writing, watch, events }: GatewayParts): Figure[] {
  const { alarms, service } = pipeline;
  const outbox = service.outbox();
  return [
    ...watch.figures(),
    ...toPointFigures(pipeline.pointQuality.tally(null)),
    ...acquisition.listeners().flatMap(toListenerFigures),
    ...toFigures('riser_writing', { ...writing.counters() }),
    ...toFigures('riser_history', { ...pipeline.history.counters() }),
    ...(events === null ? [] : toEventFigures(events.counters())),
    ...toFigures('riser_texts', { refused: pipeline.texts.refused }),
    ...toFigures('riser_rule_changes', { ...alarms.rules.counters() }),
    ...toFigures('riser_rule_tests', { ...alarms.ruleTests.counters() }),
    ...toFigures('riser_backtests', { ...alarms.backtests.counters() }),
    ...toFigures('riser_alarm_figures', { ...alarms.figures.counters() }),
    ...(outbox === null ? [] : toOutboxFigures(outbox)),
    ...toFigures('riser_attachments', { ...service.attachments.counters() }),
    ...toFigures('riser_policies', { ...service.policies.counters() }),
  ];
}
