/** Background tasks of the journal's host, one after the other. One that fails is remembered by its name until it succeeds. */
import { AssertionFailure } from '../core/assert.ts';

export class Upkeep {
  #running: Promise<void> = Promise.resolve();
  /** Key: name of the task. */
  readonly #failures = new Map<string, string>();
  readonly #onChange: () => void;

  /** @param onChange a failure has come or gone */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Of those that failed when they ran last, the first; null while all is well. */
  get failure(): string | null {
    return this.#failures.values().next().value ?? null;
  }

  /** Whoever calls lets it come round again. */
  run(name: string, task: () => Promise<void>): void {
    this.#running = this.#running.then(() => this.#attempt(name, task));
  }

  /** Resolves when all that was to be run is done, also what these tasks have added. */
  async idle(): Promise<void> {
    for (let seen: Promise<void> | null = null; seen !== this.#running; ) {
      seen = this.#running;
      await seen;
    }
  }

  async #attempt(name: string, task: () => Promise<void>): Promise<void> {
    const before = this.failure;
    try {
      await task();
      this.#failures.delete(name);
    } catch (error) {
      if (error instanceof AssertionFailure) throw error;
      this.#failures.set(name, error instanceof Error ? error.message : String(error));
    }
    if (this.failure !== before) this.#onChange();
  }
}
