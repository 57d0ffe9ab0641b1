/** Versions of the configuration live in the store: a changed one becomes the next version when it takes over. */
import { readFileSync } from 'node:fs';
import type { SiteModel } from './config/model.ts';
import type { Store, Write } from './store/store.ts';

/** Records that the gateway starts, and the configuration's files when they differ from the version before. */
export async function recordStart(
  store: Store,
  model: SiteModel,
  version: string,
  nowMs: number,
): Promise<void> {
  const detail = { version, configuration: model.hash };
  const start: Write = {
    type: 'audit',
    entry: { atMs: nowMs, actor: 'gateway', action: 'start', object: model.site.id, detail },
  };
  const isNew = (await store.queries.configHash()) !== model.hash;
  const files = isNew ? model.files.map((path) => ({ path, text: readFileSync(path, 'utf8') })) : [];
  const change: Write = { type: 'config-version', version: { hash: model.hash, loadedAtMs: nowMs, files } };
  await store.commit({ writes: isNew ? [change, start] : [start] });
}
