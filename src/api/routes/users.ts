/** Accounts. Passwords, sessions and audit are in people/; live streams of an account that was closed end at once. */
import { defined } from '../../core/assert.ts';
import { created, listOf, noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { EmptyBody, NewUserBody, PasswordBody, UsernameParams } from '../request-schemas.ts';
import { UserViewSchema } from '../schemas.ts';
import { toUserView } from '../views.ts';

const tags = ['users'];
const config = { permission: 'user.manage' } as const;

export function userRoutes(api: Api, context: ApiContext): void {
  registerRoutes(api, context);
  changeRoutes(api, context);
}

function registerRoutes(api: Api, { services: { people, queries } }: ApiContext): void {
  api.get(
    '/users',
    {
      config,
      schema: {
        operationId: 'listUsers',
        summary: 'All accounts',
        tags,
        response: ok(listOf(UserViewSchema)),
      },
    },
    async () => {
      const items = (await queries.users()).map(toUserView);
      return { items, total: items.length };
    },
  );

  api.post(
    '/users',
    {
      config,
      schema: {
        operationId: 'createUser',
        summary: 'Make an account',
        tags,
        body: NewUserBody,
        response: created(UserViewSchema),
      },
    },
    async (request, reply) => {
      await people.createUser(request.body, personOf(request).username);
      reply.code(201);
      return toUserView(defined(await queries.user(request.body.username), 'the user that was made'));
    },
  );
}

function changeRoutes(api: Api, { services: { people }, hub }: ApiContext): void {
  api.post(
    '/users/:username/password',
    {
      config,
      schema: {
        operationId: 'setPassword',
        summary: 'Set a password; ends the sessions of the account',
        tags,
        params: UsernameParams,
        body: PasswordBody,
        response: noContent(),
      },
    },
    async (request, reply) => {
      await people.setPassword(request.params.username, request.body.password, personOf(request).username);
      void hub.recheck();
      return reply.code(204).send(null);
    },
  );

  for (const verb of ['disable', 'enable'] as const) {
    const summary = verb === 'disable' ? 'Close an account; ends its sessions' : 'Open an account again';
    api.post(
      `/users/:username/${verb}`,
      {
        config,
        schema: {
          operationId: `${verb}User`,
          summary,
          tags,
          params: UsernameParams,
          body: EmptyBody,
          response: noContent(),
        },
      },
      async (request, reply) => {
        await people.setDisabled(request.params.username, verb === 'disable', personOf(request).username);
        void hub.recheck();
        return reply.code(204).send(null);
      },
    );
  }
}
