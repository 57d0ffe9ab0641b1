/** What is shipped beside the code: the container's health check, the dashboard and its provisioning. */
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { PROJECT_DIRECTORY } from './gateway.ts';
import { freePort } from './ports.ts';
import { startProcess } from './process.ts';
import { listFiles, readText } from './tidy/project.ts';

const DEADLINE_MS = 15_000;

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function check(port: number): Promise<number | null> {
  const env = { RISER_HTTP_PORT: String(port) };
  await using child = await startProcess(process.execPath, ['docker/health.mjs'], {
    cwd: PROJECT_DIRECTORY,
    env,
  });
  return (await child.waitForExit(DEADLINE_MS)).code;
}

const answering =
  (status: number): RequestListener =>
  ({ url }, answer) => {
    answer.statusCode = url === '/health' ? status : 404;
    answer.end();
  };

describe('the health check of the container', () => {
  test('is content with a gateway that answers by HTTP', async () => {
    expect(await check(await listen(createHttpServer(answering(200))))).toBe(0);
  });

  test('is content with a gateway that answers by TLS with its own certificate', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'riser' }]);
    expect(await check(await listen(createHttpsServer({ cert, key }, answering(200))))).toBe(0);
  });

  test('fails when the gateway says that it is not alive', async () => {
    expect(await check(await listen(createHttpServer(answering(503))))).toBe(1);
  });

  test('fails when nobody listens', async () => {
    expect(await check(await freePort())).toBe(1);
  });

  test('fails within the time that Docker gives when the gateway hangs', async () => {
    const port = await listen(createHttpServer(() => {}));
    const startedAt = performance.now();
    expect(await check(port)).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('the dashboard', () => {
  interface Dashboard {
    readonly panels: readonly {
      readonly targets: readonly { readonly query: string; readonly datasource: { readonly uid: string } }[];
    }[];
  }
  interface Profile {
    readonly kind: string;
    readonly points?: readonly { readonly id: string }[];
    readonly parts?: readonly Profile[];
  }

  const dashboards = listFiles('docker/grafana/dashboards').map(
    (path) => JSON.parse(readText(path)) as Dashboard,
  );
  const targets = dashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.targets));
  const toFields = ({ kind, points = [], parts = [] }: Profile): readonly string[] => [
    ...points.map(({ id }) => `${kind}.${id}`),
    ...parts.flatMap(toFields),
  ];

  test('asks the database that is provisioned', () => {
    const provisioned = parse(readText('docker/grafana/provisioning/datasources/influxdb.yaml')) as {
      readonly datasources: readonly { readonly uid: string; readonly url: string }[];
    };
    expect(targets.length).toBeGreaterThan(0);
    expect([...new Set(targets.map(({ datasource }) => datasource.uid))]).toEqual(
      provisioned.datasources.map(({ uid }) => uid),
    );
  });

  test('asks only for points that a profile has', () => {
    const fields = new Set(
      listFiles('devices').flatMap((path) => toFields(parse(readText(path)) as Profile)),
    );
    const asked = targets.map(
      ({ query }) => `${/FROM "([^"]+)"/.exec(query)?.[1]}.${/\("([^"]+)"\)/.exec(query)?.[1]}`,
    );
    expect(asked.filter((field) => !fields.has(field))).toEqual([]);
  });
});
