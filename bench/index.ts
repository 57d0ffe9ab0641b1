/** The table of suites. */
import type { Suite } from './suite.ts';
import { day } from './suites/day.ts';
import { headline } from './suites/headline.ts';
import { influx } from './suites/influx.ts';
import { modbus } from './suites/modbus.ts';
import { mqtt } from './suites/mqtt.ts';
import { opcua } from './suites/opcua.ts';
import { peers } from './suites/peers.ts';
import { pipeline } from './suites/pipeline.ts';
import { rules } from './suites/rules.ts';
import { storage } from './suites/storage.ts';
import { tickets } from './suites/tickets.ts';

/** Key: name on the command line. */
export const SUITES: Readonly<Record<string, Suite>> = {
  pipeline,
  modbus,
  peers,
  mqtt,
  opcua,
  influx,
  storage,
  tickets,
  rules,
  headline,
  day,
};
