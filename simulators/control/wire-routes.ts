/** `/wire` and `/ledger` of the control interface: faults on the wire of Modbus endpoints, and what registers held. */
import type { ModbusEndpoint } from '../modbus/endpoint.ts';
import { LEDGER_LIMITS } from '../modbus/ledger.ts';
import { isWireFaultKind, parseWireFault, WIRE_FAULT_KINDS } from '../modbus/wire-fault-parse.ts';
import { type Answer, refuse } from './answer.ts';
import { type Body, hasOnly, isBody, isTable, isWord } from './bodies.ts';

/** Key: endpoint id. */
type ModbusEndpoints = ReadonlyMap<string, ModbusEndpoint>;

export function routeWire(endpoints: ModbusEndpoints, method: string, body: unknown): Answer {
  if (method === 'GET') return { status: 200, body: listFaults(endpoints) };
  if (method !== 'PUT' && method !== 'DELETE') return refuse(405, 'wrong-method');
  if (!isBody(body)) return bad('{endpoint, unit?, fault} or {endpoint, unit?, kind?}');
  const endpoint = endpoints.get(String(body['endpoint']));
  if (endpoint === undefined) return unknownEndpoint(endpoints);
  const { unit } = body;
  if (unit !== undefined && unit !== null && !endpoint.units.some((each) => each === unit)) {
    return refuse(404, 'unknown-unit', { expected: `unit: one of ${endpoint.units.join(', ')}` });
  }
  const place = typeof unit === 'number' ? unit : null;
  const isClearing = method === 'DELETE' || body['fault'] === null;
  return isClearing ? clearFaults(endpoint, body, place) : setFault(endpoint, body, place);
}

function listFaults(endpoints: ModbusEndpoints): readonly unknown[] {
  return [...endpoints].flatMap(([endpoint, each]) => each.faults().map((entry) => ({ endpoint, ...entry })));
}

function setFault(endpoint: ModbusEndpoint, body: Body, unit: number | null): Answer {
  if (!hasOnly(body, ['endpoint', 'unit', 'fault'])) return bad('nothing but endpoint, unit, fault');
  const parsed = parseWireFault(body['fault']);
  const expected = parsed.isGood ? endpoint.setFault(unit, parsed.fault) : parsed.expected;
  return expected === null ? { status: 204 } : bad(expected);
}

/** Without `unit` faults of all units are cleared, with null only those of the whole endpoint. */
function clearFaults(endpoint: ModbusEndpoint, body: Body, unit: number | null): Answer {
  if (!hasOnly(body, ['endpoint', 'unit', 'kind', 'fault'])) return bad('nothing but endpoint, unit, kind');
  const { kind } = body;
  if (kind !== undefined && !isWireFaultKind(kind)) return bad(`kind: one of ${WIRE_FAULT_KINDS.join(', ')}`);
  endpoint.clearFaults('unit' in body ? unit : undefined, kind);
  return { status: 204 };
}

export function routeLedger(
  endpoints: ModbusEndpoints,
  method: string,
  body: unknown,
  query: URLSearchParams,
): Answer {
  if (method === 'GET') return readLedger(endpoints, query);
  if (method !== 'PUT') return refuse(405, 'wrong-method');
  const isWhole =
    isBody(body) && hasOnly(body, ['endpoint', 'on', 'size']) && typeof body['on'] === 'boolean';
  if (!isWhole) return bad('{endpoint, on, size?}');
  const endpoint = endpoints.get(String(body['endpoint']));
  if (endpoint === undefined) return unknownEndpoint(endpoints);
  const size = body['size'] ?? LEDGER_LIMITS.size;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > LEDGER_LIMITS.maxSize) {
    return bad(`size: a whole number 1–${LEDGER_LIMITS.maxSize}`);
  }
  endpoint.ledger.switch(body['on'] === true ? size : null);
  endpoint.record();
  return { status: 204 };
}

function readLedger(endpoints: ModbusEndpoints, query: URLSearchParams): Answer {
  const number = (name: string, byDefault?: number): number => {
    const text = query.get(name);
    if (text === null) return byDefault ?? Number.NaN;
    return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  };
  const endpoint = endpoints.get(query.get('endpoint') ?? '');
  if (endpoint === undefined) return unknownEndpoint(endpoints);
  const [unit, address, table] = [number('unit'), number('address'), query.get('table')];
  const [from, to] = [number('from', 0), number('to', Number.MAX_SAFE_INTEGER)];
  const isWhole = isWord(unit) && isWord(address) && isTable(table);
  if (!isWhole || Number.isNaN(from) || Number.isNaN(to)) {
    return bad('unit, table, address; from and to in UTC ms');
  }
  if (!endpoint.ledger.isOn()) return refuse(409, 'ledger-off');
  const answer = endpoint.ledger.read({ unit, table, address }, from, to);
  return answer === null ? refuse(404, 'unknown-register') : { status: 200, body: answer };
}

function unknownEndpoint(endpoints: ModbusEndpoints): Answer {
  return refuse(404, 'unknown-endpoint', {
    expected: `endpoint: one of ${[...endpoints.keys()].join(', ')}`,
  });
}

function bad(expected: string): Answer {
  return refuse(400, 'bad-request', { expected });
}
