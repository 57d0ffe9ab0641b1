/** The steps of one point under test, as they are worked in the plant room: value, photo, ticket, signature. */
import { randomUUID } from 'node:crypto';
import multipart from '@fastify/multipart';
import Type from 'typebox';
import { ATTACHMENT_LIMITS } from '../../attachments/limits.ts';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, toId, toPointId } from '../../core/ids.ts';
import { created, ok } from '../answers.ts';
import { toDetail } from '../commissioning-detail.ts';
import {
  CheckBody,
  CommissionDetailSchema,
  NoteBody,
  ReasonBody,
  SignBody,
  WaiveBody,
} from '../commissioning-schema.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { AttachmentParams, IdParams, PointParams } from '../request-schemas.ts';
import { sendAttachment } from '../send-attachment.ts';
import { InputError } from '../validation.ts';

const tags = ['commissioning'];
const work = { permission: 'commissioning.work' } as const;
const manage = { permission: 'commissioning.manage' } as const;
const answer = { tags, response: ok(CommissionDetailSchema) };
const POINT = '/commissioning/:equipment/points/:point';
/** What the parts around the file cost: their headings and boundaries. */
const MULTIPART_BYTES = 16 * 1024;

export function commissioningStepRoutes(api: Api, context: ApiContext): void {
  proofRoutes(api, context);
  signRoutes(api, context);
  photoRoute(api, context);
  // In a scope of its own: no other route takes such a body.
  void api.register(async (scope) => {
    await scope.register(multipart, {
      limits: { fileSize: ATTACHMENT_LIMITS.fileBytes + 1, files: 1, fields: 2, parts: 3, fieldSize: 100 },
      throwFileSizeLimit: false,
    });
    uploadRoute(scope, context);
  });
}

const toPoint = (params: { readonly equipment: string; readonly point: string }) =>
  toPointId(toId<EquipmentId>(params.equipment), params.point);

function proofRoutes(api: Api, { services }: ApiContext): void {
  const { commissioning } = services;
  api.post(
    `${POINT}/value`,
    {
      config: work,
      schema: {
        operationId: 'checkCommissionedValue',
        summary: 'Compare what the gateway shows now with what was read on the panel',
        params: PointParams,
        body: CheckBody,
        ...answer,
      },
    },
    async (request) => {
      const { params, body } = request;
      const { tolerance = null, ...input } = body;
      checkPanel(services.model, toPoint(params), body.panel);
      await commissioning.checkValue(toPoint(params), { ...input, tolerance }, personOf(request).username);
      return toDetail(services, params.equipment);
    },
  );

  api.post(
    `${POINT}/ticket`,
    {
      config: { permission: 'ticket.dispatch' },
      schema: {
        operationId: 'confirmCommissionedTicket',
        summary: 'The desk confirms by name that the trial ticket or its message has come',
        params: PointParams,
        body: NoteBody,
        ...answer,
      },
    },
    async (request) => {
      const { params, body } = request;
      await commissioning.confirmTicket(toPoint(params), body.note, personOf(request).username);
      return toDetail(services, params.equipment);
    },
  );

  api.post(
    `${POINT}/waive`,
    {
      config: manage,
      schema: {
        operationId: 'waiveCommissionedStep',
        summary:
          'A reason instead of an alarm that cannot be provoked, or of its ticket; never for life safety',
        params: PointParams,
        body: WaiveBody,
        ...answer,
      },
    },
    async (request) => {
      const { params, body } = request;
      await commissioning.waive(toPoint(params), body.step, body.reason, personOf(request).username);
      return toDetail(services, params.equipment);
    },
  );
}

function signRoutes(api: Api, { services }: ApiContext): void {
  const { commissioning } = services;
  api.post(
    '/commissioning/:id/sign',
    {
      config: manage,
      schema: {
        operationId: 'signCommissionedPoints',
        summary: 'Sign points of one equipment: from now on their alarms open tickets',
        params: IdParams,
        body: SignBody,
        ...answer,
      },
    },
    async (request) => {
      const { params, body } = request;
      const points = body.points.map((point) => toPoint({ equipment: params.id, point }));
      await commissioning.sign(points, body.note, personOf(request).username);
      return toDetail(services, params.id);
    },
  );

  api.post(
    `${POINT}/withdraw`,
    {
      config: manage,
      schema: {
        operationId: 'withdrawCommissionedSignature',
        summary: 'Take a signature back, with the reason',
        params: PointParams,
        body: ReasonBody,
        ...answer,
      },
    },
    async (request) => {
      const { params, body } = request;
      await commissioning.withdraw(toPoint(params), body.reason, personOf(request).username);
      return toDetail(services, params.equipment);
    },
  );
}

function uploadRoute(api: Api, { services }: ApiContext): void {
  const { commissioning, attachments } = services;
  api.post(
    `${POINT}/photos`,
    {
      config: work,
      bodyLimit: ATTACHMENT_LIMITS.fileBytes + MULTIPART_BYTES,
      handlerTimeout: ATTACHMENT_LIMITS.receiveMs,
      schema: {
        operationId: 'addCommissioningPhoto',
        summary: 'A photo of the panel or the device as evidence',
        description: 'multipart/form-data with one `file`: JPEG, PNG, WebP, HEIC or PDF; at most 10 MB.',
        tags,
        consumes: ['multipart/form-data'],
        params: PointParams,
        response: created(CommissionDetailSchema),
      },
    },
    async (request, reply) => {
      const { params } = request;
      const part = request.isMultipart() ? await request.file() : undefined;
      if (part === undefined)
        throw new InputError([{ path: 'body.file', expected: 'one file as multipart/form-data' }]);
      const { username: by } = personOf(request);
      const file = { id: toId<never>(`file-${randomUUID()}`), name: part.filename, by };
      const photo = await attachments.receive(part.file, file);
      try {
        await commissioning.addPhoto(toPoint(params), photo, by);
      } catch (error) {
        // Where it is not known whether it was stored, the sweep decides by what stands in the record.
        if (error instanceof RiserError && error.status < 500) await attachments.discard(photo.id);
        throw error;
      }
      reply.code(201).header('location', `/api/v1/commissioning/${params.equipment}/photos/${photo.id}`);
      return toDetail(services, params.equipment);
    },
  );
}

function photoRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/commissioning/:id/photos/:attachment',
    {
      config: { permission: 'site.read', isStream: true },
      handlerTimeout: ATTACHMENT_LIMITS.receiveMs,
      exposeHeadRoute: false,
      schema: {
        operationId: 'getCommissioningPhoto',
        summary: 'A photo of a commissioned point; with `Range` a part of it',
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
      const { id, attachment } = request.params;
      const found = services.commissioning.photo(toId<EquipmentId>(id), attachment);
      if (found === null) throw new RiserError('not-found', { what: NOUNS.attachment });
      return sendAttachment(found, request, reply, services);
    },
  );
}

/** A text is compared with a text, a number with a number. @throws InputError */
function checkPanel(
  { points, pointIndex }: ApiContext['services']['model'],
  id: ReturnType<typeof toPointId>,
  panel: number | string,
): void {
  const point = points[pointIndex.get(id) ?? -1];
  if (point === undefined || (point.type === 'text') === (typeof panel === 'string')) return;
  const expected = point.type === 'text' ? 'the text on the panel' : 'the number on the panel';
  throw new InputError([{ path: 'body.panel', expected }]);
}
