/**
 * The import directions of design.md §4 as one table, and the check against it. A part may use the contract files
 * of another where the table says so; types of contracts may be used everywhere outside `core`.
 */
import { posix } from 'node:path';
import type { Finding, Import, Source } from './source.ts';

/** What a part may import by value: whole parts and single files. Every part may import itself and `core`. */
interface Allowance {
  readonly parts: readonly string[];
  readonly files: readonly string[];
}

const PERMISSIONS = 'src/people/permissions.ts';
const LATEST = 'src/telemetry/latest.ts';
const POINT_QUALITY = 'src/telemetry/point-quality-view.ts';
const HISTORY = 'src/telemetry/history-view.ts';
const HISTORY_COLUMNS = 'src/telemetry/history/columns.ts';
const JOURNAL_FILES = [
  'src/telemetry/journal/files.ts',
  'src/telemetry/journal/format.ts',
  'src/telemetry/journal/index-file.ts',
  'src/telemetry/journal/rows.ts',
  'src/telemetry/journal/scan.ts',
  'src/telemetry/journal/table.ts',
  'src/telemetry/journal/sealed/reconcile.ts',
  'src/telemetry/journal/sealed/record.ts',
  'src/telemetry/journal/sealed/sealed-file.ts',
] as const;
const STAGES = 'src/tickets/path.ts';
const ACTORS = 'src/tickets/actors.ts';
const BACKTEST = 'src/backtest/port.ts';
const INTERLOCKS = 'src/writing/interlocks.ts';

/** Key: part (folder of src). A part that is missing here is a finding. */
export const ALLOWED: Readonly<Record<string, Allowance>> = {
  core: { parts: [], files: [] },
  profiles: { parts: ['config'], files: [] },
  config: { parts: ['profiles'], files: [] },
  drivers: { parts: ['config', 'profiles'], files: [] },
  acquisition: { parts: ['config', 'profiles'], files: [] },
  // Its worker thread puts itself together: a sink cannot be handed over to a thread, only its name.
  telemetry: { parts: ['config', 'profiles'], files: ['src/sinks/index.ts'] },
  // What it remembers it hands over as the history's own columns.
  sinks: { parts: ['config', 'profiles'], files: [HISTORY, HISTORY_COLUMNS] },
  rules: { parts: ['config', 'profiles'], files: [] },
  alarms: { parts: ['config', 'profiles'], files: [] },
  // Whether a ticket may be archived depends on the reports of its incident.
  tickets: { parts: ['config', 'profiles'], files: ['src/incidents/reports.ts'] },
  // Which tickets begin one is matched as tickets are; a sheet is begun as a step of its ticket.
  incidents: { parts: ['config', 'tickets', 'plans'], files: [] },
  plans: { parts: ['config'], files: [] },
  'drill-records': { parts: ['config'], files: [] },
  commissioning: { parts: ['config'], files: [] },
  notify: { parts: ['config', 'profiles'], files: [] },
  people: { parts: ['config'], files: [] },
  // Tickets that an earlier version has stored take today's shape when the database is opened.
  store: { parts: ['config'], files: ['src/tickets/upgrade.ts'] },
  // Their bytes lie where the store's check looks for them.
  attachments: { parts: ['config'], files: ['src/store/attachment-files.ts'] },
  // It proves a copy of the database by the store's own chains; the thread it runs in has no store.
  backup: { parts: ['config'], files: ['src/store/sqlite/chain.ts', 'src/store/data-directory.ts'] },
  simulation: { parts: ['config'], files: [] },
  handover: { parts: ['config'], files: [] },
  slips: { parts: ['config'], files: [] },
  feedback: { parts: ['config'], files: [] },
  // Where the stages meet (design.md §4, one decision loop).
  engine: {
    parts: ['config', 'profiles', 'rules', 'alarms', 'tickets', 'notify', 'incidents', 'feedback'],
    files: [LATEST, 'src/drill-records/record.ts'],
  },
  writing: { parts: ['config'], files: [] },
  // The same decisions as live, over what was recorded and over what a file describes: no other stage, no announcement.
  backtest: {
    parts: ['config', 'profiles', 'rules', 'alarms', 'tickets', 'engine', 'threads'],
    // It reads the journal's files in the order of reception, which no history does.
    files: [LATEST, ...JOURNAL_FILES],
  },
  'rule-tests': {
    parts: ['config', 'profiles', 'rules', 'alarms', 'tickets', 'engine', 'threads'],
    files: [LATEST],
  },
  // What works in threads of their own share; it knows none of them.
  threads: { parts: [], files: [] },
  // Proposals, reviews, and the changed model: who applies it to the running engine is the composition's business.
  'rule-changes': { parts: ['config', 'profiles'], files: [] },
  // The same for versions of the policy.
  policies: { parts: ['config'], files: [] },
  api: {
    parts: ['config'],
    files: [
      PERMISSIONS,
      STAGES,
      ACTORS,
      INTERLOCKS,
      HISTORY,
      BACKTEST,
      'src/store/personal.ts',
      'src/attachments/limits.ts',
      // What a form offers and what a body may hold follow from the machine's own tables.
      'src/tickets/cancel-consent.ts',
      'src/tickets/confirm-contact.ts',
      'src/tickets/fields.ts',
      'src/tickets/handling-time.ts',
      'src/tickets/match.ts',
      'src/tickets/mark.ts',
      'src/tickets/offers.ts',
      'src/tickets/transitions.ts',
      // A file that would be refused anyway is not received first.
      'src/tickets/rates.ts',
      // What must never be refused: how grave a report is, before anybody has asked back.
      'src/tickets/routing.ts',
      // Whether an incident still owes its final report is said in one place.
      'src/incidents/reports.ts',
      // Questions about the roster and the plans: pure functions over what the ports hand out.
      'src/people/gaps.ts',
      'src/people/who.ts',
      'src/people/assignee.ts',
      'src/people/shift-time.ts',
      'src/people/versions.ts',
      'src/plans/plans.ts',
      'src/notify/inbox.ts',
      'src/slips/port.ts',
      // What a body may hold and what the caller is offered follow from the step's own tables.
      'src/feedback/changes.ts',
      'src/feedback/corrections.ts',
      'src/feedback/limits.ts',
      'src/feedback/step.ts',
    ],
  },
  northbound: { parts: ['config'], files: [PERMISSIONS, STAGES] },
  // The page ships to browsers: nothing of the server at run time.
  web: { parts: [], files: [] },
};

/** Contract files: their types may be imported by every part but `core` and `web`. */
export const CONTRACTS: readonly string[] = [
  'src/drivers/driver.ts',
  'src/rules/rule.ts',
  'src/sinks/sink.ts',
  'src/telemetry/history/source.ts',
  'src/notify/notifier.ts',
  'src/incidents/step.ts',
  'src/incidents/changes.ts',
  'src/feedback/changes.ts',
  'src/handover/port.ts',
  'src/people/port.ts',
  'src/people/duty.ts',
  'src/people/staff-book.ts',
  'src/notify/inbox.ts',
  'src/store/store.ts',
  'src/engine/commands.ts',
  'src/tickets/transitions.ts',
  'src/people/people.ts',
  'src/writing/port.ts',
  'src/backup/port.ts',
  'src/attachments/port.ts',
  BACKTEST,
  'src/rule-changes/port.ts',
  'src/drill-records/port.ts',
  'src/commissioning/port.ts',
  'src/policies/port.ts',
  'src/rule-tests/port.ts',
  'src/engine/alarm-view.ts',
  'src/api/services.ts',
  PERMISSIONS,
  LATEST,
  POINT_QUALITY,
  HISTORY,
  STAGES,
  ACTORS,
  INTERLOCKS,
];

/** Parts and files whose types the page may use (design.md §3). */
const WEB_TYPES: readonly string[] = ['src/api/', 'src/core/', 'src/tickets/transitions.ts', PERMISSIONS];

/** `main.ts`, `app.ts` and the other files of src itself, and the command line: they put the parts together. */
const COMPOSITION = 'composition';

export function checkImportDirections(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((item) => item.specifier.startsWith('.'))
      .map((item) => ({ item, reason: judge(source.path, resolve(source.path, item), item) }))
      .filter(({ reason }) => reason !== null)
      .map(({ item, reason }) => ({ file: source.path, line: item.line, message: reason as string })),
  );
}

function resolve(from: string, { specifier }: Import): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** `core` for `src/core/ids.ts`, `simulators` for what lies there, `composition` for main, app and cli. */
export function toPart(path: string): string {
  const [top, folder, ...rest] = path.split('/');
  if (top !== 'src') return top ?? '';
  return rest.length === 0 || folder === 'cli' ? COMPOSITION : (folder ?? '');
}

/** null when the import is in order, else what is wrong with it. */
function judge(from: string, to: string, item: Import): string | null {
  const [here, there] = [toPart(from), toPart(to)];
  const outside = judgeOutside(from, to, here, there);
  if (outside !== undefined) return outside;
  const allowance = ALLOWED[here];
  if (allowance === undefined) return `part ${here} is not in the table of import directions`;
  if (there === COMPOSITION) return `${here} imports ${to}: nothing but the composition imports itself`;
  if (here === 'web') return judgeWeb(to, item);
  if (there === 'core') return null;
  if (allowance.parts.includes(there) || allowance.files.includes(to)) return null;
  if (item.isTypeOnly && here !== 'core' && CONTRACTS.includes(to)) return null;
  const how = item.isTypeOnly ? 'types of' : 'values of';
  return `${here} may not import ${how} ${to}`;
}

/** undefined when both ends lie in different parts of src, which the table decides. */
function judgeOutside(from: string, to: string, here: string, there: string): string | null | undefined {
  if (from.startsWith('test/') || from.startsWith('bench/') || from === 'vitest.config.ts') return null;
  if (from.startsWith('simulators/') || to.startsWith('simulators/')) {
    return here === there ? null : `${from} imports ${to}: simulators and gateway share no code`;
  }
  if (to.startsWith('test/') || to.startsWith('bench/')) return `production code imports ${to}`;
  if (!from.startsWith('src/') || here === there || here === COMPOSITION) return null;
  return to.startsWith('src/') ? undefined : null;
}

function judgeWeb(to: string, item: Import): string | null {
  if (!WEB_TYPES.some((prefix) => to.startsWith(prefix))) return `the page may not import ${to}`;
  return item.isTypeOnly ? null : `the page may import only types of ${to}`;
}
