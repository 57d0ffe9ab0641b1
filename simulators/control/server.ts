/**
 * The control interface of the simulators: a small HTTP server on 127.0.0.1. A page of another site must not be
 * able to use it through the browser of whoever runs it, so the Host header must be a loopback name and every body
 * must be declared JSON. What is answered is routes.ts.
 *
 *   GET    /faults                       [{equipment, fault, text: {zh, en}, isActive}]
 *   POST   /faults {equipment, fault}    204 · 404 {code: 'unknown-fault', known: [{equipment, fault}]}
 *   DELETE /faults/{equipment}/{fault}   204 · 404 likewise
 *   PUT    /registers {equipment, table, address, value}   204; value null lets go
 *   PUT    /variables {equipment, name, value, type?, status?}   204; value null lets go (OPC UA)
 *   PUT    /messages {equipment, topic, payload}   204; published once (MQTT): text as it is, null = no bytes,
 *                                        anything else as JSON; 409 {code: 'not-connected'}
 *   GET    /state                        physics, active faults, counters
 *   GET    /log?endpoint&limit           last frames served and changes shown, oldest first
 *   GET    /wire                         [{endpoint, unit, fault, hits}]: what is wrong on the wire of Modbus
 *   PUT    /wire {endpoint, unit?, fault: {kind, …, every?, times?}}   204; begins it anew where it is set already
 *   DELETE /wire {endpoint, unit?, kind?}   204; PUT with fault null does the same
 *   PUT    /ledger {endpoint, on, size?}    204
 *   GET    /ledger?endpoint&unit&table&address&from&to   {entries: [{value, fromMs}], isComplete}; times in UTC ms
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer, refuse } from './answer.ts';
import { type ControlParts, route } from './routes.ts';

export const CONTROL_LIMITS = {
  bodyBytes: 4 * 1024,
  connections: 32,
  /** Time for a whole request to arrive, ms. */
  requestMs: 5_000,
  headerBytes: 8 * 1024,
} as const;

export interface ControlServer {
  /** @param port 0 = any free port. @returns the port. Rejects with the socket's error, e.g. EADDRINUSE. */
  listen(port: number): Promise<number>;
  /** Cuts all connections. Idempotent. */
  close(): Promise<void>;
}

/** Names under which a program on this machine reaches us; any port. */
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

export function createControlServer(parts: ControlParts): ControlServer {
  const server = createServer(
    {
      requestTimeout: CONTROL_LIMITS.requestMs,
      headersTimeout: CONTROL_LIMITS.requestMs,
      maxHeaderSize: CONTROL_LIMITS.headerBytes,
    },
    (request, response) => receive(parts, request, response),
  );
  server.maxConnections = CONTROL_LIMITS.connections;
  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Collects the body within its limit, then answers once. */
function receive(parts: ControlParts, request: IncomingMessage, response: ServerResponse): void {
  const refusal = checkHead(request);
  if (refusal) {
    send(response, refusal);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('error', () => response.destroy());
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= CONTROL_LIMITS.bodyBytes) chunks.push(chunk);
    else if (!response.headersSent) send(response, refuse(413, 'body-too-large'));
  });
  request.on('end', () => {
    if (!response.headersSent) send(response, toAnswer(parts, request, Buffer.concat(chunks)));
  });
}

function checkHead(request: IncomingMessage): Answer | null {
  if (!LOOPBACK_HOST.test(request.headers.host ?? '')) return refuse(403, 'wrong-host');
  const hasBody = request.method === 'POST' || request.method === 'PUT';
  const type = request.headers['content-type'] ?? '';
  if (hasBody && !/^application\/json\s*(;|$)/i.test(type)) return refuse(415, 'wrong-media-type');
  return null;
}

function toAnswer(parts: ControlParts, request: IncomingMessage, bytes: Buffer): Answer {
  const [path = '/', search = ''] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(search);
  if (bytes.length === 0) return route(parts, request.method ?? 'GET', path, undefined, query);
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    return refuse(400, 'bad-request');
  }
  return route(parts, request.method ?? 'GET', path, body, query);
}

/** A refused request ends its connection: the rest of its body is not waited for. */
function send(response: ServerResponse, answer: Answer): void {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (answer.status >= 400) headers['connection'] = 'close';
  if (answer.body !== undefined) headers['content-type'] = 'application/json; charset=utf-8';
  response.writeHead(answer.status, headers);
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
}
