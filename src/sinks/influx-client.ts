/**
 * Statements through the `influx` package, with what it lacks: a time-out for the whole answer (its own ends with the
 * headers), no host put aside after a failure, tokens, and errors that say what kind of failure it was.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { IClusterConfig, InfluxDB } from 'influx';
import type { InfluxSettings } from '../config/model.ts';
import { toReason } from './influx-answers.ts';
import { toAuthorization } from './influx-http.ts';

/** `down`: no answer, or overloaded. `refused`: it answers, but not this. `unsupported`: this server has no such statement. */
export type InfluxFailure = 'down' | 'refused' | 'unsupported';

export class InfluxError extends Error {
  override readonly name = 'InfluxError';
  readonly kind: InfluxFailure;

  constructor(kind: InfluxFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface InfluxSeries {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  /** The first column is the time, UTC ms, where the statement selects. */
  readonly values: readonly (readonly (string | number | boolean | null)[])[];
  /** The server has more rows than it gives at once (its `max-row-limit`). */
  readonly partial?: boolean;
}

export interface InfluxClient {
  /** The series of one statement. @throws InfluxError */
  run(statement: string, signal?: AbortSignal): Promise<readonly InfluxSeries[]>;
  close(): void;
}

type RawSeries = Omit<InfluxSeries, 'values'> & Partial<Pick<InfluxSeries, 'values'>>;

interface RawAnswer {
  readonly results?: readonly { readonly series?: readonly RawSeries[]; readonly error?: string }[];
}

/** Charts of several points side by side; more wait for a connection. */
const CONNECTIONS = 4;

/** Loads the package: 60 ms and 8 MB, only where statements are run. */
export async function createInfluxClient(settings: InfluxSettings): Promise<InfluxClient> {
  const { InfluxDB: Client } = await import('influx');
  const agent = toAgent(settings);
  const client = new Client(toOptions(settings, agent));
  const never = new AbortController().signal;
  return {
    run: (statement, signal = never) => run(client, settings, statement, signal),
    close: () => agent.destroy(),
  };
}

function toAgent({ url }: InfluxSettings): HttpAgent | HttpsAgent {
  const options = { keepAlive: true, maxSockets: CONNECTIONS };
  return url.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options);
}

function toOptions(settings: InfluxSettings, agent: HttpAgent | HttpsAgent): IClusterConfig {
  const { protocol, hostname, port, pathname } = new URL(settings.url);
  const isSecure = protocol === 'https:';
  // A failed host would be put aside for up to 10 s: a delay of 0 keeps it.
  const backoff = { getDelay: () => 0, next: () => backoff, reset: () => backoff };
  const options = {
    // Our own header; without null the package sends root:root in its place, its type has no null.
    username: null,
    database: settings.database,
    hosts: [
      {
        host: hostname.replace(/^\[(.*)\]$/, '$1'),
        port: port === '' ? (isSecure ? 443 : 80) : Number(port),
        protocol: isSecure ? ('https' as const) : ('http' as const),
        path: pathname.replace(/\/$/, ''),
        options: { agent, headers: { ...toAuthorization(settings) } },
      },
    ],
    pool: { maxRetries: 0, requestTimeout: settings.timeoutMs, backoff },
  };
  return options as object as IClusterConfig;
}

async function run(
  client: InfluxDB,
  { timeoutMs, database }: InfluxSettings,
  statement: string,
  signal: AbortSignal,
): Promise<readonly InfluxSeries[]> {
  const late = AbortSignal.timeout(timeoutMs);
  const any = AbortSignal.any([signal, late]);
  try {
    any.throwIfAborted();
    const asked = client.queryRaw(statement, { database, precision: 'ms', method: 'POST', signal: any });
    const answer = (await orAborted(asked, any)) as RawAnswer;
    const result = answer.results?.[0];
    if (result?.error !== undefined) throw new InfluxError('refused', result.error);
    // A series without rows comes without them.
    return (result?.series ?? []).map((series) => ({ ...series, values: series.values ?? [] }));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (late.aborted) throw new InfluxError('down', `no answer within ${timeoutMs} ms`, { cause: error });
    throw toInfluxError(error);
  }
}

/** Leaves no listener: a signal that outlives the answer would keep it in memory. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The package's own errors say the status and the body in words: `A 403 Forbidden error occurred: {…}`. */
function toInfluxError(error: unknown): InfluxError {
  if (error instanceof InfluxError) return error;
  const words = error instanceof Error ? error.message : String(error);
  const [, status, body] = /^A (\d{3}) .*?error occurred: ([^]*)$/.exec(words) ?? [];
  if (status === undefined) return new InfluxError('down', words || 'the server answers with an error');
  const reason = toReason({ status: Number(status), body: body ?? '', waitMs: null, headers: {} });
  const isOverloaded = status === '408' || status === '429';
  return new InfluxError(isOverloaded ? 'down' : 'refused', `${status} ${reason}`);
}
