/**
 * A changed configuration for a running gateway (SIGHUP): it is checked and takes over as the next epoch, or is refused
 * with its problems and changes nothing. Taking over restarts all parts in this process; state is restored from the store.
 */
import type { Logger } from 'pino';
import { type App, type AppOptions, startApp } from '../app.ts';
import type { SiteModel } from '../config/model.ts';
import { ConfigError, RiserError, toProblemLine } from '../core/errors.ts';

export interface Running {
  readonly app: App;
  readonly options: AppOptions;
}

export interface Reloads {
  /** Asks for a reload; several before the next one begins are one. */
  ask(): void;
  /** Resolves when one has been asked for since the last `next`. */
  next(): Promise<'reload'>;
}

export function createReloads(): Reloads {
  let waiting = Promise.withResolvers<'reload'>();
  return {
    ask: () => waiting.resolve('reload'),
    async next() {
      const asked = await waiting.promise;
      waiting = Promise.withResolvers();
      return asked;
    },
  };
}

/** Starts the gateway and says so. @throws RiserError as `startApp` does. */
export async function startRunning(options: AppOptions): Promise<Running> {
  const app = await startApp(options);
  const { equipment, points, hash } = options.model;
  options.log.info({ url: app.url, equipment: equipment.size, points: points.length, hash }, 'gateway ready');
  return { app, options };
}

/** @returns what runs afterwards: the next version, or the one before when the next is refused or cannot start. */
export async function reload(
  running: Running,
  load: (epoch: number) => SiteModel,
  log: Logger,
): Promise<Running> {
  const model = tryLoad(load, running.options.model, log);
  if (model === null) return running;
  await running.app.stop();
  try {
    return await startRunning({ ...running.options, model });
  } catch (error) {
    if (!(error instanceof RiserError)) throw error;
    log.error({ err: error }, 'the changed configuration cannot start; back to the one before');
    return startRunning(running.options);
  }
}

function tryLoad(load: (epoch: number) => SiteModel, current: SiteModel, log: Logger): SiteModel | null {
  try {
    const next = load(current.epoch + 1);
    if (next.hash !== current.hash) return next;
    log.info('configuration read again: nothing has changed');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems.map(toProblemLine);
    log.error({ problems }, 'changed configuration refused; the gateway goes on with the one it has');
  }
  return null;
}
