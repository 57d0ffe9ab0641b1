/** Modbus behind the driver contract: plan, transport, connection and time-out put together. */
import type { LinkId } from '../../core/ids.ts';
import type { DriverContext, PollDriver } from '../driver.ts';
import { ModbusConnection } from './connection.ts';
import { createTransport, createWire, type LinkMemory } from './create-transport.ts';
import { createOwedAnswers } from './line/transport.ts';
import { mergeRequests, planRequests, splitRequest } from './plan.ts';
import { type ModbusLink, toModbusLink } from './schema.ts';
import { TransactionIds } from './transaction-ids.ts';
import { createDialInListeners } from './wires/dial-in.ts';
import { TcpPath } from './wires/tcp.ts';
import { toWriteRequest } from './write-plan.ts';

/** @param context.log for modems that nobody knows */
export function createModbusDriver(context: Pick<Partial<DriverContext>, 'log'> = {}): PollDriver {
  const listeners = createDialInListeners(context);
  /** Key: link. */
  const memories = new Map<LinkId, LinkMemory>();

  function memoryOf(id: LinkId, link: ModbusLink): LinkMemory {
    const memory = memories.get(id) ?? {
      path: new TcpPath(),
      transactions: new TransactionIds(),
      owed: createOwedAnswers(link),
    };
    memories.set(id, memory);
    return memory;
  }

  return {
    mode: 'poll',
    plan: planRequests,
    split: splitRequest,
    merge: mergeRequests,
    toWrite: toWriteRequest,
    releaseAfterMs: (link) => toModbusLink(link.options).releaseAfterMs ?? null,
    open({ id, options }, onLost) {
      const link = toModbusLink(options);
      const memory = memoryOf(id, link);
      const wire = createWire(link, memory, listeners);
      return new ModbusConnection({
        link,
        transport: createTransport(link, wire, memory),
        onLost,
        onEnd: (hasAnswered) => memory.path.judge(hasAnswered),
      });
    },
    listeners: () => listeners.statuses(),
    close: () => listeners.close(),
  };
}
