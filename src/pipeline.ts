/**
 * The middle of the gateway, joined: a reading goes to the live view, the quality figures, the evidence, the journal and the
 * decision loop, in this order; what the loop decides goes to the feeds, and its messages to their channels. app.ts says
 * what comes before and behind it.
 */
import type { Logger } from 'pino';
import { type AlarmParts, openAlarmParts } from './alarm-parts.ts';
import type { Commissioning } from './commissioning/commissioning.ts';
import { openCommissioningParts } from './commissioning-parts.ts';
import type { SiteModel } from './config/model.ts';
import type { Policy } from './config/policy.ts';
import type { Environment } from './config/references.ts';
import type { Clock } from './core/clock.ts';
import { LIMITS } from './core/limits.ts';
import type { ReadingBatch } from './core/reading.ts';
import { createTexts, type Texts } from './core/texts.ts';
import { Engine, type EngineOptions, type EnginePhase } from './engine/engine.ts';
import { createFeeds, type Feeds } from './feeds.ts';
import { toHandoverSources } from './handover-sources.ts';
import { openServiceParts, type ServiceParts } from './service-parts.ts';
import type { Store } from './store/store.ts';
import { createDeviceClocks, type DeviceClocks } from './telemetry/device-clocks.ts';
import { createHistory, type History } from './telemetry/history/history.ts';
import type { Journal } from './telemetry/journal.ts';
import { createLatest, type Latest } from './telemetry/latest.ts';
import { createPointQuality } from './telemetry/point-quality.ts';
import type { PointQualityView } from './telemetry/point-quality-view.ts';
import { createRecent } from './telemetry/recent.ts';

export interface PipelineOptions {
  /** As the files have it. */
  readonly model: SiteModel;
  readonly version: string;
  /** What the site was read with; left out = the process's own environment. */
  readonly env?: Environment | undefined;
  readonly log: Logger;
  readonly store: Store;
  readonly journal: Pick<Journal, 'append' | 'history'>;
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly onPhase: ((phase: EnginePhase) => void) | undefined;
  readonly onStop: (stopper: () => Promise<void> | void) => void;
}

export interface Pipeline {
  readonly feeds: Feeds;
  readonly latest: Latest;
  readonly texts: Texts;
  readonly pointQuality: PointQualityView;
  readonly clocks: DeviceClocks;
  readonly history: History;
  readonly engine: Engine;
  readonly alarms: AlarmParts;
  readonly service: ServiceParts;
  readonly commissioning: Commissioning;
  /** As it runs now: with the rules and the policy that are in force. */
  model(): SiteModel;
}

/** @throws RiserError `store-failed` */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { env, store, dataDirectory, clock, log, version, onStop } = options;
  const feeds = createFeeds();
  const shared = { model: options.model, store, dataDirectory, clock, log };
  const alarms = await openAlarmParts({ ...shared, env, changes: feeds.ruleChanges });
  const pointQuality = createPointQuality(options.model, clock);
  const latest = createLatest(options.model);
  const clocks = createDeviceClocks(options.model);
  const service = await openServiceParts({
    ...shared,
    notify: options.model.notify,
    version,
    policyChanges: feeds.policies,
    announcements: feeds.inbox,
    pages: feeds.pages,
    handoverSources: () => toHandoverSources({ ...toSeen(options), latest, pointQuality, commissioning }),
  });
  const policy = (): Policy => service.policy();
  const toModel = (policy: Policy): SiteModel => ({ ...alarms.rules.model(), policy });
  const model = toModel(service.policy());
  const texts = createTexts(LIMITS.texts);
  const live = () => alarms.rules.model();
  const proving = await openCommissioningParts({ ...shared, latest, texts, feeds, model: live, policy });
  const { commissioning } = proving;
  const recent = createRecent(model, toRecentSamples(model.points.length));
  const engine = new Engine({
    model,
    store,
    latest,
    recent: (point) => recent.get(point),
    texts,
    clock,
    log,
    toMessages: service.toMessages,
    people: service.people,
    isMute: (running, rule) => commissioning.isMute(running, rule),
    ...toAnnouncements(feeds, alarms, service),
    onPhase: options.onPhase,
  });
  onStop(() => engine.stop());
  followReadings(feeds, [latest, pointQuality, clocks, recent], options.journal, engine);
  const boot = await store.boot(clock.now().wallMs - toKeptMs(model.policy));
  engine.start(boot);
  alarms.start({
    replaceModel: (live, disabled) => engine.replaceModel({ ...live, policy: service.policy() }, disabled),
  });
  onStop(() => alarms.stop());
  await service.start(engine, boot.messages, (policy) =>
    engine.replaceModel(toModel(policy), alarms.rules.disabled()),
  );
  onStop(() => service.stop());
  await proving.start(engine);
  onStop(() => proving.stop());
  const history = createHistory({ sources: options.journal.history, clock });
  return {
    feeds,
    latest,
    texts,
    pointQuality,
    clocks,
    history,
    engine,
    alarms,
    service,
    commissioning,
    model: () => toModel(service.policy()),
  };
}

/** What a handover looks at beside what the pipeline makes. */
function toSeen({ model, store }: PipelineOptions) {
  return { model, queries: store.queries };
}

/** In this order: what a decision looks at has the reading before it is judged. */
function followReadings(
  feeds: Feeds,
  views: readonly { apply(batch: ReadingBatch): void }[],
  journal: PipelineOptions['journal'],
  engine: Engine,
): void {
  feeds.readings.subscribe((batch) => {
    for (const view of views) view.apply(batch);
    journal.append(batch);
    engine.accept(batch);
  });
}

/** Where the decisions go once they are stored. */
function toAnnouncements(feeds: Feeds, alarms: AlarmParts, service: ServiceParts) {
  return {
    onAlarm: (event) => feeds.alarms.publish(event),
    onTicket: (event) => feeds.tickets.publish(event),
    onControl: (event) => feeds.controls.publish(event),
    onStorm: (event) => feeds.storms.publish(event),
    onSights: (sights) => alarms.figures.takeSights(sights),
    onIncident: (event) => feeds.incidents.publish(event),
    onMessages: (messages) => service.accept(messages),
  } satisfies Partial<EngineOptions>;
}

/** Closed tickets that something can come back to: within the reopen window, or while their repair is being proven. */
function toKeptMs({ reopenMs, proof, falseAlarm }: Policy): number {
  return Math.max(reopenMs, falseAlarm.withinMs, ...proof.map(({ ms }) => 2 * ms));
}

/** What all points share, divided among them. @returns samples kept of each */
function toRecentSamples(points: number): number {
  const { max, min } = LIMITS.recentSamplesPerPoint;
  return Math.max(min, Math.min(max, Math.floor(LIMITS.recentSamples / Math.max(1, points))));
}
