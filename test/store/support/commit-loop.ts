/** Opens the store of a directory and commits for ever; says each acknowledged number on a line of its own. */
import { writeSync } from 'node:fs';
import pino from 'pino';
import { openStore } from '../../../src/store/sqlite/store.ts';
import * as rows from './rows.ts';

const directory = process.argv[2] as string;
const store = await openStore({ directory, log: pino({ level: 'silent' }) });
for (let n = 1; ; n++) {
  const id = `o-${n}`;
  const key = `site/pump-${n}/dry-running` as never;
  await store.commit({
    writes: [
      rows.occurrence(id, { key }),
      rows.alarmEvent(id),
      rows.ticket(`t-${n}`),
      rows.ticketEvent(`t-${n}`),
      rows.link(`t-${n}`, id, true, key),
      { type: 'counter', name: 'ticket', value: n },
      rows.chained(rows.PERSONAL.digest),
      rows.dues(`t-${n}`, n),
      rows.message(`m-${n}`, { ticket: `t-${n}` as never }),
      rows.personal(`c-${n}`),
      rows.incident(`i-${n}`, { tickets: [`t-${n}` as never] }),
      rows.roster(n),
    ],
  });
  writeSync(1, `${n}\n`);
}
