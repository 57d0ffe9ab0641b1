/**
 * The parent's side of a benchmark process: starts it, asks it, ends it by its process id. Every answer has a
 * time limit; a child that fails is named with its own last words.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Answer, START, STOP } from './children/serve.ts';

export const CHILD_LIMITS = {
  /** From the fork to `ready`: 50,000 points are loaded and 500 links connected within it, on a busy machine. */
  startMs: 60_000,
  /** Longest wait for any other answer. */
  answerMs: 30_000,
  /** Longest wait for the answer to `stop`, and then again from SIGTERM to SIGKILL. */
  stopMs: 8_000,
  /** What is kept of a child's error output, characters. */
  errorChars: 4_096,
} as const;

export interface Child {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly facts: unknown;
  /** @throws Error with the child's own message, or when it is late or has ended */
  ask(what: string, with_?: unknown): Promise<unknown>;
  /** Asks it to stop, ends it. Idempotent, never rejects. */
  stop(): Promise<void>;
}

/** @param name a file of bench/children without its ending @throws Error when it does not become ready; it is gone then */
export async function startChild(name: string, setup: unknown): Promise<Child> {
  const link = new ChildLink(name);
  try {
    const facts = await link.ask(START, setup, CHILD_LIMITS.startMs);
    return {
      pid: link.pid,
      facts,
      ask: (what, with_ = null) => link.ask(what, with_, CHILD_LIMITS.answerMs),
      stop: () => link.stop(),
    };
  } catch (error) {
    await link.stop();
    throw error;
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

class ChildLink {
  readonly #name: string;
  readonly #process: ChildProcess;
  /** Key: id of the question. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #lastId = 0;
  #errors = '';
  #hasEnded = false;

  constructor(name: string) {
    this.#name = name;
    const file = fileURLToPath(new URL(`children/${name}.ts`, import.meta.url));
    this.#process = fork(file, [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    // Read to the end of the child's life, so that it never blocks on a full pipe.
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-CHILD_LIMITS.errorChars);
    });
    this.#process.on('message', (message) => this.#receive(message as Answer));
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#hasEnded = true;
        this.#refuseAll('has ended');
        resolve();
      };
      this.#process.once('close', end);
      this.#process.once('error', end);
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  ask(what: string, with_: unknown, limitMs: number): Promise<unknown> {
    if (this.#hasEnded) return Promise.reject(this.#toError('has ended'));
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const late = setTimeout(
      () => reject(this.#toError(`gave no answer to "${what}" in ${limitMs} ms`)),
      limitMs,
    );
    this.#waiting.set(id, { resolve, reject });
    this.#process.send({ id, what, with: with_ }, (error) => error && reject(error));
    return promise.finally(() => {
      clearTimeout(late);
      this.#waiting.delete(id);
    });
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    // A child that does not stop in good order is ended all the same.
    await this.ask(STOP, null, CHILD_LIMITS.stopMs).catch(() => {});
    this.#process.kill('SIGTERM');
    const killer = setTimeout(() => this.#process.kill('SIGKILL'), CHILD_LIMITS.stopMs);
    await this.#ended;
    clearTimeout(killer);
  }

  #receive(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if ('error' in answer) waiting?.reject(this.#toError(answer.error));
    else waiting?.resolve(answer.value);
  }

  #refuseAll(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(this.#toError(why));
  }

  #toError(why: string): Error {
    const words = this.#errors.trim();
    return new Error(`${this.#name}: ${why}${words === '' ? '' : `\n${words}`}`);
  }
}
