/** What createApi can be told, and every limit and time-out of the API with its reason. LIMITS (core) holds those shared with other stages. */
import { ATTACHMENT_LIMITS } from '../attachments/limits.ts';
import { LIMITS } from '../core/limits.ts';

export const API_LIMITS = {
  requestBodyBytes: LIMITS.requestBodyBytes,
  /** Receiving one whole request: a photo over a bad mobile connection. What is no upload meets `handlerTimeoutMs` before. */
  requestTimeoutMs: ATTACHMENT_LIMITS.receiveMs,
  /** Getting ready to answer. The framework's own 10 s end a gateway that starts on a machine which stands still for a while. */
  startTimeoutMs: 60_000,
  /** Receiving the header of a request. */
  headersTimeoutMs: 10_000,
  /** Silent socket; longer than the heartbeat, so that a living event stream never meets it. */
  connectionTimeoutMs: 60_000,
  /** Idle connection between two requests. */
  keepAliveTimeoutMs: 30_000,
  /** Answering one request; longer than the store's own busy time-out. Answered with `engine-busy`. */
  handlerTimeoutMs: 20_000,
  /** Sockets at once: every live stream, and a page's other connections. */
  connections: 1_000,
  /** Longest path parameter; an id has at most 64 characters. */
  pathParameterChars: 200,
  /** Requests of one address in a minute: a control room behind one address, and scripts that mean well. */
  requestsPerMinute: 6_000,
  /** Log-ins of one address in a minute; each costs an argon2id. People.login throttles by name beside it. */
  loginsPerMinute: 60,
  /** Reports without an account from one address in a minute: a building behind one address, on the day of a burst pipe. */
  publicReportsPerMinute: 10,
  /** Of them those that the policy takes for emergencies, counted apart: a whole house behind one address sees the same fire. Those without contact are counted by themselves. */
  publicEmergenciesPerMinute: 60,
  /** Looks at such reports and forms from one address in a minute; a page asks once in 15 s. */
  publicViewsPerMinute: 60,
  /** Addresses whose requests are counted at once; the least recent is forgotten. */
  countedAddresses: 5_000,
  eventStreams: LIMITS.eventStreams,
  eventStreamsPerPerson: LIMITS.eventStreamsPerPerson,
  eventStreamBytes: LIMITS.eventStreamBytes,
  eventStallMs: LIMITS.eventStallMs,
  eventBurstBytes: LIMITS.eventBurstBytes,
  eventBatchMs: LIMITS.eventBatchMs,
  /** Readings in one batch (about 300 kB); the rest waits for the next, last value wins. */
  eventBatchReadings: 5_000,
  /** A page that misses two knows that what it shows is old. */
  heartbeatMs: 10_000,
  /** How long a stream can outlive a session that ended elsewhere. */
  sessionCheckMs: 60_000,
} as const;

/** Names and units of API_LIMITS; tests shrink them. */
export type ApiLimits = { readonly [Name in keyof typeof API_LIMITS]: number };

export interface ApiOptions {
  /** Built page (`index.html` and `assets/`), null where there is none. */
  readonly webDirectory: string | null;
  /** Never trusted: addresses in headers can be forged. */
  readonly trustProxy?: false;
  /** PEM; null or absent = plain HTTP, for loopback only. */
  readonly https?: { readonly cert: string | Buffer; readonly key: string | Buffer } | null;
  readonly limits?: Partial<ApiLimits>;
}
