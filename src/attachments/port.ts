/** What the rest of the gateway sees of attachments; attachments.ts keeps them. */
import type { Readable } from 'node:stream';
import type { AttachmentId } from '../core/ids.ts';
import type { Attachment } from '../core/ticket.ts';

export interface ReadPart {
  readonly stream: Readable;
  /** Of the whole file. */
  readonly bytes: number;
  /** First and last byte of the stream; -1 as last of an empty file. */
  readonly from: number;
  readonly to: number;
}

export interface NewAttachment {
  /** New and random. */
  readonly id: AttachmentId;
  /** As the person's device calls it; shown, never used as a path. */
  readonly name: string;
  readonly by: string;
}

export interface AttachmentCounters {
  readonly files: number;
  readonly bytes: number;
  readonly receiving: number;
  readonly received: number;
  /** Too large, of another kind, no room, too many at once. */
  readonly refused: number;
  readonly failed: number;
  /** Orphans that were removed. */
  readonly swept: number;
}

export interface Attachments {
  /** Makes the folder, counts what is in it, removes what an earlier process had not received whole. @throws RiserError `attachment-failed`. */
  start(): Promise<void>;
  /** Ends the sweep; a reception that is under way ends by itself. */
  stop(): Promise<void>;
  /**
   * The file is durable when this resolves. The source is read to its end or destroyed.
   * @throws RiserError `attachment-too-large`, `attachment-kind`, `attachments-full`, `attachments-busy`,
   * `attachment-failed`; then nothing of it is left.
   */
  receive(source: Readable, file: NewAttachment): Promise<Attachment>;
  /**
   * @param part bytes from … to, both included; left out = all
   * @returns the caller reads the stream to its end or destroys it
   * @throws RiserError `not-found`, `range-not-satisfiable`, `attachment-failed`.
   */
  read(id: AttachmentId, part?: { readonly from: number; readonly to: number | null }): Promise<ReadPart>;
  /** Takes back what was received for a transition that was refused. One that is gone is no error. */
  discard(id: AttachmentId): Promise<void>;
  counters(): AttachmentCounters;
}
