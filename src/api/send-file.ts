/** Answers with a file that is made while it is sent: in the pace of the client, and ended when the client goes away. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { RiserError } from '../core/errors.ts';
import type { ExportFile } from './export/export.ts';

/** `complete`, or `incomplete`; the last row of the file says why. */
export const TRAILER = 'x-riser-export';

/**
 * What fails before the first bytes is answered as a problem.
 * @param onEnd called once, however it ends
 */
export async function sendFile(
  { name, contentType, chunks, ending }: ExportFile,
  reply: FastifyReply,
  signal: AbortSignal,
  onEnd: () => void,
): Promise<FastifyReply> {
  let first: IteratorResult<string | Uint8Array>;
  try {
    first = await chunks.next();
    if (signal.aborted) throw new RiserError('stopped');
  } catch (error) {
    onEnd();
    throw error;
  }
  const stream = Readable.from(follow(first, chunks));
  stream.once('close', onEnd);
  return reply
    .type(contentType)
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .trailer(TRAILER, (_reply, _payload, done) =>
      done(null, ending.missing === null ? 'complete' : 'incomplete'),
    )
    .send(stream);
}

async function* follow(
  first: IteratorResult<string | Uint8Array>,
  rest: AsyncGenerator<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  if (first.done === true) return;
  try {
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
