/** Paths that no route answers: 405 where another method would be answered (RFC 9110 §15.5.6), else 404. */
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { RiserError } from '../core/errors.ts';
import type { Api } from './context.ts';
import { NOUNS } from './nouns.ts';

/** Register before any route. */
export function answerUnknownPaths(api: Api): void {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  api.addHook('onRoute', (route: RouteOptions) => {
    if (!route.url.includes('*'))
      routes.push({ pattern: toPattern(route.url), methods: [route.method].flat() });
  });
  const refuse = (request: FastifyRequest, reply: FastifyReply): void => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = new Set(
      routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods),
    );
    if (methods.size === 0 || methods.has(request.method))
      throw new RiserError('not-found', { what: NOUNS.apiPath });
    void reply.header('allow', [...methods].join(', '));
    throw new RiserError('wrong-method');
  };
  api.decorate('refuseUnknownPath', refuse);
  api.setNotFoundHandler((request, reply) => refuse(request, reply));
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Throws what an unanswered path is told: `wrong-method` or `not-found`. */
    refuseUnknownPath(request: FastifyRequest, reply: FastifyReply): void;
  }
}

function toPattern(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[^\w-]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}/?$`);
}
