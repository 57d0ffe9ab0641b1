/**
 * From a link's options to a session, and back to nothing: secure channel, trust, log-in. The library repairs nothing
 * by itself here (maxRetry 0): connecting again is acquisition's business, with everything new. What is read over the
 * session is connection.ts.
 */

import type { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import type {
  ClientSecureChannelLayer,
  MessageSecurityMode,
  OPCUAClient,
  OPCUAClientOptions,
} from 'node-opcua-client';
import { DeviceError } from '../../core/errors.ts';
import { isDoneWithin } from '../done-within.ts';
import { assertTrusted, openPki } from './certificates.ts';
import { type Library, type Session, within } from './library.ts';
import type { OpcuaLink, SecurityMode } from './schema.ts';

/** Name that servers show for us. */
const APPLICATION = 'Riser';
/** The shortest time for which a server keeps a session whose gateway is gone, and many times our publish cycle. */
const MIN_SESSION_MS = 15_000;
/** Time for the answer to a log-in that is under way when the connection is closed. */
const LOGIN_MS = 500;
/** Time for saying good-bye properly; a server that does not answer is left without. */
const FAREWELL_MS = 1_500;
/** Time for the library to fold up after its requests have been cancelled. */
const FOLD_MS = 500;
/** The library closes a socket that carries nothing for this time; silence is the heartbeat's business, and sooner. */
const IDLE_MS = 1_200_000;
/** Largest message that a server may send: 100 times what 1,000 points with their times take. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export interface Opening {
  readonly library: Library;
  readonly link: OpcuaLink;
  /** Folder of the certificates. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** The channel has ended by itself, or with `close`. */
  readonly onClosed: () => void;
}

interface OpenClient {
  readonly client: OPCUAClient;
  channel: ClientSecureChannelLayer | null;
}

/** What is open towards one server: client, channel, session. Made once, closed once. */
export class Channel {
  readonly #opening: Opening;
  readonly #clients: OpenClient[] = [];
  #pki: OPCUACertificateManager | null = null;
  #login: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(opening: Opening) {
    this.#opening = opening;
  }

  /** @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`; what is open by then `close` closes. */
  async open(): Promise<Session> {
    const { link } = this.#opening;
    const identity = toIdentity(link);
    const security = link.security === 'none' ? null : await this.#secure(link.security);
    const client = this.#createClient(security ?? this.#withoutKeys(), security === null);
    client.on('close', this.#opening.onClosed);
    await this.#wait(() => client.connect(link.url), `connecting to ${link.url}`, link.connectTimeoutMs);
    const { UserTokenType } = this.#opening.library;
    const token =
      identity === null
        ? ({ type: UserTokenType.Anonymous } as const)
        : ({ type: UserTokenType.UserName, ...identity } as const);
    const login = Promise.try(() => client.createSession(token));
    this.#login = login;
    return (await this.#wait(() => login, `session on ${link.url}`)) as Session;
  }

  /** Idempotent; bounded by LOGIN_MS + FAREWELL_MS + 2 × FOLD_MS; never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // A session whose answer is under way could not be closed, and would stay with the server for its time-out.
    await isDoneWithin(
      this.#login.catch(() => null),
      LOGIN_MS,
    );
    await Promise.all(this.#clients.map(({ client, channel }) => endClient(client, channel)));
    if (this.#pki)
      await isDoneWithin(
        this.#pki.dispose().catch(() => null),
        FOLD_MS,
      );
  }

  #wait<T>(work: () => Promise<T>, what: string, ms = this.#opening.link.timeoutMs): Promise<T> {
    return within(work, { ms, signal: this.#opening.signal, what });
  }

  /** Finds the server's certificate without security, and goes on only when it is trusted. */
  async #secure(mode: Exclude<SecurityMode, 'none'>): Promise<OPCUAClientOptions> {
    const { library, link, directory } = this.#opening;
    const pki = await this.#wait(
      () => openPki(directory),
      `certificates in ${directory}`,
      link.connectTimeoutMs,
    );
    this.#pki = pki;
    const securityMode = library.MessageSecurityMode[mode === 'sign' ? 'Sign' : 'SignAndEncrypt'];
    const securityPolicy = library.SecurityPolicy[link.policy];
    const certificate = await this.#findCertificate(securityMode, securityPolicy);
    await this.#wait(() => assertTrusted(pki, certificate, link.url), `certificate of ${link.url}`);
    return {
      clientCertificateManager: pki,
      securityMode,
      securityPolicy,
      serverCertificate: certificate,
    };
  }

  async #findCertificate(securityMode: MessageSecurityMode, securityPolicy: string): Promise<Buffer> {
    const { url, connectTimeoutMs } = this.#opening.link;
    const client = this.#createClient(this.#withoutKeys(), true);
    await this.#wait(() => client.connect(url), `connecting to ${url}`, connectTimeoutMs);
    const endpoints = await this.#wait(() => client.getEndpoints(), `endpoints of ${url}`);
    const endpoint = endpoints.find(
      (one) => one.securityMode === securityMode && one.securityPolicyUri === securityPolicy,
    );
    await this.#wait(() => client.disconnect(), `endpoints of ${url}`);
    if (endpoint !== undefined) return endpoint.serverCertificate;
    throw new DeviceError('connect-failed', `${url} offers no such security: ${securityPolicy}`, {
      retryable: false,
    });
  }

  #createClient(options: OPCUAClientOptions, isWithoutKeys: boolean): OPCUAClient {
    const { library, link } = this.#opening;
    const client = library.OPCUAClient.create({
      applicationName: APPLICATION,
      clientName: APPLICATION,
      endpointMustExist: false,
      keepSessionAlive: false,
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
      requestedSessionTimeout: Math.max(MIN_SESSION_MS, 3 * link.silentAfterMs),
      transportTimeout: IDLE_MS,
      defaultTransactionTimeout: link.timeoutMs,
      transportSettings: { maxMessageSize: MAX_MESSAGE_BYTES },
      ...options,
    });
    if (isWithoutKeys) Object.assign(client, KEYLESS);
    const entry: OpenClient = { client, channel: null };
    client.on('secure_channel_created', (channel) => {
      entry.channel = channel;
    });
    this.#clients.push(entry);
    return client;
  }

  #withoutKeys(): OPCUAClientOptions {
    return { certificateKeyPairProvider: NO_KEYS };
  }
}

/**
 * The library wants a key pair on disk even where nothing is signed or encrypted. A link without security has none,
 * and a full disk does not take it off. KEYLESS goes over the library's protected steps that read and check the keys;
 * with security `none` their results are never used.
 */
const NO_KEYS = {
  getCertificate: () => null as unknown as Buffer,
  getCertificateChain: () => [],
  getPrivateKey: () => null as never,
} satisfies OPCUAClientOptions['certificateKeyPairProvider'];
const KEYLESS = { initializeCM: () => Promise.resolve(), getKeyOperations: () => null };

/** @returns null = anonymous */
function toIdentity({
  username,
  password,
  url,
}: OpcuaLink): { readonly userName: string; readonly password: string } | null {
  if (username === undefined && password === undefined) return null;
  if (username !== undefined && password !== undefined) return { userName: username, password };
  const missing = username === undefined ? 'user name' : 'password';
  throw new DeviceError('connect-failed', `session on ${url}: the ${missing} is missing`, {
    retryable: false,
  });
}

async function endClient(client: OPCUAClient, channel: ClientSecureChannelLayer | null): Promise<void> {
  const ended = Promise.try(() => client.disconnect()).catch(() => null);
  if (await isDoneWithin(ended, FAREWELL_MS)) return;
  channel?.cancelPendingTransactions(() => null);
  await isDoneWithin(ended, FOLD_MS);
  channel?.dispose();
}
