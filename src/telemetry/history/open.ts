/**
 * The history of a data directory, opened from the outside: for commands, also while a gateway writes there. It answers from
 * the journal alone, in the caller's own thread.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SiteModel } from '../../config/model.ts';
import type { Clock } from '../../core/clock.ts';
import { RiserError } from '../../core/errors.ts';
import { parseTable, toTableText } from '../journal/table.ts';
import { createHistory, type History } from './history.ts';
import { createJournalSource } from './journal/journal-source.ts';

/** Nobody else waits for a command, and the disk of a backup may be slow. */
const STEP_MS = 10 * 60_000;
const QUERY_MS = 24 * 3_600_000;

export interface OpenedHistory extends History {
  /** Closes the files of the journal. */
  close(): void;
}

/**
 * @param model names the points; a point that the journal knows under another id is not found
 * @throws RiserError `history-failed` when there is no journal
 */
export async function openHistory(
  dataDirectory: string,
  model: SiteModel,
  clock: Clock,
): Promise<OpenedHistory> {
  const directory = join(dataDirectory, 'journal');
  if (!existsSync(directory)) {
    throw new RiserError('history-failed', { reason: `${dataDirectory} holds no journal` });
  }
  const table = parseTable(toTableText(model));
  const source = createJournalSource({ directory, table });
  const limits = { stepMs: STEP_MS, queryMs: QUERY_MS };
  return Object.assign(createHistory({ sources: [source], clock, limits }), { close: () => source.close() });
}
