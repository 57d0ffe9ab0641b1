/**
 * Site, profiles and policy of the tests of how alarms and tickets meet: pumps and detectors by the dozen, one for each case, so
 * that the cases run side by side on one gateway. The policy is the default one of config/ with times of seconds. JSON is YAML.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { toMs } from '../../src/config/words.ts';
import { ROLE_NAMES } from '../../src/core/roles.ts';
import { PROJECT } from '../support/plant.ts';

const NAME = { zh: '试验', en: 'Trial' };
/**
 * Of the devices that fall silent; what they do not answer must not hold up the others. The others are served by the process of
 * the tests: theirs is longer than any stall of a busy machine, which would blind every alarm at once.
 */
const TIMEOUT_MS = { dark: 150, other: 10_000 } as const;
/** A hundred units are asked by a gateway that has half a core. */
const POLL_MS = 500;
/** Of the pumps that never fall silent: where a busy machine keeps them waiting, that is no matter of theirs. */
const OFFLINE_MS = 600_000;
/** After it an acceptance over an active alarm is back to work: time for the steps of a test on a busy machine. */
export const GRACE_MS = 15_000;

/**
 * Holding registers of the pump, each with one rule that is TRUE at 1, except `level` (10 and 20); that of the part is its own.
 * The detector has `grave` alone.
 */
export const REGISTERS = {
  trip: 0,
  level: 1,
  minor: 2,
  /** Of a class whose path has neither signature nor arrival, and whose repairs are proven within seconds. */
  quick: 3,
  /** Opens no ticket. */
  told: 4,
  grave: 5,
  leak: 6,
} as const;
export type Register = keyof typeof REGISTERS;

export interface CouplingSite {
  readonly httpPort: number;
  /** Text of the policy; default: `toCouplingPolicy()`. */
  readonly policy?: string;
  /** Endpoints, with the number of units behind each: 1 to n. */
  readonly pumps: { readonly port: number; readonly count: number };
  readonly detectors: { readonly port: number; readonly count: number };
  /** Pumps that fall silent. */
  readonly dark: { readonly port: number; readonly count: number };
}

/** @returns path of the site file. Equipment: `pump-<unit>` with the part `pump-<unit>-seal-1`, `detector-<unit>`, `dark-<unit>` */
export function writeCouplingSite(directory: string, site: CouplingSite): string {
  const profiles = join(directory, 'profiles');
  mkdirSync(profiles);
  writeFileSync(join(profiles, 'coupling-pump.yaml'), JSON.stringify(toPump(), null, 1));
  writeFileSync(join(profiles, 'coupling-detector.yaml'), JSON.stringify(toDetector(), null, 1));
  writeFileSync(join(directory, 'policy.yaml'), site.policy ?? toCouplingPolicy());
  const groups = { pump: site.pumps, detector: site.detectors, dark: site.dark };
  const path = join(directory, 'site.yaml');
  const content = {
    version: 1,
    profiles: ['profiles'],
    policy: 'policy.yaml',
    site: { id: 'trial', name: NAME, timeZone: 'Asia/Shanghai' },
    locations: [{ id: 'room', name: NAME }],
    contacts: [
      { id: 'crew', name: NAME, method: '8801' },
      { id: 'firm', name: NAME, method: '8802', kind: 'maintainer' },
    ],
    links: Object.entries(groups).map(([id, { port }]) => ({
      id: `${id}-link`,
      name: NAME,
      protocol: 'modbus',
      host: '127.0.0.1',
      port,
      timeoutMs: id === 'dark' ? TIMEOUT_MS.dark : TIMEOUT_MS.other,
    })),
    equipment: Object.entries(groups).flatMap(([id, { count }]) =>
      Array.from({ length: count }, (_, at) => ({
        id: `${id}-${at + 1}`,
        profile: id === 'detector' ? 'coupling-detector' : 'coupling-pump',
        link: `${id}-link`,
        location: 'room',
        contact: 'crew',
        name: NAME,
        unit: at + 1,
        ...(id === 'pump' && { rules: [{ id: 'offline', onDelayMs: OFFLINE_MS }] }),
      })),
    ),
    http: { host: '127.0.0.1', port: site.httpPort },
  };
  writeFileSync(path, JSON.stringify(content, null, 1));
  return path;
}

/** Priorities of what is no emergency. */
const ORDINARY = ['urgent', 'normal'];

/** Who may do what beside those that the default policy names: the accounts of the tests are few. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  take: ['engineer'],
  arrive: ['engineer'],
  diagnose: ['engineer'],
  plan: ['engineer'],
  start: ['engineer'],
  done: ['engineer', 'supervisor'],
  accept: ['supervisor'],
  visit: ['supervisor'],
  close: ['supervisor'],
  merge: ['supervisor'],
  'sample-visit': ['desk'],
};

/** What the tests change of the default policy. @param reopen short for those that wait for the window to pass */
export function toCouplingPolicy(reopen = '1h'): string {
  const policy = parse(readFileSync(`${PROJECT}/config/policy.yaml`, 'utf8')) as Policy;
  const { paths, forms, actors, alarms = {} } = policy;
  const more = Object.fromEntries(
    Object.entries(ALLOWED).map(([transition, roles]) => [
      transition,
      [...new Set([...(actors[transition] ?? []), ...roles])],
    ]),
  );
  return JSON.stringify(
    {
      ...policy,
      name: { zh: `试验标准 ${reopen}`, en: `Trial ${reopen}` },
      reopen,
      proof: [
        { match: { class: ['security'] }, for: '3s' },
        { match: {}, for: '1h' },
      ],
      falseAlarm: { raises: 3, within: '24h' },
      // A ticket is not filed before the grace of its acceptance is over.
      overrideGrace: toMs(reopen) < GRACE_MS ? reopen : `${GRACE_MS / 1_000}s`,
      proposeDone: '2s',
      certificates: [],
      explain: { wait: '1s', settle: '2s' },
      // So many faults at once would be a storm, and so many in a row a chatter.
      alarms: { ...alarms, flood: { enter: 10_000, leave: 1 }, chatter: { raises: 10_000 } },
      paths: [
        {
          // Somebody goes to an emergency: a policy that leaves that out is refused.
          match: { class: ['security'], priority: ORDINARY },
          stages: ['received', 'recorded', 'dispatched', 'done', 'accepted', 'closed', 'archived'],
        },
        ...paths,
      ],
      forms: [
        ...forms,
        toForm('sign-off', { class: ['engineering'] }, ['accept', 'visit', 'close']),
        toForm('quick-sign-off', { class: ['security'] }, ['accept', 'close']),
      ],
      actors: { ...actors, ...more },
    },
    null,
    1,
  );
}

/**
 * The same, and everybody may do everything, his own work's acceptance included (but of an emergency): for those that ask who of two
 * was first.
 */
export function toOpenPolicy(reopen: string): string {
  const policy = JSON.parse(toCouplingPolicy(reopen)) as Policy;
  const actors = Object.fromEntries(Object.keys(policy.actors).map((transition) => [transition, ROLE_NAMES]));
  const forms = policy.forms.map((form) => ({ ...form, actors: ROLE_NAMES }));
  return JSON.stringify({ ...policy, actors, forms, ownAcceptance: [{ priority: ORDINARY }] }, null, 1);
}

interface Policy {
  readonly paths: readonly object[];
  readonly forms: readonly object[];
  readonly actors: Readonly<Record<string, readonly string[]>>;
  readonly alarms?: object;
}

function toForm(id: string, match: object, transitions: readonly string[]) {
  return { id, name: NAME, match, transitions };
}

function toProfile(id: string, kind: string, points: readonly object[], rules: readonly object[]) {
  const head = { version: 1, id, vendor: 'Trial', model: id, kind, name: NAME, protocol: 'modbus' };
  return { ...head, source: 'docs/register-maps.md', verified: 'example', modbus: {}, points, rules };
}

function toPoint(id: Register) {
  const address = { table: 'holding', address: REGISTERS[id] };
  return { id, name: NAME, unit: 'none', poll: POLL_MS, badData: false, address };
}

function toRule(id: Register, severity: string, given: object = {}) {
  return { id, type: 'state', severity, text: { zh: `告警 ${id}`, en: id }, point: id, in: [1], ...given };
}

function toPump() {
  const level = {
    id: 'level',
    type: 'threshold',
    severity: 'medium',
    text: { zh: '液位 {value}', en: 'Level {value}' },
    point: 'level',
    hi: { limit: 10 },
    hihi: { limit: 20, severity: 'high' },
  };
  const points = (['trip', 'level', 'minor', 'quick', 'told'] as const).map(toPoint);
  const rules = [
    toRule('trip', 'medium'),
    level,
    toRule('minor', 'low'),
    toRule('quick', 'medium', { class: 'security' }),
    toRule('told', 'medium', { ticket: false }),
  ];
  const part = { id: 'seal-{n}', count: 1, kind: 'pump', name: NAME };
  const parts = [{ ...part, points: [toPoint('leak')], rules: [toRule('leak', 'medium')] }];
  return { ...toProfile('coupling-pump', 'pump', points, rules), parts };
}

function toDetector() {
  return toProfile('coupling-detector', 'fire-pump', [toPoint('grave')], [toRule('grave', 'life-safety')]);
}
