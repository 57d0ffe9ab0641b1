/**
 * A real OPC UA server on 127.0.0.1 for tests: starts, stops, starts again on the same port; values, status codes and
 * nodes can be changed while it runs. It shares no code with the driver. Keys and certificates lie in a temporary
 * folder of the test process that is gone at its end.
 */
import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import {
  DataType,
  MonitoredItemCreateResult,
  MonitoringMode,
  type StatusCode,
  StatusCodes,
  Variant,
  VariantArrayType,
} from 'node-opcua-client';
import { OPCUAServer } from 'node-opcua-server';
import { freePort } from '../../support/ports.ts';

export type TypeName =
  | 'Boolean'
  | 'SByte'
  | 'Byte'
  | 'Int16'
  | 'UInt16'
  | 'Int32'
  | 'UInt32'
  | 'Int64'
  | 'UInt64'
  | 'Float'
  | 'Double'
  | 'String'
  | 'DateTime'
  | 'ByteString'
  | 'LocalizedText'
  | 'Variant';

export interface ServedVariable {
  readonly type: TypeName;
  /** Int64 and UInt64: `[high, low]`. */
  readonly value: unknown;
  readonly isArray?: boolean;
  /** Name of a status code, e.g. `BadSensorFailure`; default Good. */
  readonly status?: string;
  /** Default: now. */
  readonly sourceTime?: Date;
  /** The server looks at it no more often, ms; default 20. */
  readonly everyMs?: number;
}

/** What changes; the rest stays. */
export type Change = Partial<ServedVariable>;

export interface OpcuaServerOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly namespace: string;
  /** Namespaces before it, which push its index up. */
  readonly namespacesBefore?: readonly string[];
  /** Key: string identifier of the node, `lift-1.CarPosition`. */
  readonly variables: Readonly<Record<string, ServedVariable>>;
  /** Where set, anonymous users are refused. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Folder of its keys; default: one of the process, so that a restarted server keeps its certificate. */
  readonly pki?: string;
  readonly maxMonitoredItemsPerCall?: number;
  /** Node ids, `ns=0;i=2258`, that may be read but not watched. */
  readonly refused?: readonly string[];
}

export interface TestOpcuaServer {
  readonly port: number;
  readonly url: string;
  /** A value, or what else of the variable changes. */
  set(name: string, change: Change): void;
  removeNode(name: string): void;
  addNode(name: string, variable: ServedVariable): void;
  /** Ends all sessions as an operator of the server would; connections stay open. */
  closeSessions(): void;
  /** The items on this node report nothing any more, and the server says nothing of it. */
  silence(name: string): void;
  /** Its subscriptions send nothing but keep-alives from now on. */
  pausePublishing(): void;
  sessions(): number;
  subscriptions(): number;
  monitoredItems(): number;
  /** Read requests so far. */
  reads(): number;
  /** Marks itself as shutting down for so long before it goes; default 0. Idempotent. */
  stop(shutdownMs?: number): Promise<void>;
}

type Space = NonNullable<OPCUAServer['engine']['addressSpace']>;
type Namespace = ReturnType<Space['registerNamespace']>;
type UAVariable = ReturnType<Namespace['addVariable']>;

interface Served {
  current: ServedVariable;
  readonly node: UAVariable;
}

export async function startOpcuaServer(options: OpcuaServerOptions): Promise<TestOpcuaServer> {
  const server = await createServer(options);
  const space = server.engine.addressSpace;
  if (space === null) throw new Error('the server has no address space');
  for (const uri of options.namespacesBefore ?? []) space.registerNamespace(uri);
  const namespace = space.registerNamespace(options.namespace);
  /** Key: identifier. */
  const served = new Map<string, Served>();
  const addNode = (name: string, variable: ServedVariable): void => {
    served.set(name, { current: variable, node: addVariable(namespace, name, variable) });
  };
  for (const [name, variable] of Object.entries(options.variables)) addNode(name, variable);
  let reads = 0;
  server.on('request', (request) => {
    if (request.schema.name === 'ReadRequest') reads += 1;
  });
  server.on('create_session', (session) => refuseItems(session, options.refused ?? []));
  await server.start();
  const port = server.endpoints[0]?.port ?? 0;
  let stopped: Promise<void> | null = null;
  return {
    port,
    url: `opc.tcp://127.0.0.1:${port}`,
    addNode,
    set(name, change) {
      const entry = find(served, name);
      entry.current = { ...entry.current, ...change };
      entry.node.setValueFromSource(toVariant(entry.current), toStatus(entry.current), toTime(change));
    },
    removeNode(name) {
      space.deleteNode(find(served, name).node);
      served.delete(name);
    },
    silence(name) {
      const nodeId = find(served, name).node.nodeId.toString();
      for (const { monitoredItems } of subscriptionsOf(server)) {
        for (const item of monitoredItems.values()) {
          if (item.node?.nodeId.toString() === nodeId) item.setMonitoringMode(MonitoringMode.Disabled);
        }
      }
    },
    closeSessions: () => closeSessions(server),
    pausePublishing() {
      for (const subscription of subscriptionsOf(server)) subscription.publishingEnabled = false;
    },
    sessions: () => server.currentSessionCount,
    subscriptions: () => server.currentSubscriptionCount,
    monitoredItems: () => countItems(server),
    reads: () => reads,
    stop: (shutdownMs = 0) => (stopped ??= server.shutdown(shutdownMs)),
  };
}

function find(served: ReadonlyMap<string, Served>, name: string): Served {
  const entry = served.get(name);
  if (entry === undefined) throw new Error(`the server has no variable ${name}`);
  return entry;
}

async function createServer(options: OpcuaServerOptions): Promise<OPCUAServer> {
  const { user, maxMonitoredItemsPerCall = 0 } = options;
  const serverCertificateManager = new OPCUACertificateManager({
    rootFolder: options.pki ?? processFolder(),
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await serverCertificateManager.initialize();
  const server = new OPCUAServer({
    // One that stays its own while it is away.
    port: options.port ?? (await freePort()),
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    serverCertificateManager,
    allowAnonymous: user === undefined,
    ...(user && {
      userManager: {
        isValidUser: (name: string, password: string) => name === user.name && password === user.password,
      },
    }),
    serverCapabilities: { operationLimits: { maxMonitoredItemsPerCall } },
  });
  await server.initialize();
  return server;
}

function addVariable(namespace: Namespace, name: string, variable: ServedVariable): UAVariable {
  const objects = namespace.addressSpace.rootFolder.objects;
  const node = namespace.addVariable({
    organizedBy: objects,
    nodeId: `s=${name}`,
    browseName: name,
    dataType: variable.type === 'Variant' ? DataType.Variant : DataType[variable.type],
    valueRank: variable.isArray === true ? 1 : -1,
    minimumSamplingInterval: variable.everyMs ?? 20,
  });
  node.setValueFromSource(toVariant(variable), toStatus(variable), toTime(variable));
  return node;
}

function toVariant({ type, value, isArray = false }: ServedVariable): Variant {
  const arrayType = isArray ? VariantArrayType.Array : VariantArrayType.Scalar;
  if (value === null) return new Variant({ dataType: DataType.Null });
  return new Variant({ dataType: DataType[type], arrayType, value });
}

function toStatus({ status = 'Good' }: ServedVariable): StatusCode {
  const code: StatusCode | undefined = Reflect.get(StatusCodes, status);
  if (code === undefined) throw new Error(`there is no status code ${status}`);
  return code;
}

function toTime({ sourceTime }: Change): Date {
  return sourceTime ?? new Date();
}

/** Items on these nodes are answered with BadNodeIdUnknown; the library has no option for it. */
function refuseItems(session: EventEmitter, refused: readonly string[]): void {
  session.on('new_subscription', (subscription: Refusing) => {
    const create = subscription.preCreateMonitoredItem.bind(subscription);
    subscription.preCreateMonitoredItem = (space, timestamps, request) =>
      refused.includes(request.itemToMonitor.nodeId.toString())
        ? { createResult: new MonitoredItemCreateResult({ statusCode: StatusCodes.BadNodeIdUnknown }) }
        : create(space, timestamps, request);
  });
}

interface Refusing {
  preCreateMonitoredItem(
    space: unknown,
    timestamps: unknown,
    request: { readonly itemToMonitor: { readonly nodeId: { toString(): string } } },
  ): unknown;
}

function sessionsOf(server: OPCUAServer) {
  return Object.values(
    Reflect.get(server.engine, '_sessions') as Record<
      string,
      { authenticationToken: never; publishEngine: Engine }
    >,
  );
}

interface Engine {
  readonly subscriptions: readonly ServedSubscription[];
}

interface ServedSubscription {
  readonly monitoredItemCount: number;
  publishingEnabled: boolean;
  /** Key: id of the item. */
  readonly monitoredItems: ReadonlyMap<number, ServedItem>;
}

interface ServedItem {
  readonly node: { readonly nodeId: { toString(): string } } | null;
  setMonitoringMode(mode: MonitoringMode): void;
}

function subscriptionsOf(server: OPCUAServer): readonly ServedSubscription[] {
  return sessionsOf(server).flatMap(({ publishEngine }) => publishEngine.subscriptions);
}

function closeSessions(server: OPCUAServer): void {
  for (const { authenticationToken } of sessionsOf(server)) {
    server.engine.closeSession(authenticationToken, true, 'Terminated');
  }
}

function countItems(server: OPCUAServer): number {
  return subscriptionsOf(server).reduce((sum, { monitoredItemCount }) => sum + monitoredItemCount, 0);
}

let folder: string | null = null;

function processFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'riser-test-opcua-'));
  return folder;
}

function removeFolder(): void {
  if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  folder = null;
}

// A worker of vitest is ended without an exit; elsewhere vitest cannot even be imported.
if (process.env['VITEST'] === 'true') (await import('vitest')).afterAll(removeFolder);
else process.once('exit', removeFolder);
