/** What is shipped beside the code: the container's health check, the dashboards and their provisioning. */
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { toAlarmLine, toLinkLine, toTicketLine } from '../../src/telemetry/events/lines.ts';
import { DASHBOARDS, parseQuery, toTargets } from './dashboards.ts';
import { ALARM_ROW, LINK_STATUS, LINK_TAGS, TICKET_ROW } from './event-rows.ts';
import { PROJECT_DIRECTORY } from './gateway.ts';
import { freePort } from './ports.ts';
import { startProcess } from './process.ts';
import { listFiles, readText } from './tidy/project.ts';

const DEADLINE_MS = 30_000;

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
    const server = createHttpServer(() => {});
    // From its first word on: how long the machine takes to start it is not its own time.
    const asked = once(server, 'connection').then(() => performance.now());
    expect(await check(await listen(server))).toBe(1);
    expect(performance.now() - (await asked)).toBeLessThan(5_000);
  });
});

describe('the dashboards', () => {
  const fields = new Map(
    [...toProfileFields(), ...toWrittenFields()].map(([name, known]) => [name, new Set(known)]),
  );

  test('are two, ask the database that is provisioned, and need no plug-in', () => {
    const provisioned = parse(readText('docker/grafana/provisioning/datasources/influxdb.yaml')) as {
      readonly datasources: readonly { readonly uid: string; readonly url: string }[];
    };
    expect(DASHBOARDS.map(({ uid }) => uid).toSorted()).toEqual(['riser-building', 'riser-links']);
    const asked = new Set(toTargets().map(({ datasource }) => datasource.uid));
    expect([...asked]).toEqual(provisioned.datasources.map(({ uid }) => uid));
    const types = new Set(DASHBOARDS.flatMap(({ panels }) => panels.map(({ type }) => type)));
    expect([...types].filter((type) => !BUILT_IN.includes(type))).toEqual([]);
  });

  test('show the time of the site, with Chinese titles and both languages in the descriptions', () => {
    for (const { timezone, title, panels } of DASHBOARDS) {
      expect(timezone).toBe('Asia/Shanghai');
      expect(title).toMatch(HAN);
      for (const panel of panels) {
        expect(panel.title, panel.title).toMatch(HAN);
        if (panel.type === 'row') continue;
        expect(panel.description, panel.title).toMatch(/[\u4e00-\u9fff].*。[A-Z]+[a-z ]/);
      }
    }
  });

  test('no panel lies on another one', () => {
    for (const { panels } of DASHBOARDS) {
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
    }
  });

  test('ask only for what a profile has or the gateway writes', () => {
    const wrong = toTargets().flatMap(({ query }) => {
      const { measurement, names } = parseQuery(query);
      const known = fields.get(measurement);
      return names
        .filter((name) => known === undefined || !known.has(name))
        .map((name) => `${measurement}.${name} in ${query}`);
    });
    expect(wrong).toEqual([]);
  });
});

/** What is part of Grafana itself. */
const BUILT_IN: readonly string[] = ['row', 'stat', 'table', 'timeseries', 'state-timeline'];
const HAN = /[\u4e00-\u9fff]/;

interface Profile {
  readonly kind: string;
  readonly points?: readonly { readonly id: string }[];
  readonly parts?: readonly Profile[];
}

/** By measurement: points, their qualities, and the tags of readings. */
function toProfileFields(): readonly (readonly [string, readonly string[]])[] {
  const toFields = ({ kind, points = [], parts = [] }: Profile): readonly (readonly [string, string])[] => [
    ...points.flatMap(({ id }) => [[kind, id] as const, [kind, `${id}_quality`] as const]),
    ...parts.flatMap(toFields),
  ];
  const all = listFiles('devices').flatMap((path) => toFields(parse(readText(path)) as Profile));
  return [...Map.groupBy(all, ([kind]) => kind)].map(([kind, pairs]) => [
    kind,
    [...pairs.map(([, name]) => name), 'site', 'equipment'],
  ]);
}

/** Fields and tags of the lines that the code makes. */
function toWrittenFields(): readonly (readonly [string, readonly string[]])[] {
  return [toAlarmLine(ALARM_ROW), toTicketLine(TICKET_ROW), toLinkLine(LINK_STATUS, LINK_TAGS, 0)].map(
    ({ measurement, tags, fields }) => [measurement, [...Object.keys(tags), ...Object.keys(fields)]],
  );
}
