/**
 * Photos and documents of a ticket: received as multipart, kept beside the database (attachments/), put on the ticket by the
 * step `attach`; what a refused step leaves is taken back. Read with ranges, and never as something that a browser runs.
 */
import { randomUUID } from 'node:crypto';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ATTACHMENT_LIMITS } from '../../attachments/limits.ts';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { type AttachmentId, toId } from '../../core/ids.ts';
import { isThere } from '../../core/ticket-words.ts';
import { requireUploadRate } from '../../tickets/rates.ts';
import { created, ok, Ticket } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { type AttachInput, AttachmentParams, AttachQuery, IdParams } from '../request-schemas.ts';
import { sendAttachment } from '../send-attachment.ts';
import { findTicket, READ_TICKETS, requireReadable, showTicket, toActor } from '../ticket-readers.ts';
import { toReadableAttachments } from '../ticket-views.ts';
import { InputError } from '../validation.ts';

const tags = ['tickets'];
const config = { permission: READ_TICKETS } as const;
/** What the parts around the file cost: their headings and boundaries. */
const MULTIPART_BYTES = 16 * 1024;

export function ticketAttachmentRoutes(api: Api, context: ApiContext): void {
  downloadRoute(api, context);
  // In a scope of its own: no other route takes such a body.
  void api.register(async (scope) => {
    await scope.register(multipart, {
      // One more byte than a file may have: where it is too large is judged, and told, by who keeps it.
      limits: { fileSize: ATTACHMENT_LIMITS.fileBytes + 1, files: 1, fields: 2, parts: 3, fieldSize: 100 },
      throwFileSizeLimit: false,
    });
    uploadRoute(scope, context);
  });
}

function uploadRoute(api: Api, { services, policies }: ApiContext): void {
  api.post(
    '/tickets/:id/attachments',
    {
      config,
      bodyLimit: ATTACHMENT_LIMITS.fileBytes + MULTIPART_BYTES,
      handlerTimeout: ATTACHMENT_LIMITS.receiveMs,
      schema: {
        operationId: 'attachTicket',
        summary: 'Attach a photo or document (上传附件): the step `attach`',
        description:
          'multipart/form-data: the fields `version` and `occurredAtMs` (or both in the query), then one `file`. ' +
          'JPEG, PNG, WebP, HEIC or PDF, known by its first bytes; at most 10 MB.',
        tags,
        consumes: ['multipart/form-data'],
        params: IdParams,
        querystring: AttachQuery,
        response: created(Ticket),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const actor = toActor(personOf(request), services);
      await requireReadable(id, actor, services);
      await requireRate(id, actor.username, services, policies);
      const { part, version, occurredAtMs } = await readUpload(request);
      const file = { id: toNewId(), name: part.filename, by: actor.username };
      const attachment = await services.attachments.receive(part.file, file);
      try {
        const { ticket } = await services.commands.submit({
          type: 'ticket-transition',
          ticket: toId(id),
          version,
          transitions: [{ type: 'attach', attachment }],
          form: null,
          actor,
          occurredAtMs,
          personal: null,
        });
        const explained = await services.queries.explained();
        reply.code(201).header('location', `/api/v1/tickets/${id}/attachments/${attachment.id}`);
        const changed = defined(ticket, 'the ticket of an attachment');
        return await showTicket(changed, actor, services, policies, { isWhole: true, explained });
      } catch (error) {
        // Where it is not known whether the step was stored, the sweep decides by what stands on a ticket.
        const isRefused = error instanceof RiserError && error.status < 500;
        if (isRefused) await services.attachments.discard(attachment.id);
        throw error;
      }
    },
  );
}

/** Before 10 MB are received in vain; the step itself judges. @throws RiserError `upload-limited` */
async function requireRate(
  id: string,
  by: string,
  { queries, clock }: ApiContext['services'],
  policies: ApiContext['policies'],
): Promise<void> {
  const ticket = await queries.ticket(id);
  if (ticket === null) return;
  requireUploadRate(ticket, by, await policies.of(ticket.policyVersion), clock.now().wallMs);
}

/** A name begins with a letter (`ID_PATTERN`), which most random ones do not. */
function toNewId(): AttachmentId {
  return toId(`file-${randomUUID()}`);
}

interface Upload {
  readonly part: MultipartFile;
  readonly version: number;
  readonly occurredAtMs: number | null;
}

/** Fields stand before the file. @throws InputError */
async function readUpload(request: FastifyRequest<{ Querystring: AttachInput }>): Promise<Upload> {
  const part = request.isMultipart() ? await request.file() : undefined;
  if (part === undefined)
    throw new InputError([{ path: 'body.file', expected: 'one file as multipart/form-data' }]);
  const version = request.query.version ?? toNumber(part.fields['version']);
  const occurredAtMs = request.query.occurredAtMs ?? toNumber(part.fields['occurredAtMs']) ?? null;
  if (version === undefined) {
    part.file.resume();
    throw new InputError([{ path: 'body.version', expected: 'the version of the ticket, before the file' }]);
  }
  return { part, version, occurredAtMs };
}

function toNumber(field: MultipartFile['fields'][string]): number | undefined {
  if (field === undefined || Array.isArray(field) || !('value' in field)) return undefined;
  const text = String(field.value);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function downloadRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/tickets/:id/attachments/:attachment',
    {
      config: { ...config, isStream: true },
      handlerTimeout: ATTACHMENT_LIMITS.receiveMs,
      exposeHeadRoute: false,
      schema: {
        operationId: 'getTicketAttachment',
        summary: 'A photo or document of a ticket; with `Range` a part of it',
        tags,
        params: AttachmentParams,
        response: {
          ...ok(Type.String()),
          200: { description: 'File', content: { 'application/octet-stream': { schema: Type.String() } } },
          206: { description: 'Part', content: { 'application/octet-stream': { schema: Type.String() } } },
        },
      },
    },
    async (request, reply) => {
      const { id, attachment: wanted } = request.params;
      const actor = toActor(personOf(request), services);
      const ticket = await findTicket(id, actor, services);
      const found = toReadableAttachments(ticket, actor).find((one) => one.id === wanted);
      if (found === undefined || !isThere(found))
        throw new RiserError('not-found', { what: NOUNS.attachment });
      return sendAttachment(found, request, reply, services);
    },
  );
}
