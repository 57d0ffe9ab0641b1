/**
 * Receives one photo and ends itself by SIGKILL in the middle of the given step of the file system, or right after it.
 * Arguments: data directory, number of the step (0 = none), `before` or `after`.
 */

import type { FileHandle } from 'node:fs/promises';
import * as promises from 'node:fs/promises';
import { createAttachments } from '../../../src/attachments/attachments.ts';
import type { AttachmentFiles } from '../../../src/attachments/folder.ts';
import { toId } from '../../../src/core/ids.ts';
import { makePhoto, toSource } from './files.ts';

const [directory = '', at = '0', when = 'before'] = process.argv.slice(2);
let steps = 0;
let isCounting = false;

async function step<T>(action: () => Promise<T>): Promise<T> {
  if (!isCounting) return action();
  const isLast = ++steps === Number(at);
  if (isLast && when === 'before') process.kill(process.pid, 'SIGKILL');
  const result = await action();
  if (isLast) process.kill(process.pid, 'SIGKILL');
  return result;
}

function watch(file: FileHandle): FileHandle {
  return new Proxy(file, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) =>
        step(async () => (member as (...given: unknown[]) => unknown).apply(target, args));
    },
  });
}

const files = {
  ...promises,
  open: (...args: Parameters<typeof promises.open>) => step(async () => watch(await promises.open(...args))),
  rename: (...args: Parameters<typeof promises.rename>) => step(() => promises.rename(...args)),
} as AttachmentFiles;

const attachments = createAttachments({
  directory,
  files,
  known: (ids) => Promise.resolve(new Set(ids)),
  wallMs: Date.now,
  onSweepFailed: (error) => {
    throw error;
  },
});
await attachments.start();
isCounting = true;
await attachments.receive(toSource(makePhoto(20_000)), { id: toId('a-1'), name: 'photo.jpg', by: 'wang' });
process.stdout.write(`steps ${steps}\n`);
await attachments.stop();
