/** Two serial ports that are joined by a cable: pseudo-terminals of socat under stable names, as an adapter has them. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './poll.ts';
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

const START_MS = 5_000;

/** @param socat path of the program @param directory of the test; holds the names */
export async function startSerialPair(socat: string, directory: string): Promise<SerialPair> {
  const near = join(directory, 'near');
  const far = join(directory, 'far');
  let process = await start(socat, near, far);
  /** Takes the numbers that have become free, so that the pair must come back under others. */
  const squatters: TestProcess[] = [];
  return {
    near,
    far,
    async unplug() {
      await process.stop();
      squatters.push(await start(socat, join(directory, 'other-1'), join(directory, 'other-2')));
    },
    async plug() {
      process = await start(socat, near, far);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([process, ...squatters].map((each) => each.stop()));
    },
  };
}

async function start(socat: string, near: string, far: string): Promise<TestProcess> {
  const process = await startProcess(socat, [terminal(near), terminal(far)]);
  try {
    await until(() => [near, far].map((name) => realpathSync(name)), {
      timeoutMs: START_MS,
      what: 'the pseudo-terminals of socat',
    });
  } catch (error) {
    await process.stop();
    throw error;
  }
  return process;
}

function terminal(name: string): string {
  return `pty,raw,echo=0,link=${name}`;
}
