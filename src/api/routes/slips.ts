/** Pre-numbered paper slips (信息处理单): printed in blocks, listed, voided. Used ones are entered as tickets with their number. */
import Type from 'typebox';
import { LIMITS } from '../../core/limits.ts';
import { SLIP_LIMITS } from '../../slips/port.ts';
import { created, listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { closed, oneOf, paging, ShortText } from '../request-schemas.ts';
import { Ms, nullable } from '../schemas.ts';
import { toSlipPage } from '../slip-page.ts';

const tags = ['slips'];
const config = { permission: 'slip.manage' } as const;
const HTML = 'text/html; charset=utf-8';
const SlipSchema = Type.Object({
  number: Type.String(),
  printedAtMs: Ms,
  printedBy: Type.String(),
  ticket: nullable(Type.String({ description: 'null = not used yet' })),
  voided: nullable(Type.String({ description: 'Why it is spoiled; null = it is not' })),
});
const SlipsQuery = closed({ state: oneOf(['unused', 'all'], { default: 'unused' }), ...paging });
const PrintBody = closed({ count: Type.Integer({ minimum: 1, maximum: SLIP_LIMITS.block }) });
const VoidBody = closed({ reason: Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars }) });
const NumberParams = closed({ number: ShortText });

export function slipRoutes(api: Api, context: ApiContext): void {
  listRoutes(api, context);
  changeRoutes(api, context);
}

function listRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/slips',
    {
      config,
      schema: {
        operationId: 'listSlips',
        summary: 'Slips that are not used yet, or all',
        tags,
        querystring: SlipsQuery,
        response: ok(listOf(SlipSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await services.slips.list(query);
      return { items: [...items], total };
    },
  );

  api.get(
    '/slips/print',
    {
      config,
      schema: {
        operationId: 'printSlips',
        summary: 'Unused slips as a page to print, one sheet each',
        tags,
        querystring: closed(paging),
        response: {
          ...ok(Type.String()),
          200: { description: 'Page', content: { 'text/html': { schema: Type.String() } } },
        },
      },
    },
    async ({ query }, reply) => {
      const limit = Math.min(query.limit, SLIP_LIMITS.block);
      const { items } = await services.slips.list({ ...query, limit, state: 'unused' });
      return reply
        .type(HTML)
        .header('cache-control', 'no-store')
        .send(toSlipPage(services.model.site.name, items));
    },
  );
}

function changeRoutes(api: Api, { services }: ApiContext): void {
  api.post(
    '/slips',
    {
      config,
      schema: {
        operationId: 'makeSlips',
        summary: 'A block of new numbers; print them with `/slips/print`',
        tags,
        body: PrintBody,
        response: created(listOf(SlipSchema)),
      },
    },
    async (request, reply) => {
      const items = [...(await services.slips.print(request.body.count, personOf(request).username))];
      reply.code(201);
      return { items, total: items.length };
    },
  );

  api.post(
    '/slips/:number/void',
    {
      config,
      schema: {
        operationId: 'voidSlip',
        summary: 'A slip is spoiled or lost',
        tags,
        params: NumberParams,
        body: VoidBody,
        response: ok(SlipSchema),
      },
    },
    (request) => services.slips.void(request.params.number, request.body.reason, personOf(request).username),
  );
}
