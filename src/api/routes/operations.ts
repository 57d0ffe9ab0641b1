/** What operators and their tools ask at the root: health, readiness, metrics, the description of the API. */
import type { Readable } from 'node:stream';
import Type from 'typebox';
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { errorsPage } from '../errors-page.ts';
import { createPointMetrics, POINT_METRICS_TYPE } from '../point-metrics.ts';
import { HealthViewSchema, ReadyViewSchema } from '../schemas.ts';

const tags = ['operations'];
const figures = <T>() => ({
  ...ok(Type.String()),
  200: { description: 'Figures', content: { 'text/plain': { schema: Type.Unsafe<T>({ type: 'string' }) } } },
});

export function operationRoutes(api: Api, context: ApiContext): void {
  probeRoutes(api, context);
  metricsRoutes(api, context);
  descriptionRoutes(api, context);
}

function probeRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'public' } as const;

  api.get(
    '/health',
    {
      config,
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the gateway works, part by part; 503 when it must be restarted',
        tags,
        response: { ...ok(HealthViewSchema), 503: HealthViewSchema },
      },
    },
    async (_request, reply) => {
      const { isAlive, status, parts } = services.health();
      reply.code(isAlive ? 200 : 503).header('cache-control', 'no-store');
      return { isAlive, status, parts: [...parts] };
    },
  );

  api.get(
    '/ready',
    {
      config,
      schema: {
        operationId: 'getReady',
        summary: 'Whether polling has begun and the stores answer',
        tags,
        response: { ...ok(ReadyViewSchema), 503: ReadyViewSchema },
      },
    },
    async (_request, reply) => {
      const isReady = services.isReady();
      reply.code(isReady ? 200 : 503).header('cache-control', 'no-store');
      return { isReady };
    },
  );
}

function metricsRoutes(api: Api, { services, metrics, hub }: ApiContext): void {
  const config = { permission: 'site.read', isOpenOnLoopback: true } as const;
  const renderPoints = createPointMetrics();

  api.get(
    '/metrics',
    {
      config,
      schema: {
        operationId: 'getMetrics',
        summary: 'Figures for Prometheus; without a session only from this machine',
        tags,
        response: figures<string>(),
      },
    },
    async (_request, reply) => {
      const text = await metrics.render([...services.figures(), ...hub.figures()]);
      return reply.type(metrics.contentType).send(text);
    },
  );

  api.get(
    '/metrics/points',
    {
      config,
      // A HEAD would have to make all of it to say nothing.
      exposeHeadRoute: false,
      schema: {
        operationId: 'getPointMetrics',
        summary:
          'Data-quality figures of every point for Prometheus: a target of its own, to be scraped less often',
        tags,
        response: figures<Readable>(),
      },
    },
    async (_request, reply) => reply.type(POINT_METRICS_TYPE).send(renderPoints(services)),
  );
}

function descriptionRoutes(api: Api, _context: ApiContext): void {
  const config = { permission: 'public' } as const;
  api.get('/openapi.json', { config, schema: { hide: true } }, async () => api.swagger());
  api.get('/docs/errors', { config, schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(errorsPage()),
  );
}
