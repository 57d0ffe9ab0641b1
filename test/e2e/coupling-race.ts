/**
 * Two requests that are in flight at once for certain: each has been sent but for its last byte before either is whole, on a
 * connection of its own. Who is first then is the gateway's business.
 */
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Answer } from '../support/client.ts';

/** Longest wait for an answer. */
const ANSWER_MS = 60_000;

export interface Racer {
  readonly token: string;
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

export function toJsonRacer(token: string, path: string, body: object): Racer {
  return { token, path, type: 'application/json', body: Buffer.from(JSON.stringify(body)) };
}

/** @returns their answers, in the order in which they were named; the last bytes go out in this order, in one turn */
export async function race(url: string, racers: readonly Racer[]): Promise<readonly Answer[]> {
  const begun = racers.map((racer) => begin(url, racer));
  try {
    await Promise.all(begun.map(({ isUnderWay }) => isUnderWay));
    for (const { finish } of begun) finish();
    return await Promise.all(begun.map(({ answer }) => answer));
  } finally {
    for (const { agent } of begun) agent.destroy();
  }
}

function begin(url: string, { token, path, type, body }: Racer) {
  const agent = new Agent({ maxSockets: 1 });
  const sent = httpRequest(new URL(path, url), {
    agent,
    method: 'POST',
    timeout: ANSWER_MS,
    headers: { authorization: `Bearer ${token}`, 'content-type': type, 'content-length': body.length },
  });
  const last = body.length - 1;
  const isUnderWay = new Promise<void>((resolve, reject) => {
    sent.once('error', reject);
    sent.write(body.subarray(0, last), (error) => (error ? reject(error) : resolve()));
  });
  return { agent, isUnderWay, answer: toAnswer(sent), finish: () => void sent.end(body.subarray(last)) };
}

function toAnswer(sent: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    sent.once('response', (response) => void read(response).then(resolve, reject));
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  return { status: response.statusCode ?? 0, body, headers: new Headers() };
}
