/**
 * Composition root: builds the parts, joins the feeds, starts them in order and stops them in reverse.
 *
 *   acquisition ─┬─▶ latest, quality, recent ─▶ engine (rules → alarms → tickets) ─▶ store ─▶ feeds ─▶ api
 *   internal   ──┘ └▶ journal (worker A: append log, forwarder ─▶ InfluxDB) ─▶ history ─▶ api
 *
 *   api ─▶ writing ─▶ acquisition: the one way back to the field
 *
 * Polling begins before the API is loaded; a start that fails half-way stops what it had started.
 */
import type { Logger } from 'pino';
import { type Acquisition, createAcquisition } from './acquisition/acquisition.ts';
import { createInternalSource } from './acquisition/internal.ts';
import { createLinkFigures } from './acquisition/link-figures.ts';
import type { ApiServices, SimulationPort } from './api/services.ts';
import { toApiServices } from './api-services.ts';
import { type BackupRunner, createBackupRunner } from './backup/runner.ts';
import type { SiteModel } from './config/model.ts';
import type { Environment } from './config/references.ts';
import { recordStart } from './config-record.ts';
import type { Clock } from './core/clock.ts';
import type { LinkStatus } from './core/link.ts';
import type { ReadingBatch } from './core/reading.ts';
import { createDrillFaults } from './drill-faults.ts';
import { loadDrivers } from './drivers/load.ts';
import type { EnginePhase } from './engine/engine.ts';
import { createSystemClock } from './engine/system-clock.ts';
import { assertPortFree, toListenError } from './listen.ts';
import type { People } from './people/people.ts';
import { createPeople, ensureDemoDuty, ensureDemoUsers, refuseDemoUsers } from './people/service.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { createSelfWatch, type SelfWatch, type SelfWatchOptions } from './self-watch.ts';
import { createStorageWatch, type StorageWatch } from './storage-watch.ts';
import { openDataDirectory } from './store/data-directory.ts';
import { openLabelSecret } from './store/label-secret.ts';
import { openStore } from './store/sqlite/store.ts';
import type { Store } from './store/store.ts';
import { toDownTime } from './telemetry/down-time.ts';
import type { EventWriter } from './telemetry/events/event-writer.ts';
import { openEventWriter } from './telemetry/events/open.ts';
import { createJournal, type Journal } from './telemetry/journal.ts';
import { createWriting, type Writing } from './writing/writing.ts';

export interface AppOptions {
  readonly model: SiteModel;
  /** With which the model was read; default: that of the process. */
  readonly env?: Environment | undefined;
  readonly version: string;
  readonly dataDirectory: string;
  /** `demo` makes the demo accounts and stamps the directory; `run` refuses both. */
  readonly madeBy: 'demo' | 'run';
  readonly simulation: SimulationPort | null;
  /** Built page, null when it is not there. */
  readonly webDirectory: string | null;
  readonly log: Logger;
  /** A part has failed for good (its thread ended, memory and database differ): the process must end and be restarted. */
  readonly onFatal: (error: Error) => void;
  /** For tests that kill the process at a given point of the decision loop. */
  readonly onPhase?: ((phase: EnginePhase) => void) | undefined;
}

export interface App {
  readonly url: string;
  /** Stops in reverse order of the start. The caller bounds the time. */
  stop(): Promise<void>;
}

const NO_ACCOUNT =
  'no account yet, so nobody can log in: node src/main.ts user add NAME --role admin --data DIR';

/** @throws RiserError `port-in-use`, `address-not-usable`, `data-…`, `demo-not-on-loopback`; then nothing runs. */
export async function startApp(options: AppOptions): Promise<App> {
  const stoppers: (() => Promise<void> | void)[] = [];
  const stop = (): Promise<void> => stopInReverse(stoppers.splice(0));
  try {
    return { url: await start(options, (stopper) => stoppers.push(stopper)), stop };
  } catch (error) {
    // What the start failed of says more than what then failed in stopping.
    await stop().catch(() => {});
    throw error;
  }
}

type Stopper = () => Promise<void> | void;
type OnStop = (stopper: Stopper) => void;

/**
 * Last started, first stopped. A part that fails to stop does not keep the others (the journal's flush, the store) from it.
 * @throws the first failure, when all have been asked to stop
 */
export async function stopInReverse(stoppers: readonly Stopper[]): Promise<void> {
  const failures: unknown[] = [];
  for (const stopper of stoppers.toReversed()) {
    try {
      await stopper();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

interface Stores {
  readonly directory: string;
  readonly store: Store;
  readonly people: People;
  readonly journal: Journal;
  readonly labelSecret: string;
}

async function start(options: AppOptions, onStop: OnStop): Promise<string> {
  const clock = createSystemClock();
  await assertPortFree(options.model.http, options.madeBy);
  const stores = await openStores(options, clock, onStop);
  const { store, journal, directory: dataDirectory } = stores;
  const { model, version, env, log, onPhase } = options;
  const pipeline = await startPipeline({
    model,
    version,
    env,
    log,
    store,
    journal,
    dataDirectory,
    clock,
    onPhase,
    onStop,
  });
  const acquisition = await startAcquisition(options, stores.directory, pipeline, clock, onStop);
  const writing = await startWriting(options, stores.store, pipeline, acquisition, clock, onStop);
  const backups = startBackups(options, stores.directory, clock, onStop);
  const parts = { acquisition, writing, backups };
  const watch = startSelfWatch(options, stores, pipeline, parts, clock, onStop);
  const storage = startStorageWatch(options, stores.journal, clock, onStop);
  const events = startEvents(options, stores, pipeline, acquisition, clock, onStop);
  startDrillFaults(options, stores.store, onStop);
  const shared = { clock, pipeline, watch, storage, events };
  const services = toApiServices(options, { ...stores, ...parts, ...shared });
  return listen(services, options, stores.directory, watch, onStop);
}

async function openStores(options: AppOptions, clock: Clock, onStop: OnStop): Promise<Stores> {
  const { model, log, madeBy, onFatal } = options;
  const directory = openDataDirectory(options.dataDirectory, { madeBy, pid: process.pid });
  onStop(() => directory.close());
  const onDiverged = (): void => onFatal(new Error('memory and database may differ'));
  const store = await openStore({ directory: directory.path, log, onDiverged });
  onStop(() => store.close());
  await recordStart(store, model, options.version, clock.now().wallMs);
  const people = createPeople({ store, clock });
  if (madeBy === 'demo') await makeDemoStaff(people, store, clock, model.site.timeZone);
  else await refuseDemoUsers(store, directory.path);
  if ((await store.queries.users()).length === 0) log.warn(NO_ACCOUNT);
  const { journal: settings, influx } = model;
  const journal = await createJournal({
    directory: directory.journal,
    model,
    settings,
    influx,
    log,
    onFatal,
  });
  onStop(() => journal.close());
  const { foundUpToMs } = journal.status();
  if (foundUpToMs !== null) journal.append(toDownTime(model, foundUpToMs, clock.now().monoMs));
  return { directory: directory.path, store, people, journal, labelSecret: openLabelSecret(directory.path) };
}

async function makeDemoStaff(people: People, store: Store, clock: Clock, timeZone: string): Promise<void> {
  await ensureDemoUsers(people, store);
  await ensureDemoDuty(store, clock, timeZone);
}

async function startAcquisition(
  { model, log }: AppOptions,
  directory: string,
  { feeds, texts, engine }: Pipeline,
  clock: Clock,
  onStop: OnStop,
): Promise<Acquisition> {
  const acquisition = createAcquisition({
    model,
    drivers: await loadDrivers(model, directory, log),
    clock,
    log,
    random: Math.random,
    texts,
    onBatch: (batch) => feeds.readings.publish(batch),
    onLate: (batch) => engine.acceptLate(batch),
    onLinkStatus: (status) => feeds.links.publish(status),
  });
  onStop(() => acquisition.stop());
  acquisition.start();
  return acquisition;
}

/** The way back to the field. It stops before acquisition, which carries its values. */
async function startWriting(
  { model, log }: AppOptions,
  store: Store,
  { latest }: Pipeline,
  field: Acquisition,
  clock: Clock,
  onStop: OnStop,
): Promise<Writing> {
  const writing = await createWriting({ model, store, clock, log, field, latest });
  onStop(() => writing.stop());
  writing.start();
  return writing;
}

/** Looking at the directory of the backups is not waited for: a share may hang. */
function startBackups(
  { model, version, log }: AppOptions,
  data: string,
  clock: Clock,
  onStop: OnStop,
): BackupRunner {
  const { backup: settings, site } = model;
  const backups = createBackupRunner({ settings, site, data, version, clock, log });
  onStop(() => backups.stop());
  void backups.start();
  return backups;
}

/** The gateway's own points are readings like any other. */
function startSelfWatch(
  { model }: AppOptions,
  { directory, store, journal }: Stores,
  { feeds, engine, latest, clocks, service, commissioning: proving }: Pipeline,
  field: Pick<SelfWatchOptions, 'acquisition' | 'writing' | 'backups'>,
  clock: Clock,
  onStop: OnStop,
): SelfWatch {
  const outbox = () => service.outbox();
  const commissioning = () => proving.status();
  const watch = createSelfWatch({
    directory,
    engine,
    journal,
    store,
    clocks,
    outbox,
    commissioning,
    ...field,
  });
  onStop(() => watch.stop());
  const onBatch = (batch: ReadingBatch): void => feeds.readings.publish(batch);
  const figures = { ...watch.points, ...createLinkFigures(model, (point) => latest.get(point).quality) };
  const internal = createInternalSource({ model, clock, figures, onBatch });
  onStop(() => internal.stop());
  internal.start();
  return watch;
}

function startStorageWatch(
  { model }: AppOptions,
  journal: Journal,
  clock: Clock,
  onStop: OnStop,
): StorageWatch {
  const watch = createStorageWatch({ journal, model, clock, quarantine: journal.quarantine });
  onStop(() => watch.stop());
  return watch;
}

/** Events of alarms and tickets, and how the links are, go to the sink beside the readings; null without one. */
function startEvents(
  { model, log }: AppOptions,
  { directory, store }: Stores,
  { feeds }: Pipeline,
  acquisition: Acquisition,
  clock: Clock,
  onStop: OnStop,
): EventWriter | null {
  const links = (): readonly LinkStatus[] => acquisition.links();
  const events = openEventWriter({ model, directory, queries: store.queries, links, clock, log });
  if (events === null) return null;
  onStop(() => events.stop());
  feeds.alarms.subscribe(() => events.notify());
  feeds.tickets.subscribe(() => events.notify());
  events.start();
  return events;
}

function startDrillFaults({ simulation, log }: AppOptions, { queries }: Store, onStop: OnStop): void {
  if (simulation === null) return;
  const faults = createDrillFaults({ simulation, queries, log });
  onStop(() => faults.stop());
  faults.start();
}

/** The API comes last: its libraries are loaded while the links already poll. */
async function listen(
  services: ApiServices,
  options: AppOptions,
  directory: string,
  watch: SelfWatch,
  onStop: OnStop,
): Promise<string> {
  const { host, port } = options.model.http;
  const [{ createApi }, { loadTls }] = await Promise.all([import('./api/server.ts'), import('./api/tls.ts')]);
  const https = await loadTls(options.model.http, directory);
  const api = await createApi(services, { webDirectory: options.webDirectory, https });
  onStop(() => api.close());
  try {
    await api.listen({ host, port });
  } catch (error) {
    throw toListenError(error, options.model.http);
  }
  watch.listening();
  const address = api.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return `${https === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
}
