/** Limits of attachments, with their reasons. Units are in the names. */

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export const ATTACHMENT_LIMITS = {
  /** One photo of a telephone has 2–6 MB, a scanned report of a few pages as much. */
  fileBytes: 10 * MIB,
  /** All of them: ten photos a day for more than a year; beyond it new ones are refused and the old ones stay. */
  totalBytes: 20 * 1024 * MIB,
  /** Left free on the disk for the database and the journal. */
  reserveBytes: 512 * MIB,
  /** Received at once; each may hold a connection for `receiveMs`. */
  receiving: 8,
  /** Longest reception: 10 MB over a bad mobile connection. */
  receiveMs: 120_000,
  /** First bytes that are looked at to recognise the kind; a list of brands of HEIC is shorter. */
  headBytes: 64,
  /** What nobody has put on a ticket for so long is an orphan: the form was never sent, or was refused. */
  orphanMs: 24 * HOUR_MS,
  /** Between two sweeps. */
  sweepMs: HOUR_MS,
  /** Files that one sweep looks at; beyond it something else lies in the folder. */
  files: 200_000,
  /** Longest name that is kept (characters). */
  nameChars: 200,
} as const;

/** Those that tests and other sites set. */
export type AttachmentLimits = Pick<
  { readonly [Name in keyof typeof ATTACHMENT_LIMITS]: number },
  'fileBytes' | 'totalBytes' | 'reserveBytes' | 'receiving' | 'receiveMs' | 'orphanMs' | 'sweepMs'
>;
