/** The table of protocol drivers. Schemas are read by the loader; the driver's code is loaded when a link needs it. */
import type { DriverEntry } from './driver.ts';
import { modbusSchema } from './modbus/schema.ts';

/** Key: protocol of a link, and name of the profile's section. */
export const DRIVERS: Readonly<Record<string, DriverEntry>> = {
  'modbus-tcp': {
    schema: modbusSchema,
    load: async () => (await import('./modbus/driver.ts')).createModbusDriver(),
  },
};
