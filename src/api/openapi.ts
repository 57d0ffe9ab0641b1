/** The description of the API, made from the routes' own schemas, and its page with assets from this machine only. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { LIBRARY_SCOPE, SESSION_COOKIE } from './access.ts';
import type { Api } from './context.ts';

/** To be registered before any route. */
export async function describeApi(api: Api, version: string): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Riser',
        version,
        description:
          'Times are UTC milliseconds; texts come in Chinese and English. Every refusal is a problem document (RFC 9457) with a stable code.',
      },
      components: {
        securitySchemes: {
          cookie: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, at) => (json['$id'] ?? `shape-${at}`) as string,
    },
    transform: ({ schema, url, route }) => {
      const permission = route.config?.permission;
      const needs = permission === 'public' ? 'none' : [permission].flat().join(' or ');
      const description = [schema.description, `Permission: ${needs}.`].filter(Boolean).join(' ');
      const security = permission === 'public' ? [] : [{ cookie: [] }, { bearer: [] }];
      return { url, schema: { ...schema, description, security } };
    },
  });
}

/** To be registered after all routes. */
export async function serveDescription(api: Api): Promise<void> {
  await api.register(async (scope) => {
    scope.decorate(LIBRARY_SCOPE, 'public');
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { validatorUrl: null },
      logLevel: 'warn',
    });
  });
}
