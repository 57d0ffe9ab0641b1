/** Logging in, out, and who is logged in. Passwords, throttling and audit are in people/. */

import { SESSION_COOKIE } from '../access.ts';
import { noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { LoginBody } from '../request-schemas.ts';
import { PersonViewSchema, SessionViewSchema } from '../schemas.ts';
import { toPersonView } from '../views.ts';

const MINUTE_MS = 60_000;
const tags = ['session'];

export function sessionRoutes(api: Api, { services, hub, limits, isSecure }: ApiContext): void {
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure } as const;

  api.post(
    '/session',
    {
      config: { permission: 'public', rateLimit: { max: limits.loginsPerMinute, timeWindow: MINUTE_MS } },
      schema: {
        operationId: 'login',
        summary: 'Log in',
        tags,
        body: LoginBody,
        response: ok(SessionViewSchema),
      },
    },
    async (request, reply) => {
      const { username, password } = request.body;
      const { token, expiresAtMs, person } = await services.people.login(username, password, request.ip);
      const maxAge = Math.max(0, Math.floor((expiresAtMs - services.clock.now().wallMs) / 1_000));
      reply.setCookie(SESSION_COOKIE, token, { ...cookie, maxAge });
      return { person: toPersonView(person, services.model.site), token, expiresAtMs };
    },
  );

  api.get(
    '/session',
    {
      config: { permission: 'authenticated' },
      schema: {
        operationId: 'getSession',
        summary: 'Who is logged in',
        tags,
        response: ok(PersonViewSchema),
      },
    },
    async ({ person }) => toPersonView(personOf({ person }), services.model.site),
  );

  api.delete(
    '/session',
    {
      config: { permission: 'authenticated' },
      schema: { operationId: 'logout', summary: 'Log out', tags, response: noContent() },
    },
    async (request, reply) => {
      if (request.token !== null) {
        await services.people.logout(request.token);
        hub.endSession(request.token);
      }
      reply.clearCookie(SESSION_COOKIE, cookie);
      return reply.code(204).send(null);
    },
  );
}
