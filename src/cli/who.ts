/**
 * `who`: who would be told of an alarm at some instant, with names, ways and gaps, by policy and roster. Reads the roster of
 * a data directory, while the gateway runs or not, or one from a file before it is imported. Tells nobody.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import type { SiteModel } from '../config/model.ts';
import { RosterError, toProblemLine } from '../core/errors.ts';
import { type EquipmentId, toId } from '../core/ids.ts';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { TICKET_CLASS_NAMES } from '../core/ticket.ts';
import { toCertificateNotices } from '../people/certificates.ts';
import { createDutyView } from '../people/duty.ts';
import { readBook } from '../people/duty-board.ts';
import { readRosterFile } from '../people/roster-file.ts';
import { ROSTER_LIMITS } from '../people/roster-limits.ts';
import { isDate, toInstantMs, toLocalDate } from '../people/shift-time.ts';
import { NO_PROFILE, type StaffBook, type StaffMember } from '../people/staff-book.ts';
import { type WhoQuestion, whoWouldBeTold } from '../people/who.ts';
import { DATABASE_FILE, openStore } from '../store/sqlite/store.ts';
import { reportError, toUsageError } from './errors.ts';
import { loadSiteOrPrint } from './site.ts';
import { toWhoText } from './who-text.ts';

const HELP = `Usage: node src/main.ts who --config FILE --at TIME [options]

Who would be told of an alarm at that time: every step of the ladder with names, ways to reach them and what is missing,
the proposed assignee with reasons, outside numbers, gaps of the roster. Tells nobody and changes nothing.

  --config FILE     the site file
  --at TIME         2026-11-28T03:00 on the clocks of the site, or with a zone: 2026-11-28T03:00+08:00
  --equipment ID    the equipment that the alarm is of
  --severity S      ${SEVERITY_NAMES.join(', ')} (default high)
  --class C         ${TICKET_CLASS_NAMES.join(', ')}
                    (default: by the kind of equipment)
  --data DIR        data directory with accounts and roster, that of the gateway (default ./data, as run has it);
                    a site file names none, so the answer says which was read
  --roster FILE     a roster file in place of the one in force; without accounts, its "staff" and posts stand for them
  --help            this text

Exit codes: 0 answered (gaps are marked with "!"), 1 refused (the reason is printed).
`;

const OPTIONS = {
  config: { type: 'string' },
  at: { type: 'string' },
  equipment: { type: 'string' },
  severity: { type: 'string', default: 'high' },
  class: { type: 'string' },
  data: { type: 'string' },
  roster: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** That of `run`, which takes it from `--data` as well: a site file names none. */
const DEFAULT_DATA = './data';

type Values = ReturnType<typeof parse>;

/** @returns the exit code. */
export async function who(args: readonly string[]): Promise<number> {
  try {
    const values = parse(args);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    return await perform(values);
  } catch (error) {
    if (error instanceof RosterError)
      for (const problem of error.problems) process.stderr.write(`${toProblemLine(problem)}\n`);
    return reportError(error);
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS }).values;
}

async function perform(values: Values): Promise<number> {
  if (values.config === undefined) throw toUsageError('--config', 'a site file', '');
  const model = loadSiteOrPrint(values.config);
  if (model === null) return 1;
  const { timeZone } = model.site;
  const question = toQuestion(values, model);
  const book = withRosterFile(await readStaffBook(values, model), values, model);
  const { policy, contacts } = model;
  const answer = whoWouldBeTold(question, { policy, contacts, timeZone, duty: createDutyView(book) });
  const today = toLocalDate(timeZone, question.atMs);
  const notices = toCertificateNotices(book.staff, today, ROSTER_LIMITS.certificateDays);
  process.stdout.write(toWhoText(answer, notices, timeZone, findData(values)));
  return 0;
}

/** @throws an error of usage */
function toQuestion(values: Values, model: SiteModel): WhoQuestion {
  const { equipment: id } = values;
  const equipment = id === undefined ? null : (model.equipment.get(toId<EquipmentId>(id)) ?? null);
  if (id !== undefined && equipment === null) throw toUsageError('--equipment', 'equipment of the site', id);
  return {
    atMs: toInstant(values.at ?? '', model.site.timeZone),
    severity: oneOf('--severity', values.severity, SEVERITY_NAMES),
    class: values.class === undefined ? null : oneOf('--class', values.class, TICKET_CLASS_NAMES),
    equipment,
  };
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw toUsageError(name, `one of ${known.join(', ')}`, value);
  return found;
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(Z|[+-]\d\d:\d\d)?)?$/;

/** Without a zone it is the site's. @throws an error of usage */
function toInstant(text: string, timeZone: string): number {
  const [, date = '', hour = '0', minute = '0', zone] = TIME.exec(text) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  if (!isDate(date) || Number(hour) > 23 || Number(minute) > 59)
    throw toUsageError('--at', 'a time such as 2026-11-28T03:00', text);
  return zone === undefined
    ? toInstantMs(timeZone, date, minutes)
    : Date.parse(`${date}T${hour}:${minute}:00${zone}`);
}

/** Absolute, and whether accounts and roster are there to be read: an empty answer must not pass for one about the site. */
function findData({ data = DEFAULT_DATA }: Values): { readonly path: string; readonly isThere: boolean } {
  return { path: resolve(data), isThere: existsSync(join(data, DATABASE_FILE)) };
}

/** Empty where there is no data directory. @throws an error of usage when one is named that is none */
async function readStaffBook({ data }: Values, model: SiteModel): Promise<StaffBook> {
  const site = {
    timeZone: model.site.timeZone,
    calendars: new Map([...model.policy.calendars, ...model.calendars]),
    parents: new Map([...model.locations].map(([id, { parent }]) => [id, parent])),
  };
  const directory = data ?? DEFAULT_DATA;
  if (!existsSync(join(directory, DATABASE_FILE))) {
    if (data !== undefined)
      throw toUsageError('--data', `a data directory (with ${DATABASE_FILE} in it)`, data);
    return { roster: null, staff: new Map(), calendars: site.calendars, parents: site.parents };
  }
  const store = await openStore({ directory, log: pino({ level: 'silent' }) });
  try {
    return await readBook({ store, site: () => site });
  } finally {
    await store.close();
  }
}

/** Without accounts the file's people are taken as it says, each with the roles of the posts that it gives them. */
function withRosterFile(book: StaffBook, { roster: path }: Values, { site }: SiteModel): StaffBook {
  if (path === undefined) return book;
  const { timeZone } = site;
  const users = book.staff.size === 0 ? null : new Set(book.staff.keys());
  const { roster, profiles } = readRosterFile(path, { timeZone, calendars: book.calendars, users });
  const roleOf = new Map(roster.posts.map(({ id, role }) => [id, role]));
  const members = [...profiles].map(([username, profile]): [string, StaffMember] => {
    const own = roster.assignments.filter((one) => one.username === username);
    const roles = [...new Set(own.map(({ post }) => roleOf.get(post)).filter((role) => role !== undefined))];
    const name = { zh: username, en: username };
    const known = book.staff.get(username) ?? { ...NO_PROFILE, username, name, roles, isDisabled: false };
    return [username, { ...known, ...profile }];
  });
  return {
    ...book,
    roster: { ...roster, version: (book.roster?.version ?? 0) + 1 },
    staff: new Map([...book.staff, ...members]),
  };
}
