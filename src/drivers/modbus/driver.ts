/** Modbus TCP behind the driver contract: plan, connection and time-out put together. */
import type { PollDriver } from '../driver.ts';
import { ModbusConnection } from './connection.ts';
import { planRequests } from './plan.ts';
import { toModbusLink } from './schema.ts';

export function createModbusDriver(): PollDriver {
  return {
    mode: 'poll',
    plan: planRequests,
    open: (link, onLost) => new ModbusConnection(toModbusLink(link.options), onLost),
    timeoutMs: (link) => toModbusLink(link.options).timeoutMs,
  };
}
