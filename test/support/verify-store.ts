/** Opens a stopped gateway's database and recomputes its hash chains. */
import pino from 'pino';
import { openStore } from '../../src/store/sqlite/store.ts';

/** @returns the places that do not match; empty = intact. */
export async function verifyStore(directory: string): Promise<readonly string[]> {
  const store = await openStore({ directory, log: pino({ level: 'silent' }) });
  try {
    return await store.verify();
  } finally {
    await store.close();
  }
}
