/** A field of OPC UA: one server, one object a device, its values as Double below it. Half of them walk once a second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { DataType, LogLevel, StatusCodes, setLogLevel } from 'node-opcua-client';
import { OPCUAServer } from 'node-opcua-server';
import { createDevices, createRaiser, createRandom, type Device, walk } from './field.ts';
import { serve } from './serve.ts';

export interface OpcuaFieldSetup {
  readonly devices: number;
  readonly values: number;
  readonly alarms: number;
  readonly namespace: string;
}

/** Raised values are shown this often, walking ones once a second. */
const SHOW_MS = 100;
const WALK_MS = 1_000;
const WALKING_SHARE = 0.5;

setLogLevel(LogLevel.Critic);

serve<OpcuaFieldSetup>(async (setup) => {
  const random = createRandom(1);
  const devices = createDevices(setup.devices, setup.values, setup.alarms);
  const raiser = createRaiser(devices, random);
  const pki = mkdtempSync(join(tmpdir(), 'riser-bench-pki-'));
  process.once('exit', () => rmSync(pki, { recursive: true, force: true }));
  const server = createServer(pki);
  await server.initialize();
  const shows = addDevices(server, devices, setup.namespace);
  await server.start();
  const show = (): void => {
    for (const one of shows) one();
  };
  const timers = [
    setInterval(show, SHOW_MS),
    setInterval(() => {
      for (const device of devices) walk(device, WALKING_SHARE, random);
    }, WALK_MS),
  ];
  return {
    facts: { ports: [server.endpoints[0]?.port ?? 0] },
    answers: { begin: () => raiser.begin(), end: () => raiser.end(), reset: () => raiser.reset() },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      raiser.reset();
      await server.shutdown(0);
    },
  };
});

function createServer(rootFolder: string): OPCUAServer {
  const certificates = new OPCUACertificateManager({
    rootFolder,
    automaticallyAcceptUnknownCertificate: true,
  });
  return new OPCUAServer({
    port: 0,
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    resourcePath: '/',
    serverInfo: { applicationUri: 'urn:riser:bench:server', productUri: 'urn:riser:bench' },
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    allowAnonymous: true,
    disableDiscovery: true,
  });
}

/** @returns functions that show what has changed of one value each */
function addDevices(
  server: OPCUAServer,
  devices: readonly Device[],
  namespaceUri: string,
): readonly (() => void)[] {
  const space = server.engine.addressSpace;
  if (space === null) throw new Error('the address space is there once the server is initialized');
  const namespace = space.registerNamespace(namespaceUri);
  return devices.flatMap(({ id, values }) => {
    const parent = namespace.addObject({
      organizedBy: space.rootFolder.objects,
      browseName: id,
      nodeId: `s=${id}`,
    });
    return values.map((first, at) => {
      const node = namespace.addVariable({
        componentOf: parent,
        browseName: `value-${at}`,
        nodeId: `s=${id}.value-${at}`,
        dataType: DataType.Double,
        value: { dataType: DataType.Double, value: first },
      });
      let shown = first;
      return (): void => {
        const value = values[at] ?? 0;
        if (value === shown) return;
        shown = value;
        node.setValueFromSource({ dataType: DataType.Double, value }, StatusCodes.Good, new Date());
      };
    });
  });
}
