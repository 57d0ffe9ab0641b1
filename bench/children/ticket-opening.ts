/**
 * The gateway as `run` starts it, with people who have to be told of tickets, timed at the points of its decision loop: when a
 * round that changes something begins, when its decisions are made, when they are stored. Which rounds opened tickets is read
 * from the database afterwards.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pino from 'pino';
import { startApp } from '../../src/app.ts';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import type { Role } from '../../src/core/roles.ts';
import type { EnginePhase } from '../../src/engine/engine.ts';
import { openDataDirectory } from '../../src/store/data-directory.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import type { Write } from '../../src/store/store.ts';
import { NO_COUNTS, nowMs, serveSubject } from './subject.ts';

export interface TicketOpeningSetup {
  readonly siteFile: string;
  readonly dataDirectory: string;
}

export interface Opening {
  /** `equipment/point` that passed into alarm. */
  readonly changedBy: string;
  /** From the beginning of the round to its decisions, and to the answer of the store. */
  readonly decidedMs: number;
  readonly storedMs: number;
  /** What the main thread has worked for the decisions. */
  readonly cpuMs: number;
  /** Rows of the ticket, and messages, that were stored with it. */
  readonly rows: number;
  readonly messages: number;
}

interface Round {
  /** UTC ms. */
  readonly beganAtMs: number;
  decidedMs: number;
  storedMs: number;
  cpuMs: number;
}

const PEOPLE: readonly Role[] = ['desk', 'engineer', 'supervisor', 'leader', 'manager', 'security'];
const DATABASE = 'riser.db';
/** A round's time is taken before its first phase: longer than that no loop stands still here. */
const MATCH_MS = 500;
/** Rounds that are kept: minutes of them. */
const MAX_ROUNDS = 100_000;

serveSubject<TicketOpeningSetup>(async ({ siteFile, dataDirectory }) => {
  const log = pino({ level: 'error' }, pino.destination({ fd: 2, sync: true }));
  const directory = openDataDirectory(dataDirectory, { madeBy: 'run', pid: process.pid });
  const store = await openStore({ directory: directory.path, log });
  await store.commit({ writes: PEOPLE.map(toUserWrite) });
  await store.close();
  directory.close();
  const rounds: Round[] = [];
  const app = await startApp({
    model: loadSite(siteFile, { catalog: CATALOG, env: {}, epoch: 1 }),
    version: 'bench',
    dataDirectory,
    madeBy: 'run',
    simulation: null,
    webDirectory: null,
    log,
    onFatal: (error) => {
      throw error;
    },
    onPhase: createStopwatch(rounds),
  });
  return {
    count: async () => ({ ...NO_COUNTS, atMs: nowMs(), readings: await countReadings(app.url), failures: 0 }),
    stop: () => app.stop(),
    answers: { openings: () => readOpenings(join(dataDirectory, DATABASE), rounds) },
  };
});

function createStopwatch(rounds: Round[]): (phase: EnginePhase) => void {
  let fromMs = 0;
  let cpu = process.threadCpuUsage();
  let round: Round | null = null;
  return (phase) => {
    if (phase === 'before-step') {
      cpu = process.threadCpuUsage();
      fromMs = performance.now();
      round = { beganAtMs: nowMs(), decidedMs: Number.NaN, storedMs: Number.NaN, cpuMs: Number.NaN };
    } else if (phase === 'before-commit' && round !== null) {
      const { user, system } = process.threadCpuUsage(cpu);
      round.cpuMs = (user + system) / 1e3;
      round.decidedMs = performance.now() - fromMs;
    } else if (phase === 'after-commit' && round !== null) {
      round.storedMs = performance.now() - fromMs;
      if (rounds.length < MAX_ROUNDS) rounds.push(round);
      round = null;
    }
  };
}

async function countReadings(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const replies = [...text.matchAll(/^riser_link_replies_total(?:\{.*\})? (\S+)$/gm)];
  return replies.reduce((sum, [, value]) => sum + Number(value), 0) * REGISTERS;
}

/** Of one reply. */
const REGISTERS = 100;

function readOpenings(file: string, rounds: readonly Round[]): readonly Opening[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const opened = database
      .prepare(
        `select ticket, ticket_event.at_ms, json_extract(doc, '$.alarms[0].key') as key
        from ticket_event join ticket on ticket.id = ticket_event.ticket where type = 'opened'`,
      )
      .all();
    const countRows = database.prepare(
      `select (select count(*) from ticket_event where ticket = ?1 and at_ms = ?2)
        + (select count(*) from ticket_due where ticket = ?1) + 3 as rows,
        (select count(*) from message where ticket = ?1 and created_at_ms = ?2) as messages`,
    );
    return opened.flatMap((row): Opening[] => {
      const atMs = Number(row['at_ms']);
      const round = rounds.find(({ beganAtMs }) => beganAtMs >= atMs - 1 && beganAtMs <= atMs + MATCH_MS);
      if (round === undefined) return [];
      const counts = countRows.get(row['ticket'] ?? null, atMs);
      const { decidedMs, storedMs, cpuMs } = round;
      // `bench/device-1/state-3` reads the point `device-1/value-3`.
      const [, device, rule] = String(row['key']).split('/');
      return [
        {
          changedBy: `${device}/${rule?.replace('state-', 'value-')}`,
          decidedMs,
          storedMs,
          cpuMs,
          rows: Number(counts?.['rows']),
          messages: Number(counts?.['messages']),
        },
      ];
    });
  } finally {
    database.close();
  }
}

function toUserWrite(role: Role): Write {
  return {
    type: 'user',
    user: {
      username: role,
      displayName: { zh: role, en: role },
      roles: [role],
      // Nobody logs in.
      passwordHash: '',
      isDisabled: false,
      isDemo: false,
      createdAtMs: 0,
      changedAtMs: 0,
    },
  };
}
