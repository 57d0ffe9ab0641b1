/**
 * Reports from people without an account: who may look at one later, and how often one may report. A reporter is known by a
 * random secret in his link; on the ticket stands its digest, which says nothing of the person. Nobody else's link is ever
 * given out: what somebody reports twice is merged, and answered without one.
 *
 *   secret ─SHA-256─▶ `visitor-…` = reporter of the ticket          link = number of the ticket · secret
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Ticket } from '../core/ticket.ts';
import type { TicketActor } from '../tickets/transitions.ts';

export const PUBLIC_LIMITS = {
  /** Reports of one way of contact, or of one outside account, within the window: more are one who should be rung. */
  reportsPerContact: 5,
  contactWindowMs: 3_600_000,
  /** Window of the reports of one address; how many it may have is API_LIMITS. */
  addressWindowMs: 60_000,
  /** Emergencies without contact of one address, event and place are one matter for so long, beginning with the first of them … */
  anonymousWindowMs: 600_000,
  /** … and so many matters at most: of what comes then each event is one, wherever it is. A site behind one address has several lifts. */
  anonymousMatters: 10,
  /** Ways of contact and reports remembered; the least recent is forgotten. */
  remembered: 2_000,
} as const;

const SECRET_BYTES = 16;
const SECRET = /^([A-Z]{2}\d{8}-\d{4,6})\.([A-Za-z0-9_-]{22})$/;

export interface Reporter {
  readonly actor: TicketActor;
  readonly secret: string;
  /** The open ticket that this contact has reported the same matter on; null = none. */
  readonly duplicateOf: string | null;
}

/** What reports of one address are counted as, each by itself: nobody who leaves a number is refused for those who leave none. */
export type ReportSort = 'ordinary' | 'emergency' | 'anonymous';

/** Somebody in an emergency who leaves no contact: the link is his own, the ticket may be that of others of his address. */
export interface AnonymousReporter {
  readonly actor: TicketActor;
  readonly secret: string;
  /** Who has reported the matter from his address before. */
  readonly together: readonly string[];
  readonly matter: AnonymousMatter;
}

interface AnonymousMatter {
  readonly atMs: number;
  /** Those whose report has a ticket of its own, or is not decided yet. */
  readonly reporters: Set<string>;
}

export interface PublicReportsCounters {
  readonly accepted: number;
  readonly merged: number;
  /** Because of too many of one contact or one account. */
  readonly refused: number;
  /** Because of too many of one address. */
  readonly limited: number;
}

interface Remembered {
  readonly secret: string;
  /** null = not decided yet. */
  readonly ticket: string | null;
  readonly atMs: number;
}

/** Of this process: after a restart nobody is remembered, and a link works as before. */
export class PublicReports {
  /** Keeps what is remembered from being numbers of telephones. */
  readonly #key = randomBytes(32);
  /** Times of reports, oldest first. Key: digest of the contact, or of the account. */
  readonly #contacts = new Map<string, number[]>();
  /** The same. Key: digest of the address, emergencies apart. */
  readonly #addresses = new Map<string, number[]>();
  /** Emergencies without contact. Key: digest of address and matter. */
  readonly #anonymous = new Map<string, AnonymousMatter>();
  /** Key: digest of contact and matter. */
  readonly #matters = new Map<string, Remembered>();
  #accepted = 0;
  #merged = 0;
  #refused = 0;
  #limited = 0;

  /**
   * Of one network address, which a whole house may share: emergencies are counted apart, so that nobody's dripping tap keeps
   * one out, and apart of them those without contact.
   * @param perMinute most of this sort
   * @returns whether it may go on
   */
  admitAddress(address: string, sort: ReportSort, perMinute: number, nowMs: number): boolean {
    const id = this.#digest(sort, address);
    const isAdmitted = this.#count(this.#addresses, id, perMinute, PUBLIC_LIMITS.addressWindowMs, nowMs);
    if (!isAdmitted) this.#limited++;
    return isAdmitted;
  }

  /** Of one way of contact. @returns whether it may go on */
  admit(contact: string, nowMs: number): boolean {
    return this.#admit(this.#digest(toPlainContact(contact)), nowMs);
  }

  /**
   * Apart from what the same person has reported before.
   * @param who way of contact, or what stands for it @param place words that name the place
   * @returns whether it may go on
   */
  admitEmergency(who: string, place: readonly string[], nowMs: number): boolean {
    return this.#admit(this.#digest('emergency', toPlainContact(who), ...place), nowMs);
  }

  /** Of somebody from outside who is signed in. @returns whether it may go on */
  admitAccount(username: string, nowMs: number): boolean {
    return this.#admit(this.#digest('account', username), nowMs);
  }

  #admit(id: string, nowMs: number): boolean {
    const { reportsPerContact, contactWindowMs } = PUBLIC_LIMITS;
    const isAdmitted = this.#count(this.#contacts, id, reportsPerContact, contactWindowMs, nowMs);
    if (!isAdmitted) this.#refused++;
    return isAdmitted;
  }

  #count(known: Map<string, number[]>, id: string, most: number, withinMs: number, nowMs: number): boolean {
    const times = (known.get(id) ?? []).filter((atMs) => atMs > nowMs - withinMs);
    if (times.length >= most) return false;
    remember(known, id, [...times, nowMs]);
    return true;
  }

  /**
   * @param isOpen whether a ticket is still open: what is reported of a closed one is a new matter
   * @param isNewMatter who reports says that it is another one: he has a link of his own for it, since the same number may be
   *   left by anybody, and a link opens all that bears its secret
   */
  async reporterOf(
    contact: string,
    matter: readonly string[],
    withinMs: number,
    nowMs: number,
    isOpen: (ticket: string) => Promise<boolean>,
    isNewMatter = false,
  ): Promise<Reporter> {
    if (isNewMatter) {
      const own = randomBytes(SECRET_BYTES).toString('base64url');
      return { actor: toVisitor(own), secret: own, duplicateOf: null };
    }
    const id = this.#digest(toPlainContact(contact), ...matter);
    const found = this.#matters.get(id);
    const isKnown = async (one: Remembered): Promise<boolean> =>
      nowMs - one.atMs <= withinMs && (one.ticket === null || (await isOpen(one.ticket)));
    const isSame = found !== undefined && (await isKnown(found));
    // Another of the same moment may have begun it anew meanwhile.
    const now = this.#matters.get(id);
    const same = isSame ? found : now === found ? undefined : now;
    const secret = same?.secret ?? randomBytes(SECRET_BYTES).toString('base64url');
    // Before it is decided: what is sent twice at once is one matter, too.
    if (same === undefined) remember(this.#matters, id, { secret, ticket: null, atMs: nowMs });
    return { actor: toVisitor(secret), secret, duplicateOf: same?.ticket ?? null };
  }

  /**
   * Without waiting: of many at the same moment each finds the one before.
   * @param event what has happened @param place codes of the register and words that name the place: another lift is another matter
   */
  anonymousOf(address: string, event: string, place: readonly string[], nowMs: number): AnonymousReporter {
    const { anonymousWindowMs, anonymousMatters } = PUBLIC_LIMITS;
    const find = (id: string) => {
      const found = this.#anonymous.get(id);
      return found === undefined || nowMs - found.atMs > anonymousWindowMs ? undefined : found;
    };
    const bound = this.#digest('anonymous matters', address);
    let id = this.#digest(address, event, ...place.map(toPlainWords));
    if (
      find(id) === undefined &&
      !this.#count(this.#contacts, bound, anonymousMatters, anonymousWindowMs, nowMs)
    )
      id = this.#digest('any place', address, event);
    const matter = find(id) ?? { atMs: nowMs, reporters: new Set<string>() };
    remember(this.#anonymous, id, matter);
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const actor = toVisitor(secret);
    const together = [...matter.reporters];
    matter.reporters.add(actor.username);
    return { actor, secret, together, matter };
  }

  /** @returns the link of a new ticket; null = it went onto one that is there already */
  noteAnonymous(
    { secret, actor, matter }: AnonymousReporter,
    { number }: Ticket,
    isMerged: boolean,
  ): string | null {
    this.#accepted++;
    if (!isMerged) return `${number}.${secret}`;
    this.#merged++;
    matter.reporters.delete(actor.username);
    return null;
  }

  /** @returns the link of a new ticket; null = it went onto one that is there already */
  note(
    contact: string,
    matter: readonly string[],
    { secret, duplicateOf, actor }: Reporter,
    ticket: Ticket,
    isMerged: boolean,
    nowMs: number,
  ): string | null {
    this.#accepted++;
    if (isMerged || ticket.id === duplicateOf || ticket.reporter !== actor.username) {
      this.#merged++;
      return null;
    }
    remember(this.#matters, this.#digest(toPlainContact(contact), ...matter), {
      secret,
      ticket: ticket.id,
      atMs: nowMs,
    });
    return `${ticket.number}.${secret}`;
  }

  counters(): PublicReportsCounters {
    return {
      accepted: this.#accepted,
      merged: this.#merged,
      refused: this.#refused,
      limited: this.#limited,
    };
  }

  #digest(...parts: readonly string[]): string {
    const words = parts.map((part) => part.replaceAll(/\s/g, '').toLowerCase());
    return createHmac('sha256', this.#key).update(JSON.stringify(words)).digest('hex');
  }
}

/** One number written in several ways: with signs between the digits, in full width, with the code of the country. */
function toPlainContact(contact: string): string {
  const plain = contact.normalize('NFKC').replaceAll(/[\s()\-‐-―.+]/g, '');
  return plain.replace(/^(?:00)?86(?=1\d{10}$)/, '');
}

/** One place written in two ways: full width, signs between the words. */
function toPlainWords(words: string): string {
  return words.normalize('NFKC').replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** What a link names; null = it is none. */
export function parseLink(token: string): { readonly ticket: string; readonly secret: string } | null {
  const match = SECRET.exec(token);
  return match === null ? null : { ticket: match[1] ?? '', secret: match[2] ?? '' };
}

/** Whether the link is that of the ticket's reporter; takes the same time for every wrong one. */
export function isReporterOf({ reporter }: Pick<Ticket, 'reporter'>, secret: string): boolean {
  const expected = Buffer.from(toVisitor(secret).username);
  const given = Buffer.from(reporter ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Somebody from outside, who may do what an occupant may. */
function toVisitor(secret: string): TicketActor {
  const digest = createHash('sha256').update(secret).digest('hex').slice(0, 32);
  return { username: `visitor-${digest}`, roles: ['occupant'], groups: [] };
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > PUBLIC_LIMITS.remembered && oldest !== undefined) map.delete(oldest);
}
