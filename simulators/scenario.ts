/**
 * Reads a scenario file: which devices answer where, what they hang on, and which faults come when. Reports every
 * problem with file, line and column. One endpoint and one device are scenario-parts.ts, running it is main.ts.
 */
import { readFileSync } from 'node:fs';
import { DEVICE_MODELS } from './devices/index.ts';
import { FRAME_LOG_SIZE } from './frame-log.ts';
import { readWireFault, type WireFaultDef } from './scenario-modbus.ts';
import {
  type DeviceDef,
  type EndpointDef,
  readDevice,
  readEndpoint,
  refuseCircles,
  refuseDoubles,
} from './scenario-parts.ts';
import { parseYaml, type Reader, ScenarioError, toShown } from './yaml-reader.ts';

export interface TimelineEntry {
  /** Simulated time since the programme was ready, ms. */
  readonly afterMs: number;
  readonly action: 'inject' | 'clear';
  readonly equipment: string;
  readonly fault: string;
}

export interface Scenario {
  readonly seed: number;
  /** Hour of the day at simulated time 0. */
  readonly startHour: number;
  readonly controlPort: number;
  readonly endpoints: readonly EndpointDef[];
  readonly devices: readonly DeviceDef[];
  /** Sorted by time. */
  readonly timeline: readonly TimelineEntry[];
  /** Set when the endpoints start. */
  readonly wireFaults: readonly WireFaultDef[];
  /** Frames that the log keeps. */
  readonly logSize: number;
}

/** Largest scenario file, bytes; a longer one is a mistake in the path. */
const MAX_FILE_BYTES = 256 * 1024;

/** Frames of a log at most; at 200 bytes each some 500 MB. */
export const MAX_LOG_SIZE = 1_000_000;

/** @throws ScenarioError when the file is missing or has problems. */
export function loadScenario(file: string): Scenario {
  return parseScenario(readText(file), file);
}

/** @param file name used in messages. @throws ScenarioError with all problems. */
export function parseScenario(text: string, file: string): Scenario {
  return parseYaml(text, file, readScenario);
}

function readScenario(reader: Reader, value: unknown): Scenario {
  const root = reader.fields(
    value,
    [],
    [
      'version',
      'seed',
      'startHour',
      'controlPort',
      'logSize',
      'endpoints',
      'devices',
      'timeline',
      'wireFaults',
    ],
  );
  if (root['version'] !== 1) reader.problem(['version'], `expected 1, found ${toShown(root['version'])}`);
  const endpoints = reader
    .list(root['endpoints'], ['endpoints'])
    .map((item, at) => readEndpoint(reader, item, at));
  const devices = reader
    .list(root['devices'], ['devices'])
    .map((item, at) => readDevice(reader, item, at, endpoints));
  refuseDoubles(reader, endpoints, devices);
  refuseCircles(reader, devices);
  const timeline = reader
    .list(root['timeline'] ?? [], ['timeline'])
    .map((item, at) => readTimelineEntry(reader, item, at, devices));
  return {
    seed: reader.integer(root['seed'] ?? 1, ['seed'], 0, 0xffff_ffff),
    startHour: reader.integer(root['startHour'] ?? 9, ['startHour'], 0, 23),
    controlPort: reader.integer(root['controlPort'] ?? 0, ['controlPort'], 0, 65_535),
    endpoints,
    devices,
    timeline: timeline.toSorted((left, right) => left.afterMs - right.afterMs),
    wireFaults: readWireFaults(reader, root['wireFaults'] ?? [], endpoints, devices),
    logSize: reader.integer(root['logSize'] ?? FRAME_LOG_SIZE, ['logSize'], 1, MAX_LOG_SIZE),
  };
}

function readWireFaults(
  reader: Reader,
  value: unknown,
  endpoints: readonly EndpointDef[],
  devices: readonly DeviceDef[],
): readonly WireFaultDef[] {
  const unitsOf = (id: string): readonly number[] =>
    devices.flatMap(({ endpoint, unit }) => (endpoint === id && unit !== null ? [unit] : []));
  const modbus = new Map(
    endpoints.flatMap((def) =>
      def.protocol === 'modbus' ? [[def.id, { ...def, units: unitsOf(def.id) }] as const] : [],
    ),
  );
  return reader
    .list(value, ['wireFaults'])
    .flatMap((item, at) => readWireFault(reader, item, ['wireFaults', at], modbus));
}

function readTimelineEntry(
  reader: Reader,
  item: unknown,
  at: number,
  devices: readonly DeviceDef[],
): TimelineEntry {
  const path = ['timeline', at];
  const fields = reader.fields(item, path, ['afterMs', 'inject', 'clear']);
  if (('inject' in fields ? 1 : 0) + ('clear' in fields ? 1 : 0) !== 1) {
    reader.problem(path, 'expected exactly one of inject, clear');
  }
  const action = 'clear' in fields ? 'clear' : 'inject';
  const target = reader.fields(fields[action], [...path, action], ['equipment', 'fault']);
  const equipment = reader.id(target['equipment'], [...path, action, 'equipment']);
  const fault = reader.id(target['fault'], [...path, action, 'fault']);
  const known = devices.flatMap(
    (device) => DEVICE_MODELS.get(device.model)?.faults(device.id, device.parts) ?? [],
  );
  if (!known.some((each) => each.equipment === equipment && each.fault === fault)) {
    const list = known.map((each) => `${each.equipment} ${each.fault}`).join(', ');
    reader.problem([...path, action], `no such fault; known: ${list}`);
  }
  // A week is far beyond any demonstration; more is a slip of units.
  return {
    afterMs: reader.integer(fields['afterMs'], [...path, 'afterMs'], 0, 604_800_000),
    action,
    equipment,
    fault,
  };
}

function readText(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length <= MAX_FILE_BYTES) return text;
  } catch (error) {
    throw new ScenarioError(
      `${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`,
      {
        cause: error,
      },
    );
  }
  throw new ScenarioError(`${file}: larger than ${MAX_FILE_BYTES} bytes`);
}
