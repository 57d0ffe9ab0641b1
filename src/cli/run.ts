/** `run`: the gateway for a real site. What is heavy is loaded once the arguments, and then the site, have been found sound. */
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import type { AppOptions } from '../app.ts';
import type { SiteModel } from '../config/model.ts';
import { reportError } from './errors.ts';
import { dieOnOwnErrors, stopInTime, untilSignal } from './lifetime.ts';
import { createLog, LOG_LEVELS, toLogLevel } from './log.ts';
import { findWebDirectory } from './paths.ts';
import { readVersion } from './version.ts';

const HELP = `Usage: node src/main.ts run --config FILE [--data DIR] [--log-level LEVEL]

Runs the gateway: polls the equipment of the site file, raises alarms, drives tickets, keeps telemetry, serves the page.
  --config FILE      site file (check it first: node src/main.ts check --config FILE)
  --data DIR         data directory, made if missing; back it up and you can restore the gateway (default ./data)
  --log-level LEVEL  ${LOG_LEVELS.join(', ')} (default info); the log goes to stderr

Make the first account with: node src/main.ts user add NAME --role admin --data DIR
Bound to another address than loopback it serves HTTPS: with http.tls of the site file, else with a certificate of its own.
SIGHUP reads the configuration again: a sound one takes over, a faulty one is refused and logged.
SIGINT and SIGTERM stop it. Exit codes: 0 stopped, 1 refused to start (reason printed) or failed.
`;

export async function run(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        data: { type: 'string', default: './data' },
        'log-level': { type: 'string', default: 'info' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return print(HELP, 0);
    if (values.config === undefined) return print(`run needs --config FILE\n\n${HELP}`, 1);
    return await runGateway(values.config, values.data, toLogLevel(values['log-level']));
  } catch (error) {
    return reportError(error);
  }
}

async function runGateway(config: string, data: string, level: string): Promise<number> {
  const [{ CATALOG }, { loadSite }] = await Promise.all([
    import('../catalog.ts'),
    import('../config/load.ts'),
  ]);
  const log = createLog(level);
  const base: Omit<AppOptions, 'model'> = {
    version: readVersion(),
    dataDirectory: data,
    madeBy: 'run',
    simulation: null,
    webDirectory: findWebDirectory(),
    log,
    onFatal: dieOnOwnErrors(log),
  };
  const load = (epoch: number): SiteModel => loadSite(config, { catalog: CATALOG, env: process.env, epoch });
  const model = load(1);
  const { createReloads, reload, startRunning } = await import('./reload.ts');
  const reloads = createReloads();
  const asked = untilSignal(() => reloads.ask());
  let running = await startRunning({ ...base, model });
  // By itself it is written when the process ends in good order: after a power cut the next start would have none.
  flushCompileCache();
  for (;;) {
    const signal = await Promise.race([asked, reloads.next()]);
    if (signal !== 'reload') {
      log.info({ signal }, 'stopping');
      await stopInTime(() => running.app.stop(), log);
      return 0;
    }
    running = await reload(running, load, log);
  }
}

function print(text: string, code: number): number {
  (code === 0 ? process.stdout : process.stderr).write(text);
  return code;
}
