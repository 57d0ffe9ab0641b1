/**
 * OPC UA server of one endpoint on 127.0.0.1: one object per device below Objects, its variables below that, node
 * ids `ns=<namespace>;s=<device>.<name>`. Anonymous, any security. What the values are is the simulation's business.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { coerceNodeId, DataType, LogLevel, StatusCodes, setLogLevel } from 'node-opcua-client';
import { OPCUAServer } from 'node-opcua-server';
import type { Variable } from '../devices/device.ts';
import type { FrameLog } from '../frame-log.ts';
import type { OpcuaObject } from '../simulation.ts';

export const OPCUA_LIMITS = {
  /** Sessions at once; a controller of a lift or a switchboard has about as many. */
  sessions: 20,
  connections: 20,
  /** A session without a sign of life for so long is closed, ms, at the least. */
  sessionMs: 10_000,
} as const;

export interface OpcuaServer {
  /** @param port 0 = any free port. @returns the port. Rejects with the socket's error, e.g. EADDRINUSE. */
  listen(port: number): Promise<number>;
  /** Shows what has changed since the last call. */
  refresh(): void;
  /** Cuts all connections. Idempotent. */
  close(): Promise<void>;
  counters(): Readonly<Record<string, number>>;
}

export interface OpcuaServerOptions {
  readonly endpoint: string;
  readonly namespace: string;
  /** The devices, the same ones at every call. */
  objects(): readonly OpcuaObject[];
  readonly log: FrameLog;
}

interface Node {
  readonly write: (variable: Variable) => void;
  shown: Variable | null;
}

// Warnings of the library are about certificates and time-outs of clients; here that is daily life.
setLogLevel(LogLevel.Critic);

export function createOpcuaServer(options: OpcuaServerOptions): OpcuaServer {
  /** Key: `device.name`. */
  const nodes = new Map<string, Node>();
  let server: OPCUAServer | null = null;
  let pki: TemporaryFolder | null = null;
  let changesShown = 0;
  const refresh = (): void => {
    for (const object of options.objects()) changesShown += showChanges(object, nodes, options);
  };
  return {
    async listen(port) {
      pki = makeTemporaryFolder();
      server = new OPCUAServer(toServerOptions(options, pki.path, port));
      await server.initialize();
      addNodes(server, options, nodes);
      refresh();
      await server.start();
      return toBoundPort(server, port);
    },
    refresh,
    async close() {
      const open = server;
      server = null;
      await open?.shutdown(0);
      pki?.remove();
      pki = null;
    },
    counters: () => ({
      sessions: server?.engine.currentSessionCount ?? 0,
      sessionsSinceStart: server?.engine.cumulatedSessionCount ?? 0,
      subscriptions: server?.engine.currentSubscriptionCount ?? 0,
      variables: nodes.size,
      changesShown,
    }),
  };
}

function toServerOptions(
  { namespace }: OpcuaServerOptions,
  pki: string,
  port: number,
): ConstructorParameters<typeof OPCUAServer>[0] {
  const certificates = new OPCUACertificateManager({
    rootFolder: pki,
    automaticallyAcceptUnknownCertificate: true,
  });
  return {
    port,
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    resourcePath: '/',
    serverInfo: { applicationUri: `${namespace}:server`, productUri: 'urn:riser:simulators' },
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    allowAnonymous: true,
    disableDiscovery: true,
    maxConnectionsPerEndpoint: OPCUA_LIMITS.connections,
    serverCapabilities: { maxSessions: OPCUA_LIMITS.sessions },
    timeout: OPCUA_LIMITS.sessionMs,
  };
}

function addNodes(server: OPCUAServer, options: OpcuaServerOptions, nodes: Map<string, Node>): void {
  const space = server.engine.addressSpace;
  if (space === null) throw new Error('the address space is there once the server is initialized');
  const namespace = space.registerNamespace(options.namespace);
  for (const { id, variables } of options.objects()) {
    const parent = namespace.addObject({
      organizedBy: space.rootFolder.objects,
      browseName: id,
      nodeId: `s=${id}`,
    });
    for (const [name, { type }] of variables) {
      const node = namespace.addVariable({
        componentOf: parent,
        browseName: name,
        nodeId: `s=${id}.${name}`,
        dataType: type,
        accessLevel: 'CurrentRead',
        userAccessLevel: 'CurrentRead',
      });
      nodes.set(`${id}.${name}`, { shown: null, write: toWriter(node) });
    }
  }
}

function toWriter(node: ReturnType<OpcuaNamespace['addVariable']>): (variable: Variable) => void {
  let shownType: Variable['type'] | null = null;
  return ({ type, value, status = 'Good' }) => {
    if (shownType !== null && shownType !== type) {
      // The library refuses another type than the node's, of which it keeps a second copy.
      Object.assign(node, { dataType: coerceNodeId(DataType[type]), _basicDataType: DataType[type] });
    }
    shownType = type;
    node.setValueFromSource({ dataType: DataType[type], value }, StatusCodes[status], new Date());
  };
}

type OpcuaNamespace = ReturnType<NonNullable<OPCUAServer['engine']['addressSpace']>['registerNamespace']>;

/** @returns how many variables have changed. */
function showChanges(
  { id, variables }: OpcuaObject,
  nodes: ReadonlyMap<string, Node>,
  { endpoint, log }: OpcuaServerOptions,
): number {
  const changes: Record<string, unknown> = {};
  for (const [name, variable] of variables) {
    const node = nodes.get(`${id}.${name}`);
    if (!node || (node.shown !== null && isSame(node.shown, variable))) continue;
    // The first write only fills the server; people look for what has changed since.
    if (node.shown !== null) changes[name] = toLogged(variable);
    node.write(variable);
    node.shown = variable;
  }
  const names = Object.keys(changes);
  if (names.length > 0) log.addChange(endpoint, id, changes);
  return names.length;
}

function isSame(left: Variable, right: Variable): boolean {
  // NaN, which a tester may hold fast, is the same as itself.
  return left.type === right.type && Object.is(left.value, right.value) && left.status === right.status;
}

function toLogged({ value, status = 'Good' }: Variable): unknown {
  return status === 'Good' ? value : { value, status };
}

function toBoundPort(server: OPCUAServer, port: number): number {
  return server.endpoints[0]?.port ?? port;
}

interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** For keys and certificates; goes with the server, or with the process when that ends first. */
function makeTemporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'riser-simulator-'));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return { path, remove };
}
