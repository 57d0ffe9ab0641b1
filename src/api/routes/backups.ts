/** Backups of the gateway: what there is, how the last one went, and one more now. Making them is backup/'s work. */
import type { Static } from 'typebox';
import { accepted, ok } from '../answers.ts';
import { BackupsViewSchema } from '../backup-schema.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import type { ApiServices } from '../services.ts';

const tags = ['operations'];

export function backupRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/backups',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'listBackups',
        summary: 'Backups, their schedule and how the last one went',
        tags,
        response: ok(BackupsViewSchema),
      },
    },
    async () => toBackupsView(services.backups),
  );

  api.post(
    '/backups',
    {
      config: { permission: 'backup.run' },
      schema: {
        operationId: 'runBackup',
        summary: 'Make a backup now',
        description:
          'Answers when it has begun; how it ends is in the status of `GET /backups`. Problems: `backup-running`, ' +
          '`backup-not-configured`.',
        tags,
        response: accepted(BackupsViewSchema),
      },
    },
    async ({ person }, reply) => {
      const { backups } = services;
      backups.runNow();
      const object = backups.schedule?.directory ?? '';
      await services.audit({
        actor: personOf({ person }).username,
        action: 'backup-run',
        object,
        detail: {},
      });
      return reply.code(202).send(toBackupsView(backups));
    },
  );
}

function toBackupsView(backups: ApiServices['backups']): Static<typeof BackupsViewSchema> {
  const items = backups.list().map(({ path: _path, site: _site, ...shown }) => shown);
  return { schedule: backups.schedule, status: backups.status(), items, total: items.length };
}
