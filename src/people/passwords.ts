/**
 * Password hashes and rules. argon2id of node:crypto in PHC string form; a queue keeps a flood of logins from
 * taking all memory and cores. Who may try how often is login-limiter.ts's business.
 */
import { argon2, randomBytes as cryptoRandomBytes, timingSafeEqual } from 'node:crypto';
import { RiserError } from '../core/errors.ts';

export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane. */
export const OWASP_COST: Argon2Cost = { memoryKiB: 19 * 1024, passes: 2, parallelism: 1 };

export const PASSWORD_LIMITS = {
  /** Shortest password, in characters (code points). */
  minChars: 10,
  /** Longest; hashing time grows with it. */
  maxChars: 256,
  /** Hashes computed at once, 19 MiB and about 0.1 s of one core each. */
  running: 2,
  /** Hashes waiting; beyond it a login is refused with `too-many-requests`. */
  waiting: 50,
} as const;

/** Public password of the demo accounts. */
export const DEMO_PASSWORD = 'riser-demo';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Version of Argon2 that OpenSSL computes, RFC 9106. */
const ARGON2_VERSION = 19;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

export interface Passwords {
  /** @returns the PHC string. @throws RiserError `too-many-requests` when the queue is full. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password belongs to the hash. With null (unknown name) it takes the same time and is false.
   * @throws RiserError `too-many-requests` when the queue is full.
   */
  verify(password: string, passwordHash: string | null): Promise<boolean>;
  counters(): { readonly hashes: number; readonly refused: number };
}

export function createPasswords(cost: Argon2Cost = OWASP_COST, randomBytes = cryptoRandomBytes): Passwords {
  const gate = createGate(PASSWORD_LIMITS.running, PASSWORD_LIMITS.waiting);
  // Of no password; it is only there to be computed against.
  const nobody = toPhc(cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      return toPhc(cost, salt, await gate.run(() => derive(password, salt, cost)));
    },
    async verify(password, passwordHash) {
      const { cost: storedCost, salt, hash } = parsePhc(passwordHash ?? nobody);
      const derived = await gate.run(() => derive(password, salt, storedCost));
      const isEqual = derived.length === hash.length && timingSafeEqual(derived, hash);
      return isEqual && passwordHash !== null;
    },
    counters: () => gate.counters(),
  };
}

/** @throws RiserError `weak-password`; `bad-request` when it is longer than `maxChars`. */
export function checkPassword(password: string, isDemo: boolean): void {
  if (isDemo && password === DEMO_PASSWORD) return;
  const chars = Array.from(password).length;
  if (chars < PASSWORD_LIMITS.minChars || password === DEMO_PASSWORD) {
    throw new RiserError('weak-password', { min: PASSWORD_LIMITS.minChars });
  }
  if (chars > PASSWORD_LIMITS.maxChars) throw new RiserError('bad-request');
}

/** Cut at twice the limit: nothing that long was ever accepted, and hashing it would only cost time. */
function derive(password: string, salt: Uint8Array, cost: Argon2Cost): Promise<Buffer> {
  // Keyboards differ in how they compose characters (RFC 8265 §4.2).
  const message = password.slice(0, PASSWORD_LIMITS.maxChars * 2).normalize('NFC');
  const { memoryKiB: memory, passes, parallelism } = cost;
  return new Promise((resolve, reject) => {
    const parameters = { message, nonce: salt, memory, passes, parallelism, tagLength: HASH_BYTES };
    argon2('argon2id', parameters, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  });
}

function toPhc(cost: Argon2Cost, salt: Uint8Array, hash: Uint8Array): string {
  const { memoryKiB, passes, parallelism } = cost;
  const parameters = `m=${memoryKiB},t=${passes},p=${parallelism}`;
  return `$argon2id$v=${ARGON2_VERSION}$${parameters}$${toBase64(salt)}$${toBase64(hash)}`;
}

/** @throws RiserError `data-damaged` for a hash that this gateway did not write. */
function parsePhc(text: string): { cost: Argon2Cost; salt: Buffer; hash: Buffer } {
  const [, memory, passes, parallelism, salt, hash] = PHC.exec(text) ?? [];
  if (salt === undefined || hash === undefined) {
    throw new RiserError('data-damaged', { path: 'user', reason: 'unknown form of password hash' });
  }
  return {
    cost: { memoryKiB: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** PHC strings leave the padding out. */
function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

interface Gate {
  run<T>(action: () => Promise<T>): Promise<T>;
  counters(): { readonly hashes: number; readonly refused: number };
}

function createGate(maxRunning: number, maxWaiting: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  let hashes = 0;
  let refused = 0;
  return {
    async run(action) {
      if (running >= maxRunning) {
        if (waiting.length >= maxWaiting) {
          refused++;
          throw new RiserError('too-many-requests');
        }
        // The one that finishes hands its place over, so `running` does not change.
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else running++;
      try {
        hashes++;
        return await action();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
    counters: () => ({ hashes, refused }),
  };
}
