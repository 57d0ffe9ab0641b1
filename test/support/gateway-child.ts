/**
 * The gateway as a process that kills itself with SIGKILL at a given point of its decision loop. Everything else is
 * the product as it is: `node gateway-child.ts --config FILE --data DIR [--web DIR] [--crash PHASE:COUNT]`.
 */
import { parseArgs } from 'node:util';
import { startApp } from '../../src/app.ts';
import { CATALOG } from '../../src/catalog.ts';
import { reportError } from '../../src/cli/errors.ts';
import { dieOnOwnErrors, stopInTime, untilSignal } from '../../src/cli/lifetime.ts';
import { createLog } from '../../src/cli/log.ts';
import { loadSite } from '../../src/config/load.ts';
import type { EnginePhase } from '../../src/engine/engine.ts';

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    data: { type: 'string' },
    web: { type: 'string' },
    crash: { type: 'string' },
  },
});

function toCrash(text: string | undefined): (phase: EnginePhase) => void {
  const [at, count] = (text ?? 'never:1').split(':');
  let left = Number(count);
  return (phase) => {
    if (phase !== at) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

try {
  const log = createLog('warn');
  const onFatal = dieOnOwnErrors(log);
  const asked = untilSignal();
  const app = await startApp({
    model: loadSite(values.config as string, { catalog: CATALOG, env: process.env, epoch: 1 }),
    version: 'test',
    dataDirectory: values.data as string,
    madeBy: 'demo',
    simulation: null,
    webDirectory: values.web ?? null,
    log,
    onFatal,
    onPhase: toCrash(values.crash),
  });
  process.stdout.write(`ready ${app.url}\n`);
  await asked;
  await stopInTime(() => app.stop(), log);
} catch (error) {
  process.exitCode = reportError(error);
}
