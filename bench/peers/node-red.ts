/**
 * Node-RED as a person would set it up for the same job: for each device a Modbus client, a reading node and a function
 * with a threshold. Installed from npm into a folder that is kept by version, without install scripts.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Program } from './program.ts';

export const NODE_RED = '5.0.7';
export const CONTRIB_MODBUS = '5.60.2';
/** In place of a package that contrib-modbus names by an address outside of the registry (performance.md, section 2). */
const MODBUS_SERIAL = '8.0.25';
const INSTALL_MS = 600_000;
const REASON_CHARS = 300;

export type Installed = { readonly directory: string } | { readonly missing: string };

/** Once for each set of versions on a machine. */
export async function installNodeRed(onProgress: (text: string) => void): Promise<Installed> {
  const name = `riser-bench-node-red-${NODE_RED}-${CONTRIB_MODBUS}-${process.getuid?.() ?? 'user'}`;
  const directory = join(tmpdir(), name);
  if (existsSync(join(directory, 'node_modules'))) return { directory };
  onProgress(`installing Node-RED ${NODE_RED} from npm`);
  const building = `${directory}.${process.pid}`;
  mkdirSync(building, { recursive: true });
  writeFileSync(join(building, 'package.json'), JSON.stringify(toManifest(), null, 1));
  const args = ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
  try {
    await promisify(execFile)('npm', args, { cwd: building, timeout: INSTALL_MS, env: withNode() });
    renameSync(building, directory);
    return { directory };
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    return { missing: `npm cannot install Node-RED: ${reason.slice(0, REASON_CHARS)}` };
  }
}

/** npm runs on the node that runs us. */
function withNode(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
}

function toManifest(): object {
  return {
    name: 'riser-bench-node-red',
    version: '0.0.0',
    private: true,
    dependencies: { 'node-red': NODE_RED, 'node-red-contrib-modbus': CONTRIB_MODBUS },
    overrides: { '@openp4nr/modbus-serial': `npm:modbus-serial@${MODBUS_SERIAL}` },
  };
}

export interface FlowOptions {
  readonly ports: readonly number[];
  readonly registers: number;
  readonly pollMs: number;
  /** One register in so many is compared with its limit. */
  readonly ruledEvery: number;
  readonly limit: number;
}

/** @param directory of the run @param installed what `installNodeRed` gave */
export function toNodeRed(
  directory: string,
  installed: string,
  options: FlowOptions,
  httpPort: number,
): Program {
  const user = join(directory, 'node-red');
  mkdirSync(user, { recursive: true });
  symlinkSync(join(installed, 'node_modules'), join(user, 'node_modules'));
  writeFileSync(join(user, 'flows.json'), JSON.stringify(toFlows(options)));
  writeFileSync(join(user, 'settings.js'), toSettings(httpPort));
  return {
    name: 'Node-RED',
    command: process.execPath,
    args: [join(installed, 'node_modules/node-red/red.js'), '--userDir', user],
    environment: {},
  };
}

/** Without editor and statistics: what runs unattended in a plant room. */
function toSettings(httpPort: number): string {
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: httpPort,
    flowFile: 'flows.json',
    disableEditor: true,
    httpAdminRoot: false,
    httpNodeRoot: false,
    credentialSecret: 'bench',
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: 'error', metrics: false, audit: false } },
  };
  return `module.exports = ${JSON.stringify(settings, null, 1)};\n`;
}

export function toFlows({ ports, registers, pollMs, ruledEvery, limit }: FlowOptions): readonly object[] {
  const tab = { id: 'tab', type: 'tab', label: 'bench', disabled: false };
  return [tab, ...ports.flatMap((port, at) => toDevice(port, at, { registers, pollMs, ruledEvery, limit }))];
}

type DeviceFlow = Omit<FlowOptions, 'ports'>;

function toDevice(port: number, at: number, options: DeviceFlow): readonly object[] {
  return [toClient(port, at), toRead(at, options), toJudge(at, options)];
}

/** Keys as the palette's editor writes them, logging off. */
function toClient(port: number, at: number): object {
  return {
    id: `client-${at}`,
    type: 'modbus-client',
    name: `device ${at + 1}`,
    clienttype: 'tcp',
    tcpHost: '127.0.0.1',
    tcpPort: String(port),
    tcpType: 'DEFAULT',
    unit_id: 1,
    bufferCommands: true,
    parallelUnitIdsAllowed: true,
    commandDelay: 1,
    clientTimeout: 1_000,
    reconnectOnTimeout: true,
    reconnectTimeout: 2_000,
    stateLogEnabled: false,
    queueLogEnabled: false,
    failureLogEnabled: false,
    showErrors: false,
    showWarnings: false,
    showLogs: false,
  };
}

function toRead(at: number, { registers, pollMs }: DeviceFlow): object {
  return {
    id: `read-${at}`,
    type: 'modbus-read',
    z: 'tab',
    name: '',
    topic: `device-${at + 1}`,
    showStatusActivities: false,
    logIOActivities: false,
    showErrors: false,
    showWarnings: false,
    unitid: '1',
    dataType: 'HoldingRegister',
    adr: '0',
    quantity: String(registers),
    rate: String(pollMs),
    rateUnit: 'ms',
    delayOnStart: false,
    startDelayTime: '',
    server: `client-${at}`,
    useIOFile: false,
    ioFile: '',
    useIOForPayload: false,
    emptyMsgOnFail: false,
    wires: [[`judge-${at}`], []],
  };
}

function toJudge(at: number, { ruledEvery, limit }: DeviceFlow): object {
  return {
    id: `judge-${at}`,
    type: 'function',
    z: 'tab',
    name: 'threshold',
    func: `const values = msg.payload;
for (let at = 0; at < values.length; at += ${ruledEvery})
  if (values[at] > ${limit}) return { topic: msg.topic, payload: { register: at, value: values[at] } };
return null;`,
    outputs: 1,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
    wires: [[]],
  };
}
