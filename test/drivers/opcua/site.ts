/** A small site on one OPC UA link for tests: acquisition with the real driver, and a sink for a bare connection. */

import { pino } from 'pino';
import { createAcquisition } from '../../../src/acquisition/acquisition.ts';
import type { SiteModel } from '../../../src/config/model.ts';
import type { LinkStatus } from '../../../src/core/link.ts';
import { type QualityReason, toQualityReason } from '../../../src/core/quality.ts';
import { createTexts } from '../../../src/core/texts.ts';
import type { PointSample, PushConnection, PushSink } from '../../../src/drivers/driver.ts';
import { createOpcuaDriver } from '../../../src/drivers/opcua/driver.ts';
import { createTestLink, createTestModel, type TestEquipment, type TestPoint } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import { startStopwatch } from '../../support/stopwatch.ts';

/** Missing nodes are asked for again so soon. */
const RETRY_MS = 200;

export const NAMESPACE = 'urn:riser:test';

/** Fast enough for tests, slow enough for a busy machine. */
export const FAST = { publishingMs: 50, silentAfterMs: 1_000, timeoutMs: 15_000, connectTimeoutMs: 15_000 };

export function createSite(
  url: string,
  points: readonly TestPoint[],
  link: Readonly<Record<string, unknown>> = {},
  device: Readonly<Record<string, unknown>> = {},
): SiteModel {
  const equipment: TestEquipment = {
    id: 'lift',
    device,
    points: points.map((point) => ({ pollMs: 50, staleMs: null, ...point })),
  };
  const options = { url, namespace: NAMESPACE, ...FAST, ...link };
  const links = [{ ...createTestLink('link', options), protocol: 'opcua' }];
  return createTestModel({ links, equipment: [equipment] });
}

/** A point on the node `s=<name>` of the test's namespace. */
export function at(
  name: string,
  address: Readonly<Record<string, unknown>> = {},
  more: object = {},
): TestPoint {
  return { name, address: { node: `s=${name}`, ...address }, ...more };
}

export interface Last {
  readonly value: number;
  readonly quality: QualityReason;
  readonly sourceMs: number;
}

export interface Heard {
  readonly batches: readonly PointSample[][];
  readonly bad: { readonly points: readonly number[]; readonly reason: QualityReason }[];
  readonly degraded: (string | null)[];
  readonly lost: string[];
  readonly connection: PushConnection;
  /** By the name of the point. */
  last(name: string): Last | undefined;
  /** Waits for a quality of a point. */
  quality(name: string, quality: QualityReason, timeoutMs?: number): Promise<Last>;
}

/** A bare connection, without acquisition. The caller closes it. */
export function listen(model: SiteModel, directory = '/nonexistent', retryMs = RETRY_MS): Heard {
  const batches: PointSample[][] = [];
  const bad: { points: readonly number[]; reason: QualityReason }[] = [];
  const [degraded, lost]: [(string | null)[], string[]] = [[], []];
  const sink: PushSink = {
    samples: (samples) => batches.push([...samples]),
    late: () => {},
    bad: (points, reason) => bad.push({ points, reason }),
    degraded: (reason) => degraded.push(reason),
    lost: (reason) => lost.push(reason),
  };
  const [link] = model.links.values();
  const equipmentOf = () => [...model.equipment.values()][0]!;
  const connection = createOpcuaDriver({ directory, retryMs }).open(link!, model.points, equipmentOf, sink);
  const last = (name: string): Last | undefined => {
    const sample = batches.flat().findLast(({ point }) => model.points[point]?.name === name);
    return sample && { ...sample, quality: toQualityReason(sample.quality) };
  };
  return {
    batches,
    bad,
    degraded,
    lost,
    connection,
    last,
    quality: (name, quality, timeoutMs = 20_000) =>
      until(() => (last(name)?.quality === quality ? last(name) : null), {
        timeoutMs,
        what: `${name} ${quality} (now ${JSON.stringify(last(name))})`,
        intervalMs: 5,
      }),
  };
}

export interface Running {
  qualities(): Readonly<Record<string, QualityReason>>;
  last(name: string): Last | undefined;
  readonly states: LinkStatus[];
  status(): LinkStatus;
  stop(): Promise<void>;
}

/** Acquisition on the site, started. The caller stops it. */
export function run(model: SiteModel): Running {
  /** Key: name of the point. */
  const values = new Map<string, Last>();
  const states: LinkStatus[] = [];
  const acquisition = createAcquisition({
    model,
    drivers: new Map([['opcua', createOpcuaDriver({ directory: '/nonexistent' })]]),
    clock: { now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId: 'boot-1' }) },
    log: pino({ level: 'silent' }),
    random: () => 0,
    texts: createTexts(10),
    onBatch: (batch) => {
      for (let row = 0; row < batch.count; row++) {
        values.set(model.points[batch.point[row]!]!.name, {
          value: batch.value[row]!,
          quality: toQualityReason(batch.quality[row]!),
          sourceMs: batch.sourceMs[row]!,
        });
      }
    },
    onLinkStatus: (status) => states.push(status),
  });
  acquisition.start();
  return {
    qualities: () =>
      Object.fromEntries(model.points.map(({ name }) => [name, values.get(name)?.quality ?? 'no-data'])),
    last: (name) => values.get(name),
    states,
    status: () => acquisition.links()[0]!,
    stop: () => acquisition.stop(),
  };
}

/** Waits until all points have the quality. @returns how long that took, ms */
export async function allOf(site: Running, quality: QualityReason, timeoutMs: number): Promise<number> {
  using watch = startStopwatch();
  await until(() => Object.values(site.qualities()).every((one) => one === quality), {
    timeoutMs,
    what: `all ${quality} (now ${JSON.stringify(site.qualities())})`,
    intervalMs: 5,
  });
  return watch.readMs();
}
