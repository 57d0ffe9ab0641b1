/**
 * A gateway is backed up while it runs, by the command and by its own page's call, lost, and brought back in an empty
 * directory: it boots there with the same open ticket. And what its main loop feels of a large copy.
 */
import { randomFillSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Static } from 'typebox';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { BackupsViewSchema } from '../../src/api/backup-schema.ts';
import type { AlarmView, TicketView } from '../../src/api/schemas.ts';
import { BACKUP_LIMITS } from '../../src/backup/limits.ts';
import { runBackup } from '../../src/backup/thread.ts';
import { createData, put, SITE } from '../backup/support.ts';
import type { ApiClient } from '../support/client.ts';
import { runRiser } from '../support/gateway.ts';
import { control, PROJECT, startChildGateway, startQuietPlant } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { verifyStore } from '../support/verify-store.ts';

type BackupsView = Static<typeof BackupsViewSchema>;

const FAULT = { equipment: 'dws-1-pump-1', fault: 'trip' };

/** The small site with a schedule of its own. */
function writeSite(root: string): string {
  const site = parse(readFileSync(join(PROJECT, 'test/support/small/site.yaml'), 'utf8')) as object;
  const path = join(root, 'site.yaml');
  writeFileSync(path, JSON.stringify({ ...site, backup: { directory: 'scheduled', at: '03:30', keep: 2 } }));
  return path;
}

async function readOpen(api: ApiClient): Promise<{ tickets: readonly string[]; alarms: readonly string[] }> {
  const query = `equipment=${FAULT.equipment}&state=open`;
  const { items: tickets } = await api.read<{ items: TicketView[] }>(`/api/v1/tickets?${query}`);
  const { items: alarms } = await api.read<{ items: AlarmView[] }>(`/api/v1/alarms?${query}`);
  return {
    tickets: tickets.map(({ number, receivedAtMs }) => `${number} ${receivedAtMs}`),
    alarms: alarms.map(({ id, rule }) => `${id} ${rule}`).toSorted(),
  };
}

/** @returns the only directory that is there */
function onlyOne(directory: string): string {
  const names = readdirSync(directory);
  expect(names).toHaveLength(1);
  return join(directory, names[0] as string);
}

test('a gateway that is lost comes back from its backup with the same open ticket', async () => {
  await using plant = await startQuietPlant().then((it) =>
    Object.assign(it, { [Symbol.asyncDispose]: () => it.stop() }),
  );
  const ports = {
    pumpRoomPort: plant.ports['pump-room'] as number,
    sumpRoomPort: plant.ports['sump-room'] as number,
  };
  const root = temporaryDirectory();
  const [data, to, again] = [join(root, 'data'), join(root, 'by-command'), join(root, 'again')];
  const config = writeSite(root);
  mkdirSync(to);
  await control(plant, 'POST', '/faults', FAULT);
  let before: Awaited<ReturnType<typeof readOpen>>;
  {
    await using gateway = await startChildGateway({ data, config, ...ports });
    const api = await gateway.login('admin');
    before = await until(
      async () => {
        const found = await readOpen(api);
        return found.tickets.length > 0 ? found : null;
      },
      { timeoutMs: 60_000, what: 'the ticket of the tripped pump' },
    );

    const made = await runRiser(['backup', '--data', data, '--to', to]);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(made.stdout).toContain(onlyOne(to));

    const engineer = await gateway.login('engineer');
    expect((await engineer.post('/api/v1/backups')).status).toBe(403);
    expect((await api.post('/api/v1/backups')).status).toBe(202);
    const view = await until(
      async () => {
        const found = await api.read<BackupsView>('/api/v1/backups');
        return !found.status.isRunning && found.total > 0 ? found : null;
      },
      { timeoutMs: 90_000, what: 'the backup of the gateway itself' },
    );
    expect(view).toMatchObject({
      total: 1,
      status: { lastFailure: null },
      schedule: { at: '03:30', keep: 2 },
    });
    const audit = await api.read<{ items: { action: string; actor: string }[] }>('/api/v1/audit?limit=20');
    expect(audit.items).toContainEqual(expect.objectContaining({ action: 'backup-run', actor: 'admin' }));
    gateway.process.kill('SIGKILL');
    await gateway.process.exited;
  }

  const from = onlyOne(join(root, 'scheduled'));
  const asked = await runRiser(['restore', '--from', from, '--data', again]);
  expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') as string });
  expect(existsSync(again)).toBe(false);
  const restored = await runRiser(['restore', '--from', from, '--data', again, '--yes']);
  expect(restored, restored.stderr).toMatchObject({ code: 0 });
  expect(restored.stdout).toContain('(open / 未关闭 1)');
  const twice = await runRiser(['restore', '--from', from, '--data', again, '--yes']);
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('restore-refused') as string });

  {
    await using gateway = await startChildGateway({ data: again, config, ...ports });
    expect(await readOpen(await gateway.login('engineer'))).toEqual(before);
  }
  expect(await verifyStore(again)).toEqual([]);
});

test('the commands say what is missing, and name the backups in a directory of backups', async () => {
  const one = await createData();
  expect(await runRiser(['backup', '--data', one.data])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--to') as string,
  });
  const none = await runRiser(['backup', '--data', join(one.to, 'none'), '--to', one.to]);
  expect(none).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^backup-failed: .*none.*riser\.db.*--data/) as string,
  });
  expect(await runRiser(['backup', '--data', one.data, '--to', one.to])).toMatchObject({ code: 0 });
  const wrong = await runRiser(['restore', '--from', one.to, '--data', join(one.to, '../new'), '--yes']);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('backup-damaged');
  expect(wrong.stderr).toContain(onlyOne(one.to));
});

test('200 MB are copied without the main loop feeling it', async () => {
  const one = await createData();
  const block = randomFillSync(Buffer.alloc(10_000_000));
  for (let n = 0; n < 20; n++)
    put(one.data, `journal/00000000000010${String(n).padStart(2, '0')}.seg`, block);
  const job = { ...one, site: SITE, version: '1.2.3', bytesPerS: BACKUP_LIMITS.bytesPerS };
  const run = () => runBackup(job, { signal: new AbortController().signal, onProgress: () => undefined });
  // Before and after: other work of the machine comes and goes.
  const idle = await measureLoop(() => delay(3_000));
  const busy = await measureLoop(run);
  const later = await measureLoop(() => delay(3_000));
  console.log(
    `loop delay, idle: ${idle.text}; during a backup of 200 MB (${busy.seconds.toFixed(1)} s): ${busy.text}`,
  );
  // Held to its speed. The loop is compared with itself: other tests run on this machine.
  expect(busy.seconds).toBeGreaterThan(200_000_000 / BACKUP_LIMITS.bytesPerS - 1);
  expect(busy.p99Ms).toBeLessThan(Math.max(idle.p99Ms, later.p99Ms) + 50);
});

/** Resolution of the histogram: what it shows beyond that is delay. */
const RESOLUTION_MS = 5;

async function measureLoop(step: () => Promise<unknown>) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const fromMs = performance.now();
  histogram.enable();
  await step();
  histogram.disable();
  const toDelay = (ns: number): number => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  const [p99Ms, maxMs] = [toDelay(histogram.percentile(99)), toDelay(histogram.max)];
  const text = `p99 ${p99Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms`;
  return { seconds: (performance.now() - fromMs) / 1_000, p99Ms, text };
}
