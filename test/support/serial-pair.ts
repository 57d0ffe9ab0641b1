/** Two serial ports that are joined by a cable: pseudo-terminals of socat under stable names, as an adapter has them. */
import { realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess, type TestProcess } from './process.ts';

export interface SerialPair extends AsyncDisposable {
  /** Stable names; where they point changes with every plugging in. */
  readonly near: string;
  readonly far: string;
  /** Both ends are gone, and so are the names. */
  unplug(): Promise<void>;
  /** Both ends are there again, under other numbers. */
  plug(): Promise<void>;
}

const START_MS = 15_000;
/** To come back under other numbers. */
const MAX_TRIES = 5;

/** @param socat path of the program @param directory of the test; holds the names */
export async function startSerialPair(socat: string, directory: string): Promise<SerialPair> {
  const near = join(directory, 'near');
  const far = join(directory, 'far');
  let process = await start(socat, near, far);
  /** The numbers that `near` and `far` had when they were pulled out. */
  let oldNumbers: readonly string[] = [];
  /** Take the numbers that have become free, so that the pair must come back under others. */
  const squatters: TestProcess[] = [];
  const squat = async () => {
    const names = [1, 2].map((end) => join(directory, `other-${squatters.length}-${end}`));
    squatters.push(await start(socat, ...(names as [string, string])));
  };
  return {
    near,
    far,
    async unplug() {
      oldNumbers = [near, far].map((name) => realpathSync(name));
      await process.stop();
      // socat takes away only the names that it gave itself.
      for (const name of [near, far]) rmSync(name, { force: true });
      await squat();
    },
    async plug() {
      // Other programs of the machine open and close terminals too: an old number may have become free again since.
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        // Under other names first: what watches `near` must not open a pair that is given up again.
        const drafts = [near, far].map((name) => `${name}-${tries}`) as [string, string];
        process = await start(socat, ...drafts);
        if (!drafts.some((name) => oldNumbers.includes(realpathSync(name)))) {
          renameSync(drafts[0], near);
          renameSync(drafts[1], far);
          return;
        }
        await process.stop();
        await squat();
      }
      throw new Error(`the pair came back as ${oldNumbers.join(' or ')} ${MAX_TRIES} times`);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([process, ...squatters].map((each) => each.stop()));
    },
  };
}

async function start(socat: string, near: string, far: string): Promise<TestProcess> {
  const process = await startProcess(socat, ['-d', '-d', terminal(near), terminal(far)]);
  try {
    // The names are there earlier than the cable: bytes that come in between are echoed, or lost.
    await process.waitForLine(/starting data transfer loop/, START_MS);
  } catch (error) {
    await process.stop();
    throw error;
  }
  return process;
}

function terminal(name: string): string {
  return `pty,raw,echo=0,link=${name}`;
}
