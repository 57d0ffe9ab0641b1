/** Life of a long-running command: waits for Ctrl-C or a stop signal, ends in time, and dies loudly on our own errors. */
import type { Logger } from 'pino';
import { LIMITS } from '../core/limits.ts';

/**
 * A second Ctrl-C sooner than this is the first one come twice: npm passes on what the terminal has sent to the whole
 * group already, and where its shell replaces itself by the command (bash as sh) both reach the gateway.
 */
const SAME_SIGNAL_MS = 1_000;

/**
 * Resolves with the name of the first signal that asks the process to stop.
 * @param onHangUp what SIGHUP means; without it a closed terminal stops the process like the others
 */
export function untilSignal(onHangUp?: () => void): Promise<string> {
  return new Promise((resolve) => {
    // Not once: with nobody listening, a signal that comes twice would end the process before it has stopped.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
    if (onHangUp === undefined) process.once('SIGHUP', () => resolve('SIGHUP'));
    else process.on('SIGHUP', onHangUp);
  });
}

/**
 * A broken assertion or an unowned failure: log, flush, exit 1; the supervisor restarts and state is restored.
 * @returns the same end for parts that report a failure themselves.
 */
export function dieOnOwnErrors(log: Logger): (error: unknown) => void {
  const die = (error: unknown): void => {
    log.fatal({ err: error }, 'internal error; the gateway ends and must be restarted');
    log.flush(() => process.exit(1));
    setTimeout(() => process.exit(1), 1_000).unref();
  };
  process.once('uncaughtException', die);
  process.once('unhandledRejection', die);
  return die;
}

/** Runs `stop`; ends the process when it takes longer than `LIMITS.stopMs` or a person presses Ctrl-C again. */
export async function stopInTime(stop: () => Promise<void>, log: Logger): Promise<void> {
  const giveUp = (reason: string) => (): void => {
    log.error(`stopping: ${reason}`);
    process.exit(1);
  };
  const timer = setTimeout(giveUp(`not done after ${LIMITS.stopMs} ms`), LIMITS.stopMs);
  const begunMs = performance.now();
  process.on('SIGINT', () => {
    if (performance.now() - begunMs >= SAME_SIGNAL_MS) giveUp('asked twice')();
  });
  await stop();
  clearTimeout(timer);
}
