/** Readings that the sink has refused: what they are and why; sent again, or discarded, by an administrator, audited. */
import type { Static } from 'typebox';
import type { SiteModel } from '../../config/model.ts';
import { RiserError } from '../../core/errors.ts';
import { type PointId, toId } from '../../core/ids.ts';
import { UNITS } from '../../core/units.ts';
import { ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import type { ApiServices } from '../services.ts';
import type { QuarantinedReading, QuarantinePort, QuarantineSelection } from '../storage-port.ts';
import {
  DiscardResultSchema,
  QuarantineQuery,
  QuarantineSchema,
  QuarantineSelectionBody,
  ResendResultSchema,
} from '../storage-schema.ts';

const tags = ['operations'];
/** Sending 150,000 readings again to a slow server. */
const RESEND_MS = 10 * 60_000;

export function quarantineRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/quarantine',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'listQuarantine',
        summary: 'Readings that the sink has refused, newest first, with counts by reason',
        tags,
        querystring: QuarantineQuery,
        response: ok(QuarantineSchema),
      },
    },
    async ({ query }) => {
      const quarantine = requireQuarantine(services);
      const [page, counts] = await Promise.all([
        quarantine.list(query.beforeId ?? null, query.limit),
        quarantine.counts(),
      ]);
      return {
        items: page.items.map((reading) => toView(services.model, reading)),
        nextBeforeId: page.nextBeforeId,
        counts: [...counts],
        total: counts.reduce((sum, { readings }) => sum + readings, 0),
      };
    },
  );
  commandRoutes(api, services);
}

function commandRoutes(api: Api, services: ApiServices): void {
  const config = { permission: 'storage.manage' } as const;

  api.post(
    '/quarantine/resend',
    {
      config,
      handlerTimeout: RESEND_MS,
      schema: {
        operationId: 'resendQuarantine',
        summary: 'Send readings again; what is refused again stays, with its new reason',
        tags,
        body: QuarantineSelectionBody,
        response: ok(ResendResultSchema),
      },
    },
    async ({ person, body }) => {
      const result = await requireQuarantine(services).resend(toSelection(body));
      await audit(services, personOf({ person }).username, 'quarantine-resend', body, { ...result });
      return result;
    },
  );

  api.post(
    '/quarantine/discard',
    {
      config,
      schema: {
        operationId: 'discardQuarantine',
        summary: 'Throw readings away for good',
        tags,
        body: QuarantineSelectionBody,
        response: ok(DiscardResultSchema),
      },
    },
    async ({ person, body }) => {
      const quarantine = requireQuarantine(services);
      const counts = await quarantine.counts();
      const detail = { before: counts.slice(0, MAX_AUDITED_REASONS) };
      // Written down first: what cannot be written down is not thrown away.
      await audit(services, personOf({ person }).username, 'quarantine-discard', body, detail);
      return { discardedReadings: await quarantine.discard(toSelection(body)) };
    },
  );
}

/** Reasons kept beside a discard: what was in the quarantine before it. */
const MAX_AUDITED_REASONS = 10;

/** @throws RiserError `not-found` where nothing is forwarded. */
function requireQuarantine({ storage }: ApiServices): QuarantinePort {
  if (storage.quarantine === null) throw new RiserError('not-found', { what: NOUNS.quarantine });
  return storage.quarantine;
}

function toSelection({ ids }: Static<typeof QuarantineSelectionBody>): QuarantineSelection {
  return ids ?? 'all';
}

function audit(
  services: ApiServices,
  actor: string,
  action: string,
  { ids }: Static<typeof QuarantineSelectionBody>,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const object = ids === null ? 'all' : `${ids.length} readings`;
  return services.audit({ actor, action, object, detail });
}

function toView(
  model: SiteModel,
  { id, at, reason, point, stampMs, value, quality }: QuarantinedReading,
): Static<typeof QuarantineSchema>['items'][number] {
  const name = point === null ? null : `${point.equipment}/${point.name}`;
  const def = name === null ? undefined : model.points[model.pointIndex.get(toId<PointId>(name)) ?? -1];
  return {
    id,
    atMs: Date.parse(at),
    reason,
    point: name,
    text: def?.text ?? null,
    equipmentName: def === undefined ? null : (model.equipment.get(def.equipment)?.name ?? null),
    stampMs,
    value,
    unit: def === undefined ? '' : UNITS[def.unit],
    qualityCode: quality,
    isResendable: point !== null && stampMs !== null,
  };
}
