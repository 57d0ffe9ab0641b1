/** Incidents (突发事件): list, one, and what people decide about them. The decisions are incidents/step.ts. */
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { toId } from '../../core/ids.ts';
import type { Incident } from '../../core/incident.ts';
import type { IncidentChange } from '../../incidents/changes.ts';
import { listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { INCIDENT_BODIES, IncidentViewSchema, toIncidentView } from '../incident-schemas.ts';
import { MessageViewSchema, toMessageView } from '../message-schemas.ts';
import { NOUNS } from '../nouns.ts';
import { closed, IdParams, oneOf, PageQuery, paging } from '../request-schemas.ts';

const tags = ['incidents'];
const read = { permission: 'ticket.read-all' } as const;
const IncidentsQuery = closed({ state: oneOf(['open', 'all'], { default: 'open' }), ...paging });

const SUMMARIES = {
  confirm: 'Say what it has turned out to be: confirmed, false alarm or test',
  grade: 'Grade, nature and commander',
  phase: 'Next phase',
  report: 'Write down a report; an earlier one stays beside it',
  'report-sent': 'A report went out: when, to whom, how, and what proves it',
  join: 'A ticket belongs to it',
  end: 'It is over',
} as const satisfies Record<IncidentChange['type'], string>;

export function incidentRoutes(api: Api, context: ApiContext): void {
  readRoutes(api, context);
  for (const type of Object.keys(INCIDENT_BODIES) as (keyof typeof INCIDENT_BODIES)[])
    changeRoute(api, context, type);
}

function readRoutes(api: Api, { services }: ApiContext): void {
  const { queries } = services;
  const toView = (incident: Incident) => toIncidentView(incident, services.model.policy);
  api.get(
    '/incidents',
    {
      config: read,
      schema: {
        operationId: 'listIncidents',
        summary: 'Incidents that last, or all, newest first',
        tags,
        querystring: IncidentsQuery,
        response: ok(listOf(IncidentViewSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await queries.incidents(query);
      return { items: items.map(toView), total };
    },
  );

  api.get(
    '/incidents/:id',
    {
      config: read,
      schema: {
        operationId: 'getIncident',
        summary: 'One incident with its tickets and reports',
        tags,
        params: IdParams,
        response: ok(IncidentViewSchema),
      },
    },
    async ({ params }) => {
      const incident = await queries.incident(params.id);
      if (incident === null) throw new RiserError('not-found', { what: NOUNS.incident });
      return toView(incident);
    },
  );

  api.get(
    '/incidents/:id/messages',
    {
      config: read,
      schema: {
        operationId: 'getIncidentMessages',
        summary: 'Whom the gateway told of an incident',
        tags,
        params: IdParams,
        querystring: PageQuery,
        response: ok(listOf(MessageViewSchema)),
      },
    },
    async ({ params, query }) => {
      const { items, total } = await queries.messages({ ...query, incident: params.id });
      return { items: items.map(toMessageView), total };
    },
  );
}

function changeRoute(api: Api, { services }: ApiContext, type: keyof typeof INCIDENT_BODIES): void {
  api.post(
    `/incidents/:id/${type}`,
    {
      config: { permission: 'incident.manage' },
      schema: {
        operationId: `${type.replace('-s', 'S')}Incident`,
        summary: SUMMARIES[type],
        tags,
        params: IdParams,
        body: INCIDENT_BODIES[type],
        response: ok(IncidentViewSchema),
      },
    },
    async (request) => {
      const { version, ...fields } = request.body;
      const { incident } = await services.commands.submit({
        type: 'incident',
        incident: toId(request.params.id),
        version,
        change: { type, ...fields } as IncidentChange,
        by: personOf(request).username,
      });
      return toIncidentView(defined(incident, 'the incident of a change'), services.model.policy);
    },
  );
}
