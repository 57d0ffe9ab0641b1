/**
 * Acquisition: one loop per link, a watchdog over all of them. Readings go out by `onBatch`, states by
 * `onLinkStatus`; both are called synchronously, and what they throw ends the process. Which protocol is spoken is
 * the drivers' business, what a value means that of rules/.
 */
import type { Logger } from 'pino';
import type { Equipment, LinkDef, PointDef, SiteModel } from '../config/model.ts';
import { assert, defined } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import type { EquipmentId, LinkId } from '../core/ids.ts';
import type { LinkStatus, ListenerStatus, RequestStatus } from '../core/link.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';
import type { Driver, PointSample, PollDriver, PushDriver } from '../drivers/driver.ts';
import type { Gate } from './commands.ts';
import { Emitter } from './emitter.ts';
import { type AgeWatch, Freshness } from './freshness.ts';
import { LinkLoop } from './link-loop.ts';
import { Presence } from './presence.ts';
import { PushLoop } from './push-loop.ts';
import type { PlannedRequest } from './task.ts';

/** How often values are checked for age: how late `stale` can be. */
const WATCHDOG_MS = 250;
/** Links begin spread over their fastest interval, and over no more than this, so that the first values come soon. */
const MAX_START_SPREAD_MS = 1_000;

export interface AcquisitionOptions {
  readonly model: SiteModel;
  /** Key: protocol. Every protocol of the model's links is in it. */
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 ≤ r < 1; spreads reconnecting. */
  readonly random: () => number;
  /** Where texts get their numbers: the table in which whoever shows them looks them up. */
  readonly texts: Texts;
  readonly onBatch: (batch: ReadingBatch) => void;
  /** Readings that came too late to be live. */
  readonly onLate?: (batch: ReadingBatch) => void;
  readonly onLinkStatus: (status: LinkStatus) => void;
}

export interface Acquisition {
  /** Once. Returns at once; absent devices are no error. */
  start(): void;
  /** Resolves when all loops have ended and all sockets are closed; the drivers are used up. Idempotent. */
  stop(): Promise<void>;
  /** In the order of the model; counters as of now. */
  links(): readonly LinkStatus[];
  /** Ports of ours at which devices connect, with what was met there before any link was known. */
  listeners(): readonly ListenerStatus[];
  /** The poll plan of a link as it stands now, in order of device and address; empty for a pushed or unknown link. */
  requests(link: LinkId): readonly RequestStatus[];
  /**
   * Writes one value through the link's own queue, ahead of the polls. Sent once at most.
   * @throws DeviceError `timeout`, `exception`, `connection-lost`, `stopped`; RiserError `link-down`, `write-busy` (too
   * many wait), `not-writable` (the protocol cannot), and what `gate` gives
   * @param gate asked when the turn of the write comes, which can be half a minute later: why it must not be sent any more
   */
  write(point: number, value: number, gate?: Gate): Promise<void>;
  /** Reads one point out of turn; the sample is also emitted like any other. Errors as `write`. */
  read(point: number): Promise<PointSample>;
}

export function createAcquisition(options: AcquisitionOptions): Acquisition {
  const loops = createLoops(options);
  const polled = new Map(
    loops.filter((loop) => loop instanceof LinkLoop).map((loop) => [loop.status().link, loop]),
  );
  const idle = idleLinks(options);
  let ended: Promise<void> | null = null;
  let watchdog: NodeJS.Timeout | null = null;
  let hasStarted = false;
  return {
    start() {
      assert(!hasStarted, 'acquisition starts once');
      hasStarted = true;
      for (const loop of loops) loop.start();
      watchdog = setInterval(() => {
        for (const loop of loops) loop.sweep();
      }, WATCHDOG_MS);
    },
    async stop() {
      if (watchdog) clearInterval(watchdog);
      await (ended ??= endAll(loops, options));
    },
    links: () => [...loops.map((loop) => loop.status()), ...idle],
    listeners: () =>
      [...options.drivers.values()].flatMap((one) => (one.mode === 'poll' ? (one.listeners?.() ?? []) : [])),
    requests: (link) => polled.get(link)?.requests() ?? [],
    async write(index, value, gate) {
      const point = toPoint(options.model, index);
      await toLoop(polled, point).write(point, value, gate);
    },
    async read(index) {
      const point = toPoint(options.model, index);
      const samples = await toLoop(polled, point).read(point);
      return defined(
        samples.findLast((sample) => sample.point === index),
        `${point.id} in the answer to its own request`,
      );
    },
  };
}

type Loop = LinkLoop | PushLoop;

/** Connections first, then what their drivers hold beside them. */
async function endAll(loops: readonly Loop[], { drivers }: AcquisitionOptions): Promise<void> {
  await Promise.all(loops.map((loop) => loop.stop()));
  const polled = [...drivers.values()].filter((driver) => driver.mode === 'poll');
  await Promise.all(polled.map(async (driver) => driver.close?.()));
}

function toPoint({ points }: SiteModel, index: number): PointDef {
  return defined(points[index], `point ${index} of the site model`);
}

/** @throws RiserError `not-writable`: the point's protocol is not asked, but tells */
function toLoop(polled: ReadonlyMap<LinkId, LinkLoop>, { id, link }: PointDef): LinkLoop {
  const loop = link === null ? undefined : polled.get(link);
  if (!loop) throw new RiserError('not-writable', { point: id });
  return loop;
}

function createLoops(options: AcquisitionOptions): readonly Loop[] {
  const { model } = options;
  const startMs = options.clock.now().monoMs;
  const byLink = Map.groupBy(model.points, ({ link }) => link);
  const links = [...model.links.values()].filter(({ id }) => byLink.has(id));
  const placeOf = new Uint32Array(model.points.length);
  return links.map((link, at) => {
    const points = defined(byLink.get(link.id), 'points of the link');
    const driver = defined(options.drivers.get(link.protocol), `driver for protocol ${link.protocol}`);
    const phase = at / links.length;
    return driver.mode === 'poll'
      ? createLinkLoop({ ...options, placeOf }, link, driver, points, phase, startMs)
      : createPushLoop(options, link, driver, points, phase);
  });
}

/**
 * @param phase share of the start spread after which the link begins, 0–1
 * @param startMs beginning of all poll grids, monotonic
 */
function createLinkLoop(
  options: AcquisitionOptions & { readonly placeOf: Uint32Array },
  link: LinkDef,
  driver: PollDriver,
  points: readonly PointDef[],
  phase: number,
  startMs: number,
): LinkLoop {
  const requests = planRequests(options.model, driver, link, points);
  const spreadMs = Math.min(MAX_START_SPREAD_MS, ...requests.map(({ pollMs }) => pollMs));
  const ages = new Freshness(points, toDeviceOf(options.model), options.placeOf);
  return new LinkLoop({
    ...toCommon(options, link),
    driver,
    requests,
    equipmentOf: toEquipmentOf(options.model),
    nameOf: (point) => toPoint(options.model, point).id,
    startMs,
    phase,
    startDelayMs: phase * spreadMs,
    emitter: createEmitter(options, points, ages),
  });
}

function createPushLoop(
  options: AcquisitionOptions,
  link: LinkDef,
  driver: PushDriver,
  points: readonly PointDef[],
  phase: number,
): PushLoop {
  const presence = new Presence(points, toDeviceOf(options.model));
  return new PushLoop({
    ...toCommon(options, link),
    driver,
    points,
    equipmentOf: toEquipmentOf(options.model),
    startDelayMs: phase * MAX_START_SPREAD_MS,
    presence,
    emitter: createEmitter(options, points, presence),
  });
}

function createEmitter(
  { model, clock, texts, onBatch, onLate }: AcquisitionOptions,
  points: readonly PointDef[],
  ages: AgeWatch,
): Emitter {
  return new Emitter({ model, points, clock, ages, texts, onBatch, onLate });
}

function toCommon({ clock, log, random, onLinkStatus }: AcquisitionOptions, link: LinkDef) {
  return { link, clock, log: log.child({ link: link.id }), random, onStatus: onLinkStatus };
}

/** The equipment that answers for a point: of a part, the equipment that it is a part of. */
function toDeviceOf(model: SiteModel): (point: PointDef) => EquipmentId {
  const equipmentOf = toEquipmentOf(model);
  return (point) => {
    const { id, parent } = equipmentOf(point);
    return parent ?? id;
  };
}

function toEquipmentOf(model: SiteModel): (point: PointDef) => Equipment {
  return (point) => defined(model.equipment.get(point.equipment), `equipment of ${point.id}`);
}

function planRequests(
  model: SiteModel,
  driver: PollDriver,
  link: LinkDef,
  points: readonly PointDef[],
): readonly PlannedRequest[] {
  const equipmentOf = toEquipmentOf(model);
  return [...Map.groupBy(points, ({ pollMs }) => pollMs)].flatMap(([pollMs, group]) =>
    driver.plan(link, group, equipmentOf).map((request) => ({ request, pollMs })),
  );
}

/** Links that nobody uses are shown as stopped and not connected: a single-master device may serve somebody else. */
function idleLinks({ model, clock }: AcquisitionOptions): readonly LinkStatus[] {
  const used = new Set(model.points.map(({ link }) => link));
  return [...model.links.keys()]
    .filter((link) => !used.has(link))
    .map((link) => ({
      link,
      state: 'stopped',
      sinceMs: clock.now().wallMs,
      reason: 'no points on this link',
      counters: {},
      load: null,
    }));
}
