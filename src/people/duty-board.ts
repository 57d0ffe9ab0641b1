/**
 * Staff and roster as they stand in the store, kept in memory for those who must not wait (the decision loop), and the only
 * writer of both. Accounts are people/service.ts's business: `reload` reads them again, also what the `user` command of
 * another process has changed. One change after the other; each commits with its audit row.
 */

import type { Policy } from '../config/policy.ts';
import type { Clock } from '../core/clock.ts';
import type { Roster, StaffProfile, SwapRequest } from '../core/duty.ts';
import { RiserError } from '../core/errors.ts';
import { createTurns } from '../core/in-turn.ts';
import { LIMITS } from '../core/limits.ts';
import type { AuditRow, Store, Write } from '../store/store.ts';
import { toCertificateNotices } from './certificates.ts';
import { decodeCsv } from './csv.ts';
import { createDutyView, type DutyView } from './duty.ts';
import { findGaps, type Gap } from './gaps.ts';
import { findHeldSteps, type HeldStep } from './held-steps.ts';
import type { PublicProfile, RosterImport, RosterPort, StaffPort, SwapInput } from './port.ts';
import { withBegun } from './roster-begun.ts';
import { toRosterCsv, withRosterCsv } from './roster-csv.ts';
import { parseRoster, type ReadRoster, toRosterYaml } from './roster-file.ts';
import { ROSTER_LIMITS } from './roster-limits.ts';
import { agreeSwap, approveSwap, dropSwap, findSwap, requestSwap, sortSwaps } from './roster-swaps.ts';
import { addDays, toLocalDate } from './shift-time.ts';
import { NO_PROFILE, type StaffBook, toStaff } from './staff-book.ts';
import { findToldGaps } from './told-gaps.ts';
import { requireSeen, toProfileVersion } from './versions.ts';

export interface DutyBoardOptions {
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  /** Of the configuration and policy in force; asked at every reload. */
  readonly site: () => DutySite;
  readonly createId: () => string;
  /** Told of every new view. */
  readonly onChange?: (view: DutyView) => void;
  /** Told of every swap that is stored: asked for, or decided. */
  readonly onSwap?: (change: SwapChange) => void;
}

export interface SwapChange {
  readonly swap: SwapRequest;
  readonly outcome: 'asked' | 'agreed' | 'approved' | 'refused' | 'withdrawn';
  readonly by: string;
  readonly atMs: number;
  readonly note: string;
}

export interface DutySite extends Pick<StaffBook, 'calendars' | 'parents'> {
  readonly timeZone: string;
  /** Roles, groups and people whom the policy tells; left out = not known, and no gap of theirs is found. */
  readonly told?: readonly string[];
  /** Steps that the policy demands, and whether all equipment has an owner; left out = not known, and none is found held. */
  readonly steps?: {
    readonly policy: Pick<Policy, 'paths' | 'actors' | 'forms'>;
    readonly hasOwners: boolean;
  };
}

/** How long a change made by another process may stay unseen: who keeps the board calls `reload` so often. */
export const RELOAD_MS = 30_000;

interface Change {
  readonly writes: readonly Write[];
  readonly audit: Pick<AuditRow, 'actor' | 'action' | 'object' | 'detail'>;
}

/** Order of calls: `openDutyBoard`, then `reload` on a timer and after every change of configuration or policy. */
export class DutyBoard implements RosterPort, StaffPort {
  readonly #options: DutyBoardOptions;
  #view: DutyView;
  readonly #inTurn = createTurns();

  constructor(options: DutyBoardOptions, book: StaffBook) {
    this.#options = options;
    this.#view = createDutyView(book);
  }

  view(): DutyView {
    return this.#view;
  }

  roster(): Roster | null {
    return this.#view.book.roster;
  }

  gaps(fromMs: number, toMs: number): ReturnType<RosterPort['gaps']> {
    const { timeZone, told = [], steps } = this.#options.site();
    const gaps = findGaps(this.#view.book, fromMs, toMs);
    const held = steps === undefined ? [] : this.heldSteps(steps.policy, steps.hasOwners);
    return [
      ...held.map(({ step, roles: [post = ''], text }): Gap => {
        return { fromMs, toMs, kind: 'step-held', post, username: null, detail: step, text };
      }),
      ...gaps,
      ...findToldGaps(this.#view, told, { fromMs, toMs }, timeZone),
    ];
  }

  /** Of the policy in force, or of one that is proposed. */
  heldSteps(policy: Pick<Policy, 'paths' | 'actors' | 'forms'>, hasOwners: boolean): readonly HeldStep[] {
    return findHeldSteps(policy, this.#view.book.staff, hasOwners);
  }

  /** @throws RiserError `store-failed`; the view then stays as it was */
  reload(): Promise<void> {
    return this.#inTurn(async () => this.#take(await readBook(this.#options)));
  }

  profiles(): ReadonlyMap<string, PublicProfile> {
    const { staff } = this.#view.book;
    return new Map([...staff].map(([name, member]) => [name, toPublic(member)]));
  }

  async profile(username: string, reader: string): Promise<StaffProfile> {
    this.#requireUser(username);
    const audit = { actor: reader, action: 'staff-read', object: username, detail: {} };
    await this.#options.store.commit({ writes: [this.#toAudit(audit)] });
    const profiles = await this.#options.store.queries.staff();
    return profiles.get(username) ?? NO_PROFILE;
  }

  setProfile(username: string, profile: StaffProfile, by: string, seen?: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#requireUser(username);
      const before = (await this.#options.store.queries.staff()).get(username) ?? NO_PROFILE;
      requireSeen(username, toProfileVersion(before), seen);
      const detail = toDifference(before, profile);
      const audit = { actor: by, action: 'staff-change', object: username, detail };
      await this.#commit({ writes: [{ type: 'staff', username, profile }], audit });
    });
  }

  certificates(nowMs: number, days: number = ROSTER_LIMITS.certificateDays) {
    const today = toLocalDate(this.#options.site().timeZone, nowMs);
    return toCertificateNotices(this.#view.book.staff, today, days);
  }

  importRoster(input: RosterImport): Promise<Roster> {
    return this.#inTurn(async () => {
      const before = this.roster();
      const current = before?.version ?? 0;
      if (current !== input.version) throw new RiserError('roster-changed', { current });
      const { roster: made, profiles } = this.#read(input, before);
      const kept = withBegun(made, before, this.#options.clock.now().wallMs);
      const next = { ...this.#prune(kept), version: current + 1 };
      const { kept: swaps, void: gone } = this.#sortSwaps({ ...next, swaps: before?.swaps ?? [] }, profiles);
      const roster = { ...next, ...(swaps.length > 0 ? { swaps } : {}) };
      const people = [...profiles].map(
        ([username, profile]): Write => ({ type: 'staff', username, profile }),
      );
      const { length: assignments } = roster.assignments;
      const voidSwaps = gone.map(({ swap, reason }) => ({ id: swap.id, reason: reason.zh }));
      const detail = {
        version: roster.version,
        format: input.format,
        assignments,
        staff: people.length,
        ...(voidSwaps.length > 0 && { voidSwaps }),
      };
      const audit = { actor: input.by, action: 'roster-import', object: input.name, detail };
      await this.#commit({ writes: [{ type: 'roster', roster }, ...people], audit });
      return roster;
    });
  }

  exportRoster(format: RosterImport['format']): string {
    const roster = this.#requireRoster();
    return format === 'yaml' ? toRosterYaml(roster) : toRosterCsv(roster);
  }

  requestSwap({ reason, ...input }: SwapInput): Promise<SwapRequest> {
    return this.#inTurn(async () => {
      const { shortTextChars: max } = LIMITS;
      if (reason.trim() === '' || reason.length > max) throw new RiserError('reason-required', { max });
      const atMs = this.#options.clock.now().wallMs;
      const request: SwapRequest = { ...input, reason, id: this.#options.createId(), atMs };
      const roster = requestSwap(this.#requireRoster(), request, this.#view.book.staff, atMs);
      await this.#commitRoster(roster, {
        actor: input.by,
        action: 'swap-request',
        object: request.id,
        detail: { ...request },
      });
      this.#tellSwap(request, 'asked', input.by);
      return request;
    });
  }

  agreeSwap(id: string, by: string): Promise<Roster> {
    return this.#inTurn(async () => {
      const before = this.#requireRoster();
      const roster = agreeSwap(before, id, by, this.#options.clock.now().wallMs);
      if (roster === before) return before;
      const swap = findSwap(roster, id);
      const made = await this.#commitRoster(roster, {
        actor: by,
        action: 'swap-agree',
        object: id,
        detail: { ...swap },
      });
      this.#tellSwap(swap, 'agreed', by);
      return made;
    });
  }

  approveSwap(id: string, by: string): Promise<Roster> {
    return this.#inTurn(async () => {
      const before = this.#requireRoster();
      const nowMs = this.#options.clock.now().wallMs;
      const roster = approveSwap(before, id, by, this.#view.book.staff, nowMs);
      const request = findSwap(before, id);
      const detail = { ...request };
      const made = await this.#commitRoster(roster, {
        actor: by,
        action: 'swap-approve',
        object: id,
        detail,
      });
      this.#tellSwap(request, 'approved', by);
      return made;
    });
  }

  dropSwap(id: string, by: string, note: string): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#requireRoster();
      const request = findSwap(before, id);
      const isOwn = [request.from, request.to, request.by].includes(by);
      const action = isOwn ? 'swap-withdraw' : 'swap-refuse';
      const detail = { ...request, note };
      await this.#commitRoster(dropSwap(before, id), { actor: by, action, object: id, detail });
      this.#tellSwap(request, isOwn ? 'withdrawn' : 'refused', by, note);
    });
  }

  #tellSwap(swap: SwapRequest, outcome: SwapChange['outcome'], by: string, note = ''): void {
    this.#options.onSwap?.({ swap, outcome, by, atMs: this.#options.clock.now().wallMs, note });
  }

  #read({ bytes, format, name }: RosterImport, before: Roster | null): ReadRoster {
    const { staff, calendars } = this.#view.book;
    const users = new Set(staff.keys());
    if (format === 'csv') {
      const roster = withRosterCsv(before ?? this.#requireRoster(), decodeCsv(bytes), name, users);
      return { roster, profiles: new Map() };
    }
    const { timeZone } = this.#options.site();
    return parseRoster(new TextDecoder().decode(bytes), name, { timeZone, calendars, users });
  }

  /** By what the file says of its people. */
  #sortSwaps(roster: Roster, profiles: ReadRoster['profiles']): ReturnType<typeof sortSwaps> {
    const { staff } = this.#view.book;
    const people = [...staff].map(([name, one]) => [name, { ...one, ...profiles.get(name) }] as const);
    return sortSwaps(roster, new Map(people), this.#options.clock.now().wallMs);
  }

  #prune(roster: ReadRoster['roster']): ReadRoster['roster'] {
    const today = toLocalDate(roster.timeZone, this.#options.clock.now().wallMs);
    const first = addDays(today, -ROSTER_LIMITS.keptDays);
    return { ...roster, assignments: roster.assignments.filter(({ date }) => date >= first) };
  }

  async #commitRoster(changed: Roster, audit: Change['audit']): Promise<Roster> {
    const roster = { ...changed, version: changed.version + 1 };
    await this.#commit({ writes: [{ type: 'roster', roster }], audit });
    return roster;
  }

  async #commit({ writes, audit }: Change): Promise<void> {
    await this.#options.store.commit({ writes: [...writes, this.#toAudit(audit)] });
    this.#take(withWrites(this.#view.book, writes));
  }

  #take(book: StaffBook): void {
    this.#view = createDutyView(book);
    this.#options.onChange?.(this.#view);
  }

  #toAudit(audit: Change['audit']): Write {
    return { type: 'audit', entry: { atMs: this.#options.clock.now().wallMs, ...audit } };
  }

  #requireUser(username: string): void {
    if (!this.#view.book.staff.has(username)) throw new RiserError('user-unknown', { username });
  }

  #requireRoster(): Roster {
    const roster = this.roster();
    if (roster === null) throw new RiserError('not-found', { what: { zh: '排班表', en: 'roster' } });
    return roster;
  }
}

/** @throws RiserError `store-failed` */
export async function openDutyBoard(options: DutyBoardOptions): Promise<DutyBoard> {
  return new DutyBoard(options, await readBook(options));
}

/** What the store holds of people and duty. */
export async function readBook({
  store,
  site,
}: Pick<DutyBoardOptions, 'store' | 'site'>): Promise<StaffBook> {
  const { queries } = store;
  const [users, profiles, roster] = await Promise.all([queries.users(), queries.staff(), queries.roster()]);
  const { calendars, parents } = site();
  return { roster, staff: toStaff(users, profiles), calendars, parents };
}

/** What was just committed need not be read again. */
function withWrites(book: StaffBook, writes: readonly Write[]): StaffBook {
  let { roster } = book;
  const staff = new Map(book.staff);
  for (const write of writes) {
    if (write.type === 'roster') roster = write.roster;
    const member = write.type === 'staff' ? staff.get(write.username) : undefined;
    if (write.type === 'staff' && member !== undefined)
      staff.set(write.username, { ...member, ...write.profile });
  }
  return { ...book, roster, staff };
}

function toPublic(member: StaffProfile): PublicProfile {
  const { groups, specialities, areas, language, firm, certificates, ways } = member;
  return {
    groups,
    specialities,
    areas,
    language,
    firm,
    certificates: certificates.map(({ kind, validTo }) => ({ kind, validTo })),
    reachedBy: [...new Set(ways.map(({ way }) => way))],
  };
}

/** For the audit, which is never erased: old and new of what is not personal, of the rest only that it changed. */
function toDifference(before: StaffProfile, after: StaffProfile): AuditRow['detail'] {
  const [old, made] = [toPublic(before), toPublic(after)];
  const keys = Object.keys(made) as (keyof PublicProfile)[];
  const changed = keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(made[key]));
  const isPersonal =
    JSON.stringify([before.ways, before.certificates]) !== JSON.stringify([after.ways, after.certificates]);
  return {
    ...Object.fromEntries(changed.map((key) => [key, { from: old[key], to: made[key] }])),
    ...(isPersonal ? { personalChanged: true } : {}),
  };
}
