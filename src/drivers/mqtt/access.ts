/**
 * Who may do what on the gateway's own broker: users with the topics that they may publish to and read, and the
 * limits that keep one client from using up the memory of all. Pure but for the hash of passwords.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { BrokerUser } from './schema.ts';
import { TopicFilter, toTopicProblem } from './topics.ts';

/** A client that has logged in, as far as its rights are concerned. */
export class Account {
  /** null = nobody has to log in on this broker. */
  readonly name: string | null;
  readonly #filters: readonly TopicFilter[];
  /** Filters that it reads. */
  readonly #read = new Set<string>();

  constructor(name: string | null, filters: readonly TopicFilter[]) {
    this.name = name;
    this.#filters = filters;
  }

  /** Why it may not publish there; null = it may. */
  toPublishProblem(topic: string): string | null {
    const problem = toTopicProblem(topic);
    if (problem !== null) return problem;
    return this.#filters.some((filter) => filter.covers(topic))
      ? null
      : 'it is outside the topics of the user';
  }

  /** Notes the filter when it may be read. The broker has checked its form. */
  mayRead(filter: string): boolean {
    const isNew = !this.#read.has(filter);
    if (filter.startsWith('$') || (isNew && this.#read.size >= MAX_SUBSCRIPTIONS)) return false;
    if (!this.#filters.some((own) => own.covers(filter))) return false;
    this.#read.add(filter);
    return true;
  }

  forget(filter: string): void {
    this.#read.delete(filter);
  }
}

/** Subscriptions of one client. */
export const MAX_SUBSCRIPTIONS = 200;
/** Topics whose last message the broker keeps, and the bytes of all of them. */
export const MAX_RETAINED_TOPICS = 20_000;
export const MAX_RETAINED_BYTES = 64 * 1024 * 1024;

const EVERYTHING = [new TopicFilter('#')];

export class Accounts {
  /** Key: name. */
  readonly #users: ReadonlyMap<string, { readonly digest: Buffer; readonly filters: readonly TopicFilter[] }>;
  /** Compared with when there is no such user, so that the answer takes as long. */
  readonly #nobody = digest('');

  constructor(users: readonly BrokerUser[]) {
    this.#users = new Map(
      users.map(({ name, password, topics }) => [
        name,
        { digest: digest(password), filters: topics.map((topic) => new TopicFilter(topic)) },
      ]),
    );
  }

  /** null = refused. Without users everybody may do everything: such a broker is bound to this machine. */
  logIn(name: string | undefined, password: Uint8Array | undefined): Account | null {
    if (this.#users.size === 0) return new Account(null, EVERYTHING);
    const user = this.#users.get(name ?? '');
    const isRight = timingSafeEqual(digest(password ?? ''), user?.digest ?? this.#nobody);
    return user !== undefined && isRight ? new Account(name as string, user.filters) : null;
  }
}

/** What the broker keeps for later subscribers. */
export class RetainedBudget {
  /** Key: topic; value: bytes. */
  readonly #bytesOf = new Map<string, number>();
  #bytes = 0;

  /** Counts the message in when there is room. An empty one deletes what was kept. */
  take(topic: string, byteCount: number): boolean {
    const known = this.#bytesOf.get(topic);
    const bytes = this.#bytes - (known ?? 0) + byteCount;
    const isFull = known === undefined && this.#bytesOf.size >= MAX_RETAINED_TOPICS;
    if (byteCount > 0 && (isFull || bytes > MAX_RETAINED_BYTES)) return false;
    this.#bytes = bytes;
    if (byteCount === 0) this.#bytesOf.delete(topic);
    else this.#bytesOf.set(topic, byteCount);
    return true;
  }
}

function digest(password: string | Uint8Array): Buffer {
  return createHash('sha256').update(password).digest();
}
