/**
 * Accounts. Passwords, sessions and audit are in people/; live streams of an account that was closed end at once. What is
 * known of the person besides is routes/staff.ts.
 */
import { defined } from '../../core/assert.ts';
import { created, listOf, noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { AccountBody, NewUserBody, PasswordBody, UserBody, UsernameParams } from '../request-schemas.ts';
import { UserViewSchema } from '../schemas.ts';
import type { ApiServices } from '../services.ts';
import { toUserView } from '../views.ts';

const tags = ['users'];
const config = { permission: 'user.manage' } as const;

export function userRoutes(api: Api, context: ApiContext): void {
  registerRoutes(api, context);
  changeRoutes(api, context);
  stateRoutes(api, context);
}

function registerRoutes(api: Api, { services }: ApiContext): void {
  const { people, queries } = services;
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
        description: 'Problems: `user-exists`, `weak-password`, `roles-mixed`, `store-failed`.',
        tags,
        body: NewUserBody,
        response: created(UserViewSchema),
      },
    },
    async (request, reply) => {
      await people.createUser(request.body, personOf(request).username);
      await readAgain(services);
      reply.code(201);
      return toUserView(defined(await queries.user(request.body.username), 'the user that was made'));
    },
  );
}

/** The account is as it was made; that the staff cannot be read at the moment is mended by the next reading. */
async function readAgain({ staff, log }: Pick<ApiServices, 'staff' | 'log'>): Promise<void> {
  await staff
    .reload()
    .catch((error: unknown) => log.warn({ err: error }, 'staff could not be read after a change'));
}

function changeRoutes(api: Api, { services, hub }: ApiContext): void {
  const { people, queries } = services;
  api.put(
    '/users/:username',
    {
      config,
      schema: {
        operationId: 'setUser',
        summary: 'Replace name and roles of an account; its sessions go on with the new roles',
        description:
          'Problems: `user-unknown`, `staff-changed`, `roles-mixed`, `last-admin`, `store-failed`.',
        tags,
        params: UsernameParams,
        body: UserBody,
        response: ok(UserViewSchema),
      },
    },
    async (request) => {
      const { username } = request.params;
      const { version, ...input } = request.body;
      await people.setUser(username, input, personOf(request).username, version);
      void hub.recheck();
      await readAgain(services);
      return toUserView(defined(await queries.user(username), 'the user that was changed'));
    },
  );

  api.post(
    '/users/:username/password',
    {
      config,
      schema: {
        operationId: 'setPassword',
        summary: 'Set a password; ends the sessions of the account',
        description: 'Problems: `user-unknown`, `staff-changed`, `weak-password`, `store-failed`.',
        tags,
        params: UsernameParams,
        body: PasswordBody,
        response: noContent(),
      },
    },
    async (request, reply) => {
      const { password, version } = request.body;
      await people.setPassword(request.params.username, password, personOf(request).username, version);
      void hub.recheck();
      return reply.code(204).send(null);
    },
  );
}

function stateRoutes(api: Api, { services, hub }: ApiContext): void {
  const { people } = services;
  for (const verb of ['disable', 'enable'] as const) {
    const summary =
      verb === 'disable'
        ? 'Close an account: its sessions end, its open tickets go to the supervisor'
        : 'Open an account again';
    api.post(
      `/users/:username/${verb}`,
      {
        config,
        schema: {
          operationId: `${verb}User`,
          summary,
          description: 'Problems: `user-unknown`, `staff-changed`, `last-admin`, `store-failed`.',
          tags,
          params: UsernameParams,
          body: AccountBody,
          response: noContent(),
        },
      },
      async (request, reply) => {
        const { username } = request.params;
        const by = personOf(request).username;
        await people.setDisabled(username, verb === 'disable', by, request.body.version);
        void hub.recheck();
        await readAgain(services);
        return reply.code(204).send(null);
      },
    );
  }
}
