/**
 * Reads who has dialled in: the first bytes of a connection, however they are cut. Registrations may begin alike
 * (`DTU1`, `DTU10`): the longest one counts, and any only when it does not go on for a moment. A stranger whose word only
 * begins like a known one (`DTU12`) is a stranger: its readings would pass for those of another plant.
 */
import type { Socket } from 'node:net';

/** A modem that may dial in. */
export interface Expected {
  readonly registration: Buffer;
  /** What it may say right after it: its heartbeat, its registration again. */
  readonly marks: readonly Buffer[];
}

export type Registered =
  | { readonly kind: 'known'; readonly registration: Buffer; readonly rest: Buffer }
  | { readonly kind: 'unknown'; readonly bytes: Buffer }
  | { readonly kind: 'late' }
  /** It has hung up before. */
  | { readonly kind: 'gone' };

/** A registration is one short message; its bytes come together. */
const LONGER_MS = 200;
/** Letters and digits of ASCII. */
const WORD = /^[0-9A-Za-z]$/;
/** Bytes of an unknown registration that are kept for the message. */
const MAX_SHOWN_BYTES = 64;

/** @param onDone called once; the socket then has no listener of this file, and is paused */
export function readRegistration(
  socket: Socket,
  known: () => readonly Expected[],
  timeoutMs: number,
  onDone: (result: Registered) => void,
): void {
  let bytes = Buffer.alloc(0);
  let longer: NodeJS.Timeout | null = null;
  let look: NodeJS.Immediate | null = null;

  const stopWaiting = () => {
    if (longer) clearTimeout(longer);
    if (look) clearImmediate(look);
  };
  const done = (result: Registered) => {
    clearTimeout(timer);
    stopWaiting();
    socket.off('data', onData);
    socket.off('end', onGone);
    socket.off('close', onGone);
    socket.pause();
    onDone(result);
  };
  const onGone = () => done({ kind: 'gone' });
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    stopWaiting();
    const registrations = known();
    if (registrations.some(({ registration: one }) => one.length >= bytes.length && startsWith(one, bytes))) {
      // Then once more at the socket: when our own process was held up, the rest of the word has long been there.
      longer = setTimeout(() => {
        look = setImmediate(() => judge(registrations, false));
      }, LONGER_MS);
    } else judge(registrations, true);
  };
  const judge = (registrations: readonly Expected[], isLast: boolean) => {
    const fitting = registrations.filter((one) => startsWith(bytes, one.registration) && !goesOn(bytes, one));
    const registration = fitting.map((one) => one.registration).toSorted((a, b) => b.length - a.length)[0];
    if (registration) done({ kind: 'known', registration, rest: bytes.subarray(registration.length) });
    else if (isLast) done({ kind: 'unknown', bytes: bytes.subarray(0, MAX_SHOWN_BYTES) });
  };
  const timer = setTimeout(() => done({ kind: 'late' }), timeoutMs);

  socket.on('data', onData);
  socket.on('end', onGone);
  socket.on('close', onGone);
}

function startsWith(bytes: Buffer, beginning: Buffer): boolean {
  return bytes.subarray(0, beginning.length).equals(beginning);
}

/** Whether a word that ends with the registration would be longer in `bytes`: what follows it is no frame and no mark. */
function goesOn(bytes: Buffer, { registration, marks }: Expected): boolean {
  const { length } = registration;
  if (marks.some((mark) => startsWith(bytes.subarray(length), mark))) return false;
  return bytes.length > length && isWord(bytes, length - 1) && isWord(bytes, length);
}

function isWord(bytes: Buffer, at: number): boolean {
  return WORD.test(bytes.toString('latin1', at, at + 1));
}
