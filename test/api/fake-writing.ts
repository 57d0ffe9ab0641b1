/** Writing behind the API's tests: says yes to everything, remembers what it was asked and which tags hang. */
import type { PointWriteView } from '../../src/api/write-schema.ts';
import type { LockOutRow, PointWriteRow } from '../../src/store/store.ts';
import type { WritingPort } from '../../src/writing/port.ts';
import { NOW_MS } from './fixtures.ts';

/** As the API shows it. */
export const WRITE: PointWriteView = {
  id: 'w-1',
  point: 'booster/outlet-pressure',
  value: 0.4,
  previous: 0.45,
  state: 'confirmed',
  by: 'engineer',
  reason: 'night',
  atMs: NOW_MS,
  readBack: 0.4,
  revertAtMs: null,
  changedAtMs: NOW_MS,
  detail: '',
  detailText: { zh: '', en: '' },
};

const { detailText: _text, ...stored } = WRITE;
/** As stored: where in the field it was written is nobody's business. */
const ROW: PointWriteRow = { ...stored, target: 'here' };

/** @param record is told of every call: name and arguments */
export function createFakeWriting(record: (...call: readonly unknown[]) => void): WritingPort {
  const hanging = new Map<string, LockOutRow>();
  return {
    async write(command) {
      record('write', command);
      return { ...ROW, value: command.value, by: command.by, reason: command.reason };
    },
    noteUnread: (point, by, refusal) => record('noteUnread', point, by, refusal.code),
    async lockOut(equipment, reason, by) {
      record('lockOut', equipment, reason, by);
      const lockOut = { by, reason, atMs: NOW_MS };
      hanging.set(equipment, lockOut);
      return lockOut;
    },
    async unlock(equipment, by, roles) {
      record('unlock', equipment, by, roles);
      hanging.delete(equipment);
    },
    lockOuts: () => new Map(hanging),
    async writes(filter) {
      record('writes', filter);
      return [ROW];
    },
  };
}
