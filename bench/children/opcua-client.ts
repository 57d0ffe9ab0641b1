/** The baseline of opcua: a bare node-opcua-client with one subscription on the same items, which drops what comes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import {
  AttributeIds,
  ClientMonitoredItemGroup,
  ClientSubscription,
  LogLevel,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  setLogLevel,
  TimestampsToReturn,
} from 'node-opcua-client';
import { NO_COUNTS, nowMs, serveSubject } from './subject.ts';

export interface OpcuaClientSetup {
  readonly port: number;
  readonly devices: number;
  readonly values: number;
  readonly namespace: string;
  readonly samplingMs: number;
  readonly publishingMs: number;
}

setLogLevel(LogLevel.Critic);

serveSubject<OpcuaClientSetup>(async (setup) => {
  const rootFolder = mkdtempSync(join(tmpdir(), 'riser-bench-pki-'));
  process.once('exit', () => rmSync(rootFolder, { recursive: true, force: true }));
  const client = OPCUAClient.create({
    endpointMustExist: false,
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    clientCertificateManager: new OPCUACertificateManager({ rootFolder }),
  });
  await client.connect(`opc.tcp://127.0.0.1:${setup.port}`);
  const session = await client.createSession();
  const index = (await session.readNamespaceArray()).indexOf(setup.namespace);
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: setup.publishingMs,
    requestedMaxKeepAliveCount: 10,
    requestedLifetimeCount: 60,
    maxNotificationsPerPublish: 0,
    publishingEnabled: true,
    priority: 0,
  });
  let readings = 0;
  const group = ClientMonitoredItemGroup.create(
    subscription,
    toItems(setup, index),
    { samplingInterval: setup.samplingMs, queueSize: 1, discardOldest: true },
    TimestampsToReturn.Both,
  );
  group.on('changed', () => void readings++);
  return {
    count: () => ({ ...NO_COUNTS, readings, atMs: nowMs() }),
    async stop() {
      await subscription.terminate();
      await session.close();
      await client.disconnect();
    },
  };
});

function toItems({ devices, values }: OpcuaClientSetup, namespace: number) {
  return Array.from({ length: devices * values }, (_, at) => ({
    nodeId: `ns=${namespace};s=device-${Math.floor(at / values) + 1}.value-${at % values}`,
    attributeId: AttributeIds.Value,
  }));
}
