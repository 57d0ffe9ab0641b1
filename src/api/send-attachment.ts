/** Sends a photo or document with ranges, and never as something that a browser runs. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Attachment } from '../core/ticket.ts';
import { toRange } from './file-range.ts';
import type { ApiServices } from './services.ts';

type Keeper = Pick<ApiServices, 'attachments'>;

/** Shown in the page only where it is an image; everything else is saved, and nothing is guessed or run. */
export async function sendAttachment(
  { id, name, mediaType }: Attachment,
  request: FastifyRequest,
  reply: FastifyReply,
  { attachments }: Keeper,
): Promise<FastifyReply> {
  const range = toRange(request.headers.range);
  const part = await attachments.read(id, range ?? undefined);
  const isImage = mediaType.startsWith('image/');
  void reply
    .type(mediaType)
    .header('content-length', part.to - part.from + 1)
    .header('content-disposition', toDisposition(isImage ? 'inline' : 'attachment', name))
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'private, no-store')
    .header('accept-ranges', 'bytes');
  if (range !== null)
    void reply.code(206).header('content-range', `bytes ${part.from}-${part.to}/${part.bytes}`);
  return reply.send(part.stream);
}

/** RFC 6266: an ASCII name for old programs beside the real one. */
function toDisposition(how: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^\w.-]+/g, '_');
  return `${how}; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, toHex)}`;
}

function toHex(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}
