/**
 * The signed webhook: one POST of JSON for each message, to a system of the site's own. It may stand in the building's own
 * network (private addresses are allowed); its certificate is verified, redirects are refused.
 *
 *   X-Riser-Id         id of the message: the same for every attempt, by which the other side knows repeats
 *   X-Riser-Timestamp  seconds since 1970 of the attempt
 *   X-Riser-Signature  v1=hex(HMAC-SHA256(secret, `<timestamp>.<body>`)); compare in constant time, refuse old timestamps
 */
import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../core/clock.ts';
import type { Message } from '../core/message.ts';
import { byteLength, cutText, fitText } from './fit.ts';
import { NOTIFY_LIMITS } from './limits.ts';
import type { Answer, Delivery, Notifier, Recipient } from './notifier.ts';
import { type HttpAnswer, toDelivery } from './webhook-answer.ts';

export const WEBHOOK = 'webhook';

export interface WebhookOptions {
  /** `http://` or `https://`; may hold a key of its own, so it is never logged. */
  readonly url: string;
  /** At least 16 bytes. */
  readonly secret: string;
  readonly clock: Clock;
  /** Page of a ticket: `https://riser.example/tickets/`, to which its id is added; null = no links. */
  readonly linkTo?: ((message: Message) => string | null) | null;
  /** Names the sender to the other side. */
  readonly userAgent: string;
  /** PEM of the authorities beside those of the system, for a certificate of the site's own; null = none. */
  readonly ca?: string | null;
}

/** Body of the request, UTF-8; DingTalk refuses more than 20,000 bytes (alarms.md B8 no. 19). */
const MAX_BYTES = 16 * 1024;
/** Of the answer, what is read: whoever sends more is cut off. */
const ANSWER_BYTES = 16 * 1024;
/** Kept-alive connections: as many as attempts can be under way. */
const CONNECTIONS = NOTIFY_LIMITS.concurrency + NOTIFY_LIMITS.emergencySlots;

export function createWebhook(options: WebhookOptions): Notifier {
  const url = new URL(options.url);
  const isSecure = url.protocol === 'https:';
  const settings = { keepAlive: true, maxSockets: CONNECTIONS, ...(options.ca ? { ca: options.ca } : {}) };
  const agent = isSecure ? new HttpsAgent(settings) : new HttpAgent(settings);
  return {
    id: WEBHOOK,
    maxBytes: MAX_BYTES,
    reachesContacts: true,
    async deliver(message, recipient, signal) {
      const { wallMs } = options.clock.now();
      const body = toBody(message, recipient, options.linkTo?.(message) ?? null);
      const timestamp = String(Math.floor(wallMs / 1_000));
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-length': byteLength(body),
        'user-agent': options.userAgent,
        'x-riser-id': message.id,
        'x-riser-timestamp': timestamp,
        'x-riser-signature': sign(options.secret, timestamp, body),
      };
      try {
        const answer = await post(isSecure, url, { agent, headers, signal }, body);
        return toDelivery(answer, options.clock.now().wallMs);
      } catch (error) {
        return toUnreachable(error, signal);
      }
    },
    async close() {
      agent.destroy();
    },
  };
}

/** As the header has it. */
export function sign(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** The texts are cut until the whole fits; what goes by fields stays whole. */
function toBody(message: Message, recipient: Recipient, link: string | null): string {
  const { language } = recipient;
  const document = (subject: string, body: string): string =>
    JSON.stringify({
      version: 1,
      id: message.id,
      kind: message.kind,
      priority: message.priority,
      drill: message.isDrill,
      recipient: { id: recipient.id, name: recipient.name, addresses: recipient.addresses },
      language,
      subject,
      body,
      ticket: message.ticket,
      incident: message.incident,
      occurrence: message.occurrence,
      link,
      createdAt: new Date(message.createdAtMs).toISOString(),
    });
  const [subject, body] = [message.subject[language], message.body[language]];
  const whole = document(subject, body);
  if (byteLength(whole) <= MAX_BYTES) return whole;
  // Escapes can make a text six times as long in JSON.
  const heading = cutText(subject, TEXT_BYTES.subject);
  return document(heading, fitText(body, TEXT_BYTES.body, link ?? ''));
}

/** Of texts that are cut, before JSON escapes them: six times both, and the other fields, are within `MAX_BYTES`. */
const TEXT_BYTES = { subject: 500, body: 1_500 } as const;

interface Sending {
  readonly agent: HttpAgent | HttpsAgent;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly signal: AbortSignal;
}

/** Follows nothing. @throws Error when no answer comes */
function post(isSecure: boolean, url: URL, sending: Sending, body: string): Promise<HttpAnswer> {
  const request = isSecure ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', ...sending }, (response) => {
      readStart(response).then((start) => {
        const retryAfter = response.headers['retry-after'] ?? null;
        resolve({ status: response.statusCode ?? 0, retryAfter, ...start });
      }, reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** The beginning of the answer; a longer one ends with its connection. @throws Error when it breaks off */
async function readStart(response: IncomingMessage): Promise<Pick<HttpAnswer, 'body' | 'isCut'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) break;
  }
  const body = Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
  return { body, isCut: bytes > ANSWER_BYTES };
}

/** A wrong certificate is put right by people, and the message still goes out then: it is tried again like a dead line. */
function toUnreachable(error: unknown, signal: AbortSignal): Delivery {
  const code = toCode(error);
  const answer: Answer = signal.aborted
    ? { code: 'timeout', text: 'no answer in time' }
    : { code, text: WORDS[code] ?? 'the other side cannot be reached' };
  return { result: 'retry', answer, afterMs: null };
}

function toCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'unreachable';
}

/** Words for the most frequent causes; messages of errors may hold the URL and its key. Key: code of Node or OpenSSL. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'host name not found',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to the host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};
