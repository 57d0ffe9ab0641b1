/**
 * Loads a site: site file, includes, profiles, policy → frozen model, or every problem at once. Reads files, changes
 * nothing. What a rule type or protocol wants comes from the catalog.
 */

import { createHash } from 'node:crypto';
import { dirname, join, relative, resolve } from 'node:path';
import { defined } from '../core/assert.ts';
import { ConfigError, type Problem } from '../core/errors.ts';
import { type LocationId, type SiteId, toId } from '../core/ids.ts';
import { readCalendars } from './calendars.ts';
import type { Catalog } from './catalog.ts';
import { type EquipmentContext, type ReadEquipment, readEquipment, readLinks } from './equipment.ts';
import { deepFreeze } from './freeze.ts';
import { API, type Listener } from './listeners.ts';
import type { HttpSettings, InfluxSettings, Location, RollupSettings, SiteModel } from './model.ts';
import { toNotifySettings } from './notify.ts';
import { readContacts, readLocations } from './places.ts';
import { type PlansFile, readPlans } from './plans.ts';
import { type PolicyFile, readPolicy } from './policy-file.ts';
import { createProblems, quote } from './problems.ts';
import { createProfileFinder } from './profile-finder.ts';
import { type Environment, isReference } from './references.ts';
import { toRaw } from './register.ts';
import { keepMaterial, type RuleOverride } from './rule-overrides.ts';
import type { SiteFile } from './schema.ts';
import { readSiteFiles, type SiteFiles } from './site-file.ts';
import { buildRules, type SiteRules, toSiteUnits, withOverrides } from './site-rules.ts';
import { type Source, whyUnreadable } from './source.ts';
import { isTimeZone } from './time-zone.ts';
import type { Checking } from './validate.ts';
import { toBytes, toMs } from './words.ts';

export interface LoadOptions {
  readonly catalog: Catalog;
  /** Where `${NAME}` comes from; `process.env` at the edge. */
  readonly env: Environment;
  readonly epoch: number;
  /** Default: the project's `devices/`. */
  readonly profilesDirectory?: string;
  /** Changes of rules that people have made since, on top of the files'. */
  readonly overrides?: readonly RuleOverride[];
  /** Told of each that does not fit any more, which is then left out; default: it is a problem like any other. */
  readonly onRefused?: (override: RuleOverride, problems: readonly Problem[]) => void;
}

const PROJECT = join(import.meta.dirname, '../..');
const DEVICES = join(PROJECT, 'devices');
const DEFAULT_POLICY = join(PROJECT, 'config/policy.yaml');
const DEFAULT_PLANS = join(PROJECT, 'config/plans-default.yaml');

/** @throws ConfigError with all problems of all files. */
export function loadSite(path: string, options: LoadOptions): SiteModel {
  const problems = createProblems();
  const checking: Checking = { problems, env: options.env };
  const files = readSiteFiles(path, checking);
  if (files === null) problems.throwIfAny();
  return build(defined(files, 'site files without a problem'), checking, options);
}

function build(files: SiteFiles, checking: Checking, options: LoadOptions): SiteModel {
  const { problems } = checking;
  const { catalog } = options;
  const { site } = files;
  checkSettings(files, checking);
  const locations = readLocations(files.lists.locations, checking);
  const contacts = readContacts(files.lists.contacts, checking);
  const timeZone = site === null || !isTimeZone(site.site.timeZone) ? 'UTC' : site.site.timeZone;
  const calendars = readCalendars(files.lists.calendars, timeZone, checking);
  const links = readLinks(files.lists.links, toOwnListeners(files), catalog, checking);
  const home = [...locations.items.values()].find(({ parent }) => parent === null)?.id ?? null;
  if (files.lists.locations.length === 0 && problems.count === 0) {
    problems.add(files.source, ['locations'], 'at least one location', 'none');
  }
  const context: EquipmentContext = {
    catalog,
    problems,
    checking,
    links,
    locations: locations.register,
    contacts: contacts.register,
    calendars: calendars.register.ids,
    finder: createProfileFinder(toProfileDirectories(files, options, checking)),
  };
  const equipment = readEquipment(files.lists.equipment, home, locations.items, context);
  const { rules, material } = readRules(equipment, toId(site?.site.id ?? 'site'), context, options);
  const policyFile = readPolicyOf(files, timeZone, checking);
  const plansFile = readPlansOf(files, contacts.register.ids, checking);
  problems.throwIfAny();
  const sources = [
    ...files.sources,
    ...calendars.sources,
    ...equipment.profiles.map(({ source }) => source),
    policyFile?.located.source,
    ...(policyFile?.tables ?? []),
    plansFile?.source,
  ];
  const model: SiteModel = deepFreeze({
    ...toSettings(defined(site, 'site without problems'), files.source),
    epoch: options.epoch,
    ...toOrigin(toUnique(sources.filter((source) => source !== undefined))),
    locations: locations.items satisfies ReadonlyMap<LocationId, Location>,
    contacts: contacts.items,
    links: links.items,
    ...equipment.tables,
    rules,
    calendars: calendars.items,
    policy: defined(policyFile?.policy, 'policy without problems'),
    plans: defined(plansFile, 'plans without problems').plans,
  });
  return keepMaterial(model, material);
}

/** Changes that people have made come on top only of files without problems. */
function readRules(
  { owners, tables }: ReadEquipment,
  site: SiteId,
  { catalog, calendars = [], problems }: EquipmentContext,
  { overrides = [], onRefused }: LoadOptions,
): SiteRules {
  const { pointIndex } = tables;
  const units = toSiteUnits(owners);
  const none = { overrides: [], foreign: new Map() };
  const ofFiles = buildRules({ catalog, site, calendars, owners, units, pointIndex, ...none }, problems);
  if (overrides.length === 0 || problems.count > 0) return ofFiles;
  const refused: Problem[] = [];
  const held = withOverrides(
    ofFiles.material,
    overrides,
    onRefused ?? ((_, found) => refused.push(...found)),
  );
  if (refused.length > 0) throw new ConfigError(refused);
  return buildRules(held, problems);
}

/** Where the API is bound. */
function toOwnListeners({ site, source, raw }: SiteFiles): readonly Listener[] {
  if (site === null) return [];
  return [{ ...site.http, sharer: API, at: { source, path: ['http', 'port'], value: raw } }];
}

/** A table of holidays that the site and its policy name is one file. */
function toUnique(sources: readonly Source[]): readonly Source[] {
  return [...new Map(sources.map((source) => [source.absolute, source])).values()];
}

/** Paths and digest of everything that was read, secrets behind `file:` excepted. */
function toOrigin(sources: readonly Source[]): Pick<SiteModel, 'hash' | 'files'> {
  const hash = createHash('sha256');
  const root = dirname(defined(sources[0], 'site file').absolute);
  // Lengths keep the boundary between files in the digest; relative paths let a site move as a whole.
  for (const { absolute, text } of sources) hash.update(JSON.stringify([relative(root, absolute), text]));
  return { hash: hash.digest('hex'), files: sources.map(({ absolute }) => absolute) };
}

function toSettings(
  file: SiteFile,
  source: Source,
): Pick<SiteModel, 'site' | 'http' | 'influx' | 'journal' | 'backup' | 'notify'> {
  const { site, http, influx, journal, backup } = file;
  const folder = dirname(source.absolute);
  const tls: HttpSettings['tls'] =
    http.tls === undefined
      ? null
      : { cert: resolve(folder, http.tls.cert), key: resolve(folder, http.tls.key) };
  const sink: InfluxSettings | null =
    influx === null
      ? null
      : {
          ...influx,
          username: influx.username ?? null,
          password: influx.password ?? null,
          token: influx.token ?? null,
          retentionPolicy: influx.retentionPolicy ?? null,
          gzip: influx.gzip ?? null,
          rollups: influx.rollups === null ? null : toRollups(influx.rollups),
        };
  return {
    site: { ...site, id: toId(site.id) },
    http: { host: http.host, port: http.port, tls },
    influx: sink,
    journal: { maxAgeDays: journal.maxAgeDays, maxBytes: toBytes(journal.maxBytes) },
    backup: backup === null ? null : { ...backup, directory: resolve(folder, backup.directory) },
    notify: toNotifySettings(file.notify),
  };
}

function toRollups(kept: NonNullable<NonNullable<SiteFile['influx']>['rollups']>): RollupSettings {
  const toHours = (span: string | 0): number => (span === 0 ? 0 : toMs(span) / 3_600_000);
  return {
    rawHours: toHours(kept.raw),
    minuteHours: toHours(kept.minute),
    quarterHours: toHours(kept.quarter),
    hourHours: toHours(kept.hour),
  };
}

/** What no schema can say. Works on the file as written where it has problems, so that these come up as well. */
function checkSettings({ site, raw, source }: SiteFiles, { problems }: Checking): void {
  const settings: unknown = site ?? raw;
  const textAt = (...path: readonly string[]): string | null => {
    const value = path.reduce<unknown>((held, key) => toRaw(held, key), settings);
    return typeof value === 'string' && value !== '' && !(site === null && isReference(value)) ? value : null;
  };
  const timeZone = textAt('site', 'timeZone');
  if (timeZone !== null && !isTimeZone(timeZone)) {
    problems.add(source, ['site', 'timeZone'], 'an IANA time zone such as Asia/Shanghai', quote(timeZone));
  }
  for (const key of ['cert', 'key']) {
    const path = textAt('http', 'tls', key);
    const reason = path === null ? null : whyUnreadable(resolve(dirname(source.absolute), path));
    if (reason !== null) problems.add(source, ['http', 'tls', key], 'a readable PEM file', reason);
  }
  const url = site?.influx?.url;
  if (url !== undefined && !URL.canParse(url)) {
    problems.add(source, ['influx', 'url'], 'a URL such as http://127.0.0.1:8086', quote(url));
  }
  const webhook = site?.notify.webhook?.url;
  if (webhook !== undefined && !URL.canParse(webhook)) {
    // Its value may hold a key.
    problems.add(
      source,
      ['notify', 'webhook', 'url'],
      'a URL such as https://messages.example/riser',
      'none',
    );
  }
  if (site !== null && toBytes(site.journal.maxBytes) < MIN_JOURNAL_BYTES) {
    problems.add(source, ['journal', 'maxBytes'], 'at least 16MiB', quote(String(site.journal.maxBytes)));
  }
}

/** Below it the journal would throw away data while it is still writing its first blocks. */
const MIN_JOURNAL_BYTES = 16 * 1024 * 1024;

function toProfileDirectories(
  files: SiteFiles,
  options: LoadOptions,
  { problems }: Checking,
): readonly string[] {
  const folder = dirname(files.source.absolute);
  const own = listFolders(files).map(([index, name]) => {
    const directory = resolve(folder, name);
    const reason = whyUnreadable(directory);
    if (reason !== 'a folder')
      problems.add(files.source, ['profiles', index], 'a folder of profiles', reason ?? 'a file');
    return directory;
  });
  const common = options.profilesDirectory ?? DEVICES;
  return [...own, common, ...(common === DEVICES ? [] : [DEVICES])];
}

/** With their place; as written where the file has problems, so that its profiles are found and checked all the same. */
function listFolders({ site, raw }: SiteFiles): readonly (readonly [number, string])[] {
  const named: unknown = site?.profiles ?? toRaw(raw, 'profiles');
  if (!Array.isArray(named)) return [];
  return [...named.entries()].filter(
    (entry): entry is [number, string] =>
      typeof entry[1] === 'string' && (site !== null || !isReference(entry[1])),
  );
}

function readPolicyOf(files: SiteFiles, timeZone: string, { problems }: Checking): PolicyFile | null {
  const named = files.site?.policy ?? toRaw(files.raw, 'policy');
  if (typeof named !== 'string') return readPolicy(DEFAULT_POLICY, problems, timeZone);
  const path = resolve(dirname(files.source.absolute), named);
  const reason = whyUnreadable(path);
  if (reason === null) return readPolicy(path, problems, timeZone);
  problems.add(files.source, ['policy'], 'a readable file', reason);
  return null;
}

function readPlansOf(
  files: SiteFiles,
  contacts: readonly string[],
  { problems }: Checking,
): PlansFile | null {
  const named = files.site?.plans ?? toRaw(files.raw, 'plans');
  if (typeof named !== 'string') return readPlans(DEFAULT_PLANS, contacts, problems);
  const path = resolve(dirname(files.source.absolute), named);
  const reason = whyUnreadable(path);
  if (reason === null) return readPlans(path, contacts, problems);
  problems.add(files.source, ['plans'], 'a readable file', reason);
  return null;
}
