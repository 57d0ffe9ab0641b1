/** The audit log: who did what to accounts, sessions, configuration and simulators. Append-only; read here. */
import { listOf, ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { PageQuery } from '../request-schemas.ts';
import { AuditEntrySchema } from '../schemas.ts';

export function auditRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/audit',
    {
      config: { permission: 'audit.read' },
      schema: {
        operationId: 'listAudit',
        summary: 'Audit log, newest first',
        tags: ['audit'],
        querystring: PageQuery,
        response: ok(listOf(AuditEntrySchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await services.queries.audit(query);
      return { items: items.map((row) => ({ ...row })), total };
    },
  );
}
