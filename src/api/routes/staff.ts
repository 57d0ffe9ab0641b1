/** Staff beside their accounts (groups, specialities, certificates, ways to reach them), and contacts of the register. */
import { RiserError } from '../../core/errors.ts';
import { toId } from '../../core/ids.ts';
import { toProfileVersion } from '../../people/versions.ts';
import { listOf, noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import {
  CertificateSchema,
  CertificatesQuery,
  ContactSchema,
  ProfileBody,
  ProfileSchema,
  StaffMemberSchema,
} from '../duty-schemas.ts';
import { toContactView, toStaffView } from '../duty-views.ts';
import { UsernameParams } from '../request-schemas.ts';
import { checkProfile } from '../staff-checks.ts';

const read = { permission: 'ticket.read-all' } as const;

export function staffRoutes(api: Api, context: ApiContext): void {
  listRoutes(api, context);
  profileRoutes(api, context);
}

function listRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/staff',
    {
      config: read,
      schema: {
        operationId: 'listStaff',
        summary: 'Colleagues with groups, specialities and certificates; without personal data',
        tags: ['staff'],
        response: ok(listOf(StaffMemberSchema)),
      },
    },
    () => {
      const { staff } = services.roster.view().book;
      const profiles = services.staff.profiles();
      const items = [...staff.values()].flatMap((member) => {
        const profile = profiles.get(member.username);
        return profile === undefined ? [] : [toStaffView(member, profile)];
      });
      return { items, total: items.length };
    },
  );

  api.get(
    '/staff/certificates',
    {
      config: read,
      schema: {
        operationId: 'listCertificates',
        summary: 'Certificates that run out within so many days, or have run out, soonest first',
        tags: ['staff'],
        querystring: CertificatesQuery,
        response: ok(listOf(CertificateSchema)),
      },
    },
    ({ query: { days } }) => {
      const items = [...services.staff.certificates(services.clock.now().wallMs, days)];
      return { items, total: items.length };
    },
  );

  api.get(
    '/contacts',
    {
      config: read,
      schema: {
        operationId: 'listContacts',
        summary: 'Outside contacts of the register: maintainers, fire brigade, rescue line, suppliers',
        tags: ['staff'],
        response: ok(listOf(ContactSchema)),
      },
    },
    () => {
      const items = [...services.model.contacts.values()].map(toContactView);
      return { items, total: items.length };
    },
  );
}

function profileRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/staff/:username',
    {
      config: { permission: 'staff.personal' },
      schema: {
        operationId: 'getStaffProfile',
        summary: 'One colleague with the ways to reach the person; each reading is audited',
        tags: ['staff'],
        params: UsernameParams,
        response: ok(ProfileSchema),
      },
    },
    async (request) => {
      const profile = await services.staff.profile(request.params.username, personOf(request).username);
      const { groups, specialities, certificates, ways, areas, ...rest } = profile;
      return {
        ...rest,
        groups: [...groups],
        specialities: [...specialities],
        certificates: [...certificates],
        ways: [...ways],
        areas: [...areas],
        version: toProfileVersion(profile),
      };
    },
  );

  api.put(
    '/staff/:username',
    {
      config: { permission: 'staff.manage' },
      schema: {
        operationId: 'setStaffProfile',
        summary: 'Replace what is known of a colleague: groups, specialities, certificates, ways; audited',
        description:
          'The account of a contractor is tied to a firm of the register, others to none. ' +
          'Problems: `user-unknown`, `staff-changed`, `store-failed`.',
        tags: ['staff'],
        params: UsernameParams,
        body: ProfileBody,
        response: noContent(),
      },
    },
    async (request, reply) => {
      const { areas, firm, version, ...rest } = request.body;
      const profile = {
        ...rest,
        areas: areas.map((area) => toId<never>(area)),
        firm: firm === null ? null : toId<never>(firm),
      };
      const { username } = request.params;
      const member = services.roster.view().book.staff.get(username);
      if (member === undefined) throw new RiserError('user-unknown', { username });
      checkProfile(profile, member.roles, services.model);
      await services.staff.setProfile(username, profile, personOf(request).username, version);
      return reply.code(204).send(null);
    },
  );
}
