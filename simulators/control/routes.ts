/** What the control interface answers, as a function of method, path and body. HTTP itself is server.ts. */
import type { PublishResult } from '../endpoints.ts';
import type { FrameLog } from '../frame-log.ts';
import type { ModbusEndpoint } from '../modbus/endpoint.ts';
import type { Simulation } from '../simulation.ts';
import { type Answer, refuse } from './answer.ts';
import { isBody, isTable, isWord, parseMessage, parsePinnedVariable } from './bodies.ts';
import { routeLedger, routeWire } from './wire-routes.ts';

export interface ControlParts {
  readonly simulation: Simulation;
  readonly log: FrameLog;
  /** Counters of the endpoints and the clock, joined to `GET /state`. */
  figures(): Readonly<Record<string, unknown>>;
  /** Publishes raw bytes once for an MQTT device or a part of it. */
  publish(equipment: string, topic: string, payload: string): PublishResult;
  /** Faults and ledgers of the Modbus endpoints, by endpoint id; without it there are none. */
  readonly modbus?: ReadonlyMap<string, ModbusEndpoint>;
}

/**
 * @param path without query
 * @param body undefined when the request had none
 */
export function route(
  parts: ControlParts,
  method: string,
  path: string,
  body: unknown,
  query: URLSearchParams,
): Answer {
  const [first = '', ...rest] = path.split('/').slice(1);
  if (first === 'faults' && rest.length === 0) return routeFaults(parts, method, body);
  if (first === 'faults' && rest.length === 2) {
    if (method !== 'DELETE') return refuse(405, 'wrong-method');
    return setFault(parts, rest[0] ?? '', rest[1] ?? '', false);
  }
  if (rest.length > 0) return refuse(404, 'not-found');
  if (first === 'registers') return method === 'PUT' ? pin(parts, body) : refuse(405, 'wrong-method');
  if (first === 'variables') {
    return method === 'PUT' ? pinVariable(parts, body) : refuse(405, 'wrong-method');
  }
  if (first === 'messages') return method === 'PUT' ? publish(parts, body) : refuse(405, 'wrong-method');
  if (first === 'state') {
    return method === 'GET'
      ? { status: 200, body: { ...parts.simulation.state(), ...parts.figures() } }
      : refuse(405, 'wrong-method');
  }
  if (first === 'log') {
    return method === 'GET' ? readLog(parts, query) : refuse(405, 'wrong-method');
  }
  if (first === 'wire') return routeWire(parts.modbus ?? NO_MODBUS, method, body);
  if (first === 'ledger') return routeLedger(parts.modbus ?? NO_MODBUS, method, body, query);
  return refuse(404, 'not-found');
}

const NO_MODBUS: ReadonlyMap<string, ModbusEndpoint> = new Map();

function readLog({ log }: ControlParts, query: URLSearchParams): Answer {
  const limit = query.get('limit');
  if (limit !== null && !/^\d{1,7}$/.test(limit)) {
    return refuse(400, 'bad-request', { expected: 'limit: a whole number' });
  }
  const endpoint = query.get('endpoint') ?? undefined;
  return { status: 200, body: log.list({ endpoint, limit: limit === null ? undefined : Number(limit) }) };
}

function routeFaults(parts: ControlParts, method: string, body: unknown): Answer {
  if (method === 'GET') return { status: 200, body: parts.simulation.faults() };
  if (method !== 'POST') return refuse(405, 'wrong-method');
  if (!isBody(body)) return refuse(400, 'bad-request');
  const { equipment, fault } = body;
  const isWhole =
    typeof equipment === 'string' && typeof fault === 'string' && Object.keys(body).length === 2;
  return isWhole ? setFault(parts, equipment, fault, true) : refuse(400, 'bad-request');
}

function setFault(parts: ControlParts, equipment: string, fault: string, isActive: boolean): Answer {
  if (parts.simulation.setFault(equipment, fault, isActive)) return { status: 204 };
  const known = parts.simulation.faults().map((each) => ({ equipment: each.equipment, fault: each.fault }));
  return refuse(404, 'unknown-fault', { known });
}

function pin(parts: ControlParts, body: unknown): Answer {
  if (!isBody(body)) return refuse(400, 'bad-request');
  const { equipment, table, address, value } = body;
  if (typeof equipment !== 'string' || !isTable(table) || !isWord(address)) return refuse(400, 'bad-request');
  const max = table === 'coil' || table === 'discrete' ? 1 : 0xffff;
  if (value !== null && !(isWord(value) && value <= max)) return refuse(400, 'bad-request');
  const result = parts.simulation.pin(equipment, table, address, value);
  return result === 'done' ? { status: 204 } : refuse(404, result);
}

function pinVariable({ simulation }: ControlParts, body: unknown): Answer {
  const parsed = parsePinnedVariable(body, (equipment, name) => simulation.variableType(equipment, name));
  if (parsed === null) return refuse(400, 'bad-request');
  const result = simulation.pinVariable(parsed.equipment, parsed.name, parsed.pinned);
  return result === 'done' ? { status: 204 } : refuse(404, result);
}

function publish(parts: ControlParts, body: unknown): Answer {
  const parsed = parseMessage(body);
  if (parsed === null) return refuse(400, 'bad-request');
  const result = parts.publish(parsed.equipment, parsed.topic, parsed.payload);
  if (result === 'done') return { status: 204 };
  return refuse(result === 'not-connected' ? 409 : 404, result);
}
