/** The table of protocol drivers. Schemas are read by the loader; the driver's code is loaded when a link needs it. */
import type { DriverEntry } from './driver.ts';
import { modbusSchema } from './modbus/schema.ts';
import { mqttSchema } from './mqtt/schema.ts';
import { opcuaSchema } from './opcua/schema.ts';

/** Key: protocol of a link, and name of the profile's section. */
export const DRIVERS: Readonly<Record<string, DriverEntry>> = {
  modbus: {
    schema: modbusSchema,
    load: async (context) => (await import('./modbus/driver.ts')).createModbusDriver(context),
  },
  mqtt: {
    schema: mqttSchema,
    load: async (context) => (await import('./mqtt/driver.ts')).createMqttDriver(context),
  },
  opcua: {
    schema: opcuaSchema,
    load: async (context) => (await import('./opcua/driver.ts')).createOpcuaDriver(context),
  },
};
