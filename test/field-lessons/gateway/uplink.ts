/**
 * What stands in for InfluxDB: takes lines over its v1 API and keeps them by series and stamp, as it does, so that a line
 * that is sent twice stands there once. Can be away in every way that an uplink can.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** `hangs`: takes the request and never answers. `forgets`: stores it, and hangs up instead of saying so. */
export type UplinkState = 'up' | 'hangs' | 'fails' | 'forgets' | 'refuses';

export interface Uplink extends AsyncDisposable {
  readonly url: string;
  become(state: UplinkState): Promise<void>;
  /** Values by stamp (UTC ms); key: `equipment/field`. */
  readonly series: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** Lines that would have changed a stored value. */
  readonly conflicts: readonly string[];
  /** Stored field values. */
  size(): number;
  /** Requests that met each state. */
  readonly met: ReadonlyMap<UplinkState, number>;
}

export async function startUplink(): Promise<Uplink> {
  const series = new Map<string, Map<number, number>>();
  const conflicts: string[] = [];
  const met = new Map<UplinkState, number>();
  let state: UplinkState = 'up';
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    met.set(state, (met.get(state) ?? 0) + 1);
    if (state === 'hangs') return;
    if (state === 'fails') return void response.writeHead(503).end('{"error":"engine is closed"}');
    if (request.url?.startsWith('/query')) return void response.end('{"results":[{}]}');
    for (const line of body.split('\n')) store(line, series, conflicts);
    if (state === 'forgets') request.socket.destroy();
    else response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    series,
    conflicts,
    met,
    size: () => [...series.values()].reduce((sum, values) => sum + values.size, 0),
    async become(next) {
      const was = state;
      state = next;
      if (next === 'refuses') await close(server);
      else if (was === 'refuses') await listen(server, port);
      else server.closeAllConnections();
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await close(server);
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** `kind,equipment=unit-1,site=trial r0=1,r0_quality=0 1700000000000`; none of the names needs escapes. */
function store(line: string, series: Map<string, Map<number, number>>, conflicts: string[]): void {
  const [tags = '', fields = '', stamp = ''] = line.split(' ');
  const equipment = /equipment=([^,]+)/.exec(tags)?.[1];
  for (const field of fields.split(',')) {
    const [name, value] = field.split('=');
    const key = `${equipment}/${name}`;
    const values = series.get(key) ?? new Map<number, number>();
    series.set(key, values);
    const before = values.get(Number(stamp));
    // A text is NaN here, and the same text again is no conflict.
    if (before !== undefined && !Object.is(before, Number(value)))
      conflicts.push(`${line} (before: ${before})`);
    values.set(Number(stamp), Number(value));
  }
}
