/** A job in its thread: the site from its files, then the backtest. */
import type { Catalog } from '../config/catalog.ts';
import { loadSite } from '../config/load.ts';
import type { SiteModel } from '../config/model.ts';
import type { Environment } from '../config/references.ts';
import type { Text } from '../core/text.ts';
import type { BacktestJob } from './job.ts';
import { BACKTEST_LIMITS } from './limits.ts';
import type { BacktestProgress, BacktestResult } from './port.ts';
import { checkRange, runBacktest, toChangedModel } from './run.ts';

export interface Surroundings {
  readonly catalog: Catalog;
  readonly env: Environment;
  readonly onProgress: (progress: BacktestProgress) => void;
}

const OTHER_FILES: Text = {
  zh: '项目配置文件在网关启动后有改动：回测按现在的文件进行。',
  en: 'The files of the site have changed since the gateway was started: the backtest goes by the files as they are now.',
};

/** @throws ConfigError, RiserError `backtest-range`, `backtest-refused`; the error of the file system or of SQLite */
export function performBacktest(
  job: BacktestJob,
  { catalog, env, onProgress }: Surroundings,
): BacktestResult {
  const { request, dataDirectory } = job;
  checkRange(request, BACKTEST_LIMITS.rangeMs);
  // One that does not fit the files any more is not in force either.
  const onRefused = (): void => undefined;
  const model = loadSite(job.config, { catalog, env, epoch: 1, overrides: job.held, onRefused });
  const changed = request.type === 'compare' ? toChangedModel(model, request.overrides) : null;
  const range = { fromMs: request.fromMs, toMs: request.toMs };
  const result = runBacktest({ model, changed, range, dataDirectory, onProgress });
  return isOther(job, model) ? withNote(result, OTHER_FILES) : result;
}

function isOther({ hash }: BacktestJob, model: SiteModel): boolean {
  return hash !== null && hash !== model.hash;
}

function withNote(result: BacktestResult, note: Text): BacktestResult {
  const coverage = { ...result.coverage, notes: [note, ...result.coverage.notes] };
  return { ...result, coverage };
}
