/**
 * A suite: loads (scenes), each with a field, a gateway's site and one or more subjects. Runs the subjects one after
 * another on the same field, in alternating order, and gives the results to the suite to make rows of.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewaySetup } from './children/gateway.ts';
import { type Child, startChild } from './children.ts';
import { type Row } from './rows.ts';
import { type Result, runTrial, type Timing } from './trial.ts';

export interface Contender {
  /** A file of bench/children. */
  readonly subject: string;
  readonly setup: Readonly<Record<string, unknown>>;
  /** Measured in the first repetition only: a look inside, no comparison. */
  readonly isOnce?: boolean;
}

export interface Scene {
  readonly name: string;
  readonly field: string;
  readonly fieldSetup: Readonly<Record<string, unknown>>;
  /** All that a trial needs before its warm-up. */
  readonly firstReadings: number;
  /** Writes the site into `directory`. @param ports what the field said of itself @returns the site file */
  readonly writeSite: (directory: string, ports: readonly number[]) => string;
  readonly counter: Pick<GatewaySetup, 'counter' | 'readingsPerCount'>;
  readonly contenders: (ports: readonly number[], siteFile: string) => readonly Contender[];
  readonly toRows: (results: Results) => readonly Row[];
}

/** A load that does not fit a field and a gateway on it: measures by itself what it compares. */
export interface OwnScene {
  readonly name: string;
  /** @param directory of its own, removed afterwards */
  readonly measure: (directory: string, options: RunOptions) => Promise<readonly Row[]>;
}

/** All repetitions. Key: subject; the gateway's is `gateway`. */
export type Results = ReadonlyMap<string, readonly Result[]>;

export interface Suite {
  readonly summary: string;
  /** Runs only when it is named: it takes too long for all of them together. */
  readonly isOnRequest?: boolean;
  /** @param scale 1 = as documented; a smoke test runs a small part of it. */
  readonly scenes: (scale: number, timing: Timing) => readonly (Scene | OwnScene)[];
  readonly timing: { readonly full: Timing; readonly quick: Timing };
}

export interface SceneRun {
  readonly scene: string;
  /** In the order in which they ran. */
  readonly results: readonly Result[];
  readonly rows: readonly Row[];
}

export interface RunOptions {
  readonly timing: Timing;
  readonly isProfiled: boolean;
  readonly onProgress: (text: string) => void;
}

export async function runScene(scene: Scene | OwnScene, options: RunOptions): Promise<SceneRun> {
  const directory = mkdtempSync(join(tmpdir(), 'riser-bench-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  // Also when the run is ended from outside.
  process.once('exit', remove);
  try {
    if ('field' in scene) return await runOnField(scene, directory, options);
    return { scene: scene.name, results: [], rows: await scene.measure(directory, options) };
  } finally {
    remove();
    process.off('exit', remove);
  }
}

async function runOnField(scene: Scene, directory: string, options: RunOptions): Promise<SceneRun> {
  const field = await startChild(scene.field, scene.fieldSetup);
  try {
    const results = await runRepetitions(scene, field, directory, options);
    const rows = scene.toRows(Map.groupBy(results, ({ subject }) => subject));
    return { scene: scene.name, results, rows };
  } finally {
    await field.stop();
  }
}

async function runRepetitions(
  scene: Scene,
  field: Child,
  directory: string,
  options: RunOptions,
): Promise<readonly Result[]> {
  const { ports } = field.facts as { readonly ports: readonly number[] };
  const siteFile = scene.writeSite(directory, ports);
  const results: Result[] = [];
  for (let repetition = 0; repetition < options.timing.repetitions; repetition++) {
    const gateway = toGateway(scene, siteFile, join(directory, `data-${repetition}`));
    const others = scene
      .contenders(ports, siteFile)
      .filter(({ isOnce }) => isOnce !== true || repetition === 0);
    const turn = options.isProfiled ? [gateway] : [gateway, ...others];
    // What runs first finds another machine than what runs last.
    for (const contender of repetition % 2 === 0 ? turn : turn.toReversed()) {
      options.onProgress(
        `${scene.name}, ${repetition + 1} of ${options.timing.repetitions}: ${contender.subject}`,
      );
      results.push(
        await runTrial({
          subject: contender.subject,
          setup: contender.setup,
          field,
          timing: options.timing,
          firstReadings: scene.firstReadings,
          isProfiled: options.isProfiled,
        }),
      );
    }
  }
  return results;
}

function toGateway(scene: Scene, siteFile: string, dataDirectory: string): Contender {
  const setup: GatewaySetup = { siteFile, dataDirectory, ...scene.counter };
  return { subject: 'gateway', setup: { ...setup } };
}
