/** The past of a point, asked of a gateway that was killed and started again: what was durable is the same as before. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PointHistoryView } from '../../src/api/history-schema.ts';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import { type ApiClient, request } from '../support/client.ts';
import { control, startChildGateway, startQuietPlant } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { temporaryDirectory } from '../support/temp.ts';

const POINT = 'dws-1/outlet-pressure';
const REGISTER = { equipment: 'dws-1', table: 'holding', address: 0 };
/** Readings that are waited for in each life. */
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

let looks = 0;
/** A pressure that stands is journalled once a minute: the register shows another one at every look, by more than the dead-band. */
async function stir(): Promise<void> {
  looks += 1;
  await control(plant, 'PUT', '/registers', { ...REGISTER, value: 420 + 3 * (looks % 37) });
}

/** All that the gateway has taken over by now has become durable. */
async function untilDurable(url: string): Promise<void> {
  const read = async (name: string): Promise<number> => {
    const text = String((await request(url, 'GET', '/metrics')).body);
    return Number(new RegExp(`^riser_journal_${name}_total (\\d+)$`, 'm').exec(text)?.[1]);
  };
  const appended = await read('appended_readings');
  expect(appended).toBeGreaterThan(ENOUGH);
  const isDurable = async (): Promise<boolean> => (await read('durable_readings')) >= appended;
  await until(isDurable, { timeoutMs: PATIENCE_MS, what: `${appended} readings to be durable` });
}

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
          await stir();
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
      await untilDurable(gateway.url);
      process.kill(gateway.process.pid, 'SIGKILL');
      await gateway.process.waitForExit(30_000);
    }
    await using again = await startChildGateway({ data, ...ports() });
    const api = await again.login('engineer');
    const { fromMs, toMs } = before;
    expect(await ask(api, fromMs, toMs)).toEqual(before);
    const later = await until(
      async () => {
        await stir();
        const history = await ask(api, fromMs, Date.now());
        return history.samples.length > before.samples.length + ENOUGH ? history : null;
      },
      { timeoutMs: PATIENCE_MS, what: 'readings of the second life' },
    );
    expect(later.samples.slice(0, before.samples.length)).toEqual(before.samples);
  },
  6 * PATIENCE_MS,
);
