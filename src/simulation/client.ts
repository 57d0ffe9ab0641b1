/**
 * Speaks to the control interface of the simulators: lists, injects and clears faults. Starting them is process.ts.
 */
import type { SimulatedFault, SimulationPort } from '../api/services.ts';
import { RiserError } from '../core/errors.ts';

export const CLIENT_LIMITS = {
  /** The simulators are on the same machine; a longer wait means that they are gone. */
  timeoutMs: 2_000,
  /** Largest answer that is read. */
  answerBytes: 256 * 1024,
} as const;

/** @param controlUrl e.g. `http://127.0.0.1:15080`. All methods throw as SimulationPort says. */
export function createSimulationClient(controlUrl: string): SimulationPort {
  const request = (method: string, path: string, body?: unknown): Promise<Answer> =>
    send(controlUrl, method, path, body);
  return {
    async faults() {
      const answer = await request('GET', '/faults');
      if (answer.status !== 200) throw unreachable(`GET /faults was answered ${answer.status}`);
      return parseFaults(answer.body);
    },
    async inject(equipment, fault) {
      expectDone(await request('POST', '/faults', { equipment, fault }), equipment, fault);
    },
    async clear(equipment, fault) {
      const path = `/faults/${encodeURIComponent(equipment)}/${encodeURIComponent(fault)}`;
      expectDone(await request('DELETE', path), equipment, fault);
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function send(controlUrl: string, method: string, path: string, body: unknown): Promise<Answer> {
  try {
    const response = await fetch(new URL(path, controlUrl), {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(CLIENT_LIMITS.timeoutMs),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await readText(response);
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  } catch (error) {
    throw unreachable(error);
  }
}

/** The body, as long as it stays within its limit; an endless one is not collected. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > CLIENT_LIMITS.answerBytes)
      throw new Error(`answer is longer than ${CLIENT_LIMITS.answerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function expectDone(answer: Answer, equipment: string, fault: string): void {
  if (answer.status === 204) return;
  if (isFields(answer.body) && answer.body['code'] === 'unknown-fault') {
    throw new RiserError('unknown-fault', { equipment, fault });
  }
  throw unreachable(`answered ${answer.status}`);
}

function parseFaults(body: unknown): readonly SimulatedFault[] {
  if (!Array.isArray(body)) throw unreachable('GET /faults is not a list');
  return body.map((item: unknown) => {
    if (!isFields(item) || !isFields(item['text'])) throw unreachable('GET /faults holds something else');
    const { equipment, fault, isActive, text } = item;
    const { zh, en } = text;
    const isWhole = [equipment, fault, zh, en].every((each) => typeof each === 'string');
    if (!isWhole || typeof isActive !== 'boolean') throw unreachable('GET /faults holds something else');
    return {
      equipment: String(equipment),
      fault: String(fault),
      text: { zh: String(zh), en: String(en) },
      isActive,
    };
  });
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreachable(cause: unknown): RiserError {
  return new RiserError('simulator-unreachable', {}, { cause });
}
