/** Versions of the service policy (服务标准): list, compare, propose, review. What a policy may be, and who decides, is policies/. */
import Type, { type Static } from 'typebox';
import { LIMITS } from '../../core/limits.ts';
import type { HeldStep } from '../../policies/port.ts';
import type { PolicyVersionRow } from '../../store/store.ts';
import { created, listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { closed, LongText, PageQuery, ShortText } from '../request-schemas.ts';
import { Ms, nullable, strings, TextSchema } from '../schemas.ts';

const tags = ['policy'];
const read = { permission: 'ticket.read-all' } as const;
/** The default policy of a site has 30 kB. */
const POLICY_CHARS = 200_000;

const version = Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars });
const VersionParams = closed({ version });
const CompareQuery = closed({ from: version, to: version });
const text = Type.String({ minLength: 1, maxLength: POLICY_CHARS, description: 'The whole policy as YAML' });
const ProposeBody = closed({ text, reason: LongText });
const CheckBody = closed({ text });
const ApproveBody = closed({
  note: Type.String({ maxLength: LIMITS.textChars, default: '' }),
  comparedWith: Type.String({ ...ShortText, description: 'Version in force that it was compared with' }),
});
const NoteBody = closed({ note: Type.String({ maxLength: LIMITS.textChars, default: '' }) });

const VersionSchema = Type.Object({
  version: Type.String(),
  name: TextSchema,
  state: strings(['proposed', 'in-force', 'superseded', 'refused', 'withdrawn']),
  origin: strings(['file', 'api']),
  by: Type.String(),
  atMs: Ms,
  reason: Type.String(),
  reviewedBy: nullable(Type.String()),
  reviewedAtMs: nullable(Ms),
  reviewNote: Type.String(),
  text: Type.Optional(Type.String({ description: 'As YAML; left out of lists' })),
});
type VersionView = Static<typeof VersionSchema>;

const DifferenceSchema = Type.Object({
  path: Type.String({ description: 'e.g. `clocks[arrival].limits[0].limitMs`' }),
  before: Type.Unknown(),
  after: Type.Unknown(),
  isSafety: Type.Boolean({ description: 'About emergencies and life safety: to be looked at first' }),
});
const HeldStepSchema = Type.Object({
  step: Type.String({ description: 'That the policy demands, e.g. `accept`' }),
  roles: Type.Array(Type.String(), { description: 'That may take it; no active account holds any of them' }),
  text: TextSchema,
});
const held = Type.Array(HeldStepSchema, {
  description: 'Steps that nobody of the house can take as accounts are now',
});
const ComparisonSchema = Type.Object({
  from: VersionSchema,
  to: VersionSchema,
  differences: Type.Array(DifferenceSchema),
  isTruncated: Type.Boolean(),
  held,
});

export function policyRoutes(api: Api, context: ApiContext): void {
  readRoutes(api, context);
  proposeRoutes(api, context);
  reviewRoutes(api, context);
}

function toView({ policy, text: words, ...row }: PolicyVersionRow, isWhole: boolean): VersionView {
  return { ...row, name: policy.name, ...(isWhole && { text: words }) };
}

function toHeldViews(steps: readonly HeldStep[]): Static<typeof HeldStepSchema>[] {
  return steps.map(({ roles, ...step }) => ({ ...step, roles: [...roles] }));
}

function readRoutes(api: Api, { services: { policies } }: ApiContext): void {
  api.get(
    '/policy',
    {
      config: read,
      schema: {
        operationId: 'getPolicy',
        summary: 'The version in force: what new tickets are opened under',
        tags,
        response: ok(VersionSchema),
      },
    },
    () => toView(policies.inForce(), true),
  );

  api.get(
    '/policy/versions',
    {
      config: read,
      schema: {
        operationId: 'listPolicyVersions',
        summary: 'All versions, newest first',
        tags,
        querystring: PageQuery,
        response: ok(listOf(VersionSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await policies.list(query);
      return { items: items.map((row) => toView(row, false)), total };
    },
  );

  api.get(
    '/policy/versions/:version',
    {
      config: read,
      schema: {
        operationId: 'getPolicyVersion',
        summary: 'One version with its text',
        tags,
        params: VersionParams,
        response: ok(VersionSchema),
      },
    },
    async ({ params }) => toView(await policies.get(params.version), true),
  );

  api.get(
    '/policy/compare',
    {
      config: read,
      schema: {
        operationId: 'comparePolicies',
        summary: 'What differs between two versions, by path',
        tags,
        querystring: CompareQuery,
        response: ok(ComparisonSchema),
      },
    },
    async ({ query }) => {
      const { from, to, differences, isTruncated, ...more } = await policies.compare(query.from, query.to);
      return {
        from: toView(from, true),
        to: toView(to, true),
        differences: [...differences],
        isTruncated,
        held: toHeldViews(more.held),
      };
    },
  );
}

function proposeRoutes(api: Api, { services: { policies } }: ApiContext): void {
  const edit = { permission: 'policy.edit' } as const;
  api.post(
    '/policy/check',
    {
      config: edit,
      schema: {
        operationId: 'checkPolicy',
        summary: 'What a text would change; `policy-invalid` names every mistake with its line',
        tags,
        body: CheckBody,
        response: ok(Type.Object({ differences: Type.Array(DifferenceSchema), held })),
      },
    },
    ({ body }) => {
      const checked = policies.check(body.text);
      return { differences: [...checked.differences], held: toHeldViews(checked.held) };
    },
  );

  api.post(
    '/policy/versions',
    {
      config: edit,
      schema: {
        operationId: 'proposePolicy',
        summary: 'Propose a version; another person approves it',
        description:
          'Problems: `policy-invalid`, `reason-required`, `policy-unchanged`, `policies-full`, `store-failed`.',
        tags,
        body: ProposeBody,
        response: created(VersionSchema),
      },
    },
    async (request, reply) => {
      const row = await policies.propose({ ...request.body, by: personOf(request).username });
      reply.code(201).header('location', `/api/v1/policy/versions/${row.version}`);
      return toView(row, true);
    },
  );
}

function reviewRoutes(api: Api, { services: { policies } }: ApiContext): void {
  api.post(
    '/policy/versions/:version/approve',
    {
      config: { permission: 'policy.approve' },
      schema: {
        operationId: 'approvePolicy',
        summary: 'In force at once, for new tickets; open ones go on under their own',
        description:
          'Problems: `not-found`, `policy-decided`, `another-approver-required`, `policy-changed`, `store-failed`.',
        tags,
        params: VersionParams,
        body: ApproveBody,
        response: ok(VersionSchema),
      },
    },
    async (request) =>
      toView(
        await policies.approve(request.params.version, { ...request.body, by: personOf(request).username }),
        true,
      ),
  );

  const ENDS = [
    ['refuse', 'policy.approve', 'Refuse a version, with the reason'],
    ['withdraw', 'policy.edit', 'Withdraw a version that one has proposed'],
  ] as const;
  for (const [end, permission, summary] of ENDS) {
    api.post(
      `/policy/versions/:version/${end}`,
      {
        config: { permission },
        schema: {
          operationId: `${end}Policy`,
          summary,
          tags,
          params: VersionParams,
          body: NoteBody,
          response: ok(VersionSchema),
        },
      },
      async (request) => {
        const review = { by: personOf(request).username, note: request.body.note };
        return toView(await policies[end](request.params.version, review), true);
      },
    );
  }
}
