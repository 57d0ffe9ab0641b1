/**
 * What a site does not speak is not loaded: the libraries of OPC UA take about a second and 90 MB. The child process
 * reports every module of a package as it is loaded, so that also an import through three others is seen.
 */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { login } from '../support/client.ts';
import { DEMO_PASSWORD } from '../support/gateway.ts';
import { PROJECT } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { startProcess } from '../support/process.ts';
import { temporaryDirectory } from '../support/temp.ts';

/** Cold start on two busy cores. */
const LOADED_MS = 140_000;
/** Says on stderr which package a module is of; both module systems pass through these hooks. */
const HOOK = `
import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';
const seen = new Set();
registerHooks({
  load(url, context, next) {
    const name = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url)?.[1];
    if (name !== undefined && !seen.has(name)) {
      seen.add(name);
      writeSync(2, 'package ' + name + '\\n');
    }
    return next(url, context);
  },
});
`;
const OPCUA = /^package (node-opcua\S*)$/m;
const MQTT = /^package (mqtt\S*|aedes\S*)$/m;

const LINKS = {
  modbus: { id: 'a', protocol: 'modbus', host: '127.0.0.1', port: 9 },
  opcua: { id: 'b', protocol: 'opcua', url: 'opc.tcp://127.0.0.1:9' },
} as const;

/** Starts the gateway on a site with one link and a device on it that is not there. @returns what it has loaded */
async function loadedBy(link: keyof typeof LINKS, wanted: RegExp): Promise<string> {
  const place = temporaryDirectory();
  const name = { zh: '试验', en: 'Trial' };
  const httpPort = await freePort();
  const equipment = {
    modbus: { id: 'dws-1', profile: 'generic-booster-2p', unit: 1 },
    opcua: { id: 'lift-1', profile: 'generic-lift', object: 'lift-1' },
  }[link];
  const site = {
    version: 1,
    site: { id: 'trial', name, timeZone: 'Asia/Shanghai' },
    locations: [{ id: 'room', name }],
    links: [{ ...LINKS[link], name }],
    equipment: [{ ...equipment, name, link: LINKS[link].id, location: 'room' }],
    http: { host: '127.0.0.1', port: httpPort },
  };
  writeFileSync(`${place}/site.yaml`, JSON.stringify(site));
  writeFileSync(`${place}/hook.mjs`, HOOK);
  const args = [
    '--import',
    `${place}/hook.mjs`,
    'test/support/gateway-child.ts',
    '--config',
    `${place}/site.yaml`,
  ];
  await using child = await startProcess(process.execPath, [...args, '--data', `${place}/data`], {
    cwd: PROJECT,
  });
  const url = `http://127.0.0.1:${httpPort}`;
  const api = await until(() => login(url, 'engineer', DEMO_PASSWORD), { timeoutMs: LOADED_MS, what: url });
  // The driver has been asked to connect, and with it whatever it needs has been loaded.
  await until(
    async () => {
      const { items } = await api.read<{ items: { state: string }[] }>('/api/v1/links');
      return items[0]?.state === 'offline';
    },
    { timeoutMs: LOADED_MS, what: 'the link to be tried' },
  ).catch((error: unknown) => {
    throw new Error(child.stderr(), { cause: error });
  });
  // It has said so long ago; this process may still have to read it.
  await until(() => wanted.test(child.stderr()), { timeoutMs: LOADED_MS, what: String(wanted) });
  return child.stderr();
}

describe('a gateway loads only what its links need', () => {
  test('no OPC UA and no MQTT on a site of Modbus', async () => {
    const loaded = await loadedBy('modbus', /^package fastify$/m);
    expect(loaded).not.toMatch(OPCUA);
    expect(loaded).not.toMatch(MQTT);
  });

  test('the client of OPC UA where it is configured, but never its server', async () => {
    const loaded = await loadedBy('opcua', OPCUA);
    expect(loaded).not.toMatch(/^package node-opcua-server$/m);
    expect(loaded).not.toMatch(MQTT);
  });
});
