/** The past of a point, asked of a gateway that was killed and started again: what was durable is the same as before. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PointHistoryView } from '../../src/api/history-schema.ts';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import type { ApiClient } from '../support/client.ts';
import { startChildGateway, startQuietPlant } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { temporaryDirectory } from '../support/temp.ts';

const POINT = 'dws-1/outlet-pressure';
/** A pressure that stands is journalled once a minute. */
const ENOUGH = 2;
const PATIENCE_MS = 90_000;
/** Until all points have been read once. */
const FIRST_MS = 2_000;

let plant: SimulatorProcess;
beforeAll(async () => {
  plant = await startQuietPlant();
});
afterAll(() => plant.stop());

const ports = () => ({
  pumpRoomPort: plant.ports['pump-room'] as number,
  sumpRoomPort: plant.ports['sump-room'] as number,
});

async function ask(api: ApiClient, fromMs: number, toMs: number): Promise<PointHistoryView> {
  const range = `from=${fromMs}&to=${toMs}&maxPoints=2000`;
  return await api.read<PointHistoryView>(`/api/v1/points/${POINT}/history?${range}`);
}

test(
  'is the same after kill -9 and a restart, and goes on from there',
  async () => {
    const data = temporaryDirectory();
    const beganMs = Date.now();
    let before: PointHistoryView;
    {
      await using gateway = await startChildGateway({ data, ...ports() });
      const api = await gateway.login('engineer');
      const found = await until(
        async () => {
          const history = await ask(api, beganMs, Date.now());
          const fromMs = (history.coveredFromMs ?? Number.POSITIVE_INFINITY) + FIRST_MS;
          return history.samples.filter(({ atMs }) => atMs > fromMs).length > ENOUGH ? history : null;
        },
        { timeoutMs: PATIENCE_MS, what: 'a few journalled readings' },
      );
      // Behind the first reading: what was before it only InfluxDB could know, and there is none here.
      const fromMs = (found.coveredFromMs ?? 0) + FIRST_MS;
      before = await ask(api, fromMs, found.samples.at(-1)?.atMs ?? 0);
      expect(before).toMatchObject({ missing: null, bucketMs: 0 });
      process.kill(gateway.process.pid, 'SIGKILL');
      await gateway.process.waitForExit(30_000);
    }
    await using again = await startChildGateway({ data, ...ports() });
    const api = await again.login('engineer');
    const { fromMs, toMs } = before;
    expect(await ask(api, fromMs, toMs)).toEqual(before);
    const later = await until(
      async () => {
        const history = await ask(api, fromMs, Date.now());
        return history.samples.length > before.samples.length + ENOUGH ? history : null;
      },
      { timeoutMs: PATIENCE_MS, what: 'readings of the second life' },
    );
    expect(later.samples.slice(0, before.samples.length)).toEqual(before.samples);
  },
  6 * PATIENCE_MS,
);
