/** One file on its way from a request to the folder: recognised, measured, hashed, durable, and only then visible. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RiserError } from '../core/errors.ts';
import type { Attachment } from '../core/ticket.ts';
import { PARTIAL_SUFFIX } from '../store/attachment-files.ts';
import { type Folder, toAttachmentError } from './folder.ts';
import { ATTACHMENT_LIMITS, type AttachmentLimits } from './limits.ts';
import { type MediaType, recogniseMedia } from './media.ts';

type Received = Pick<Attachment, 'bytes' | 'sha256'> & { readonly mediaType: MediaType };

/** @throws RiserError `attachment-too-large`, `attachment-kind`, `attachment-failed`; then nothing of it is left. */
export async function receiveFile(
  source: Readable,
  id: string,
  folder: Folder,
  limits: Pick<AttachmentLimits, 'fileBytes' | 'receiveMs'>,
): Promise<Received> {
  const file = await folder.begin(id);
  try {
    const received = await fillAndClose(file, source, limits);
    await folder.publish(id);
    return received;
  } catch (error) {
    // What cannot be removed now is removed at the next start.
    await folder.remove(id + PARTIAL_SUFFIX).catch(() => undefined);
    throw toAttachmentError(error);
  }
}

async function fillAndClose(
  file: FileHandle,
  source: Readable,
  limits: Parameters<typeof fill>[2],
): Promise<Received> {
  try {
    return await fill(file, source, limits);
  } finally {
    await file.close();
  }
}

async function fill(
  file: FileHandle,
  source: Readable,
  { fileBytes, receiveMs }: Pick<AttachmentLimits, 'fileBytes' | 'receiveMs'>,
): Promise<Received> {
  const hash = createHash('sha256');
  let bytes = 0;
  let head = Buffer.alloc(0);
  let mediaType: MediaType | null = null;
  await pipeline(
    source,
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > fileBytes) throw tooLarge(fileBytes);
        hash.update(chunk);
        if (mediaType === null) {
          head = Buffer.concat([head, chunk.subarray(0, ATTACHMENT_LIMITS.headBytes)]);
          // Refused as soon as it is known, not after 10 MB.
          if (head.length >= ATTACHMENT_LIMITS.headBytes) mediaType = assertMedia(head);
        }
        await file.writeFile(chunk);
      }
    },
    { signal: AbortSignal.timeout(receiveMs) },
  ).catch(toReceptionError);
  mediaType ??= assertMedia(head);
  await file.sync();
  return { mediaType, bytes, sha256: hash.digest('hex') };
}

/** Whatever ended the connection, the person sends it again. */
function toReceptionError(error: unknown): never {
  const known = toAttachmentError(error);
  if (known instanceof RiserError) throw known;
  throw new RiserError('attachment-failed', { reason: 'ECONNRESET' }, { cause: error });
}

function assertMedia(head: Buffer): MediaType {
  const media = recogniseMedia(head);
  if (media === null) throw new RiserError('attachment-kind');
  return media;
}

function tooLarge(fileBytes: number): RiserError {
  return new RiserError('attachment-too-large', { megabytes: Math.floor(fileBytes / (1024 * 1024)) });
}
