/**
 * Tells a quiet server from a silent one: values may stand for hours, its clock may not. Signs of life are noted, and
 * a timer looks how old the last ones are. Answers to publish requests show that the wire and the subscription live,
 * the clock among them that values are sampled; where a server does not let its clock be watched it is read instead.
 */

/** Signs of life: the server's clock, and any answer to a publish request. */
export type Sign = 'clock' | 'answer';

export interface HeartbeatOptions {
  /** Longest silence of each sign, ms. */
  readonly limitMs: Readonly<Record<Sign, number>>;
  /** Called once, with the reason. */
  readonly onSilent: (reason: string) => void;
}

/** Looks so many times within the limit: how much later than the limit silence is noticed. */
const LOOKS = 10;
const MAX_LOOK_MS = 500;
/** A process that was busy itself has not heard what is waiting in its sockets: only the second look in a row counts. */
const LOOKS_TO_BELIEVE = 2;

const WORDS: Readonly<Record<Sign, string>> = {
  clock: "the server's clock",
  answer: 'any answer of the subscription',
};

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #heardMs: Record<Sign, number>;
  #timer: NodeJS.Timeout | null = null;
  #silentLooks = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    const nowMs = performance.now();
    this.#heardMs = { clock: nowMs, answer: nowMs };
  }

  note(sign: Sign): void {
    this.#heardMs[sign] = performance.now();
  }

  start(): void {
    const { clock, answer } = this.#options.limitMs;
    const nowMs = performance.now();
    this.#heardMs.clock = nowMs;
    this.#heardMs.answer = nowMs;
    const lookMs = Math.min(MAX_LOOK_MS, Math.min(clock, answer) / LOOKS);
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  /** Idempotent. */
  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const nowMs = performance.now();
    const { limitMs, onSilent } = this.#options;
    const silent = (['clock', 'answer'] as const).find((sign) => nowMs - this.#heardMs[sign] > limitMs[sign]);
    this.#silentLooks = silent === undefined ? 0 : this.#silentLooks + 1;
    if (silent === undefined || this.#silentLooks < LOOKS_TO_BELIEVE) return;
    this.stop();
    onSilent(`nothing heard of ${WORDS[silent]} for ${limitMs[silent]} ms`);
  }
}
