/** OPC UA behind the driver contract: nodes of a link and its connection put together. Loads no library by itself. */
import type { DriverContext, PushDriver } from '../driver.ts';
import { OpcuaConnection } from './connection.ts';
import { toNodes } from './nodes.ts';
import { toOpcuaLink } from './schema.ts';

/** Nodes that a server does not have are asked for again after this time: long for a server, short for a technician. */
const RETRY_MS = 60_000;

export interface OpcuaDriverOptions extends Pick<DriverContext, 'directory'> {
  /** Default RETRY_MS. */
  readonly retryMs?: number;
}

export function createOpcuaDriver({ directory, retryMs = RETRY_MS }: OpcuaDriverOptions): PushDriver {
  return {
    mode: 'push',
    open(link, points, equipmentOf, sink) {
      const options = toOpcuaLink(link.options);
      const nodes = toNodes(points, equipmentOf, options.namespace ?? null);
      return new OpcuaConnection({ link: options, nodes, directory, sink, retryMs });
    },
  };
}
