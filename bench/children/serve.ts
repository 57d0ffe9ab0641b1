/**
 * The child's side of a benchmark process: gets its setup, says `ready`, answers questions one by one, and ends when
 * its parent is gone, so that no child outlives a broken run. What it does is up to each child.
 */

/** Key: what is asked. The answer must be plain data. */
export type Answers = Readonly<Record<string, (with_: unknown) => unknown>>;

export interface Served {
  /** What the parent is told when the child is ready. */
  readonly facts: unknown;
  readonly answers: Answers;
  stop(): Promise<void> | void;
}

export interface Question {
  readonly id: number;
  readonly what: string;
  readonly with: unknown;
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** The first question: its `with` is the setup, its answer the facts. */
export const START = 'start';
/** The last question. */
export const STOP = 'stop';

/** Call once, at the end of the child's file. @param start called with the setup that the parent has sent */
export function serve<Setup>(start: (setup: Setup) => Promise<Served>): void {
  let served: Served | null = null;
  const answer = async ({ what, with: with_ }: Question): Promise<unknown> => {
    if (what === START) {
      served = await start(with_ as Setup);
      return served.facts;
    }
    if (what === STOP) return await served?.stop();
    const find = served?.answers[what];
    if (find === undefined) throw new Error(`this child knows no answer to "${what}"`);
    return await find(with_);
  };
  process.on('message', (message) => void reply(message as Question, answer));
  // By `exit`, so that temporary directories are removed.
  process.once('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
}

async function reply(question: Question, answer: (question: Question) => Promise<unknown>): Promise<void> {
  const { id } = question;
  try {
    send({ id, value: (await answer(question)) ?? null });
  } catch (error) {
    send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function send(message: Answer): void {
  if (process.connected) process.send?.(message);
}
