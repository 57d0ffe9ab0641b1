/**
 * The HTTP server of the public API: joins guards, resources, description and page into one instance. It does not
 * listen (app.ts does) and decides nothing: routes ask the services, the engine decides.
 */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyServerOptions, LogController } from 'fastify';
import { RiserError } from '../core/errors.ts';
import { guardRoutes } from './access.ts';
import { addSharedSchemas } from './answers.ts';
import { cleanBody } from './clean-text.ts';
import type { Api, ApiContext } from './context.ts';
import { LiveHub } from './live.ts';
import { createMetrics } from './metrics.ts';
import { answerUnknownPaths } from './not-found.ts';
import { describeApi, serveDescription } from './openapi.ts';
import { API_LIMITS, type ApiLimits, type ApiOptions } from './options.ts';
import { sendProblem } from './problems.ts';
import { alarmAcknowledgeRoutes } from './routes/alarm-acknowledge.ts';
import { alarmControlRoutes } from './routes/alarm-controls.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { auditRoutes } from './routes/audit.ts';
import { backtestRoutes } from './routes/backtests.ts';
import { backupRoutes } from './routes/backups.ts';
import { carriedOverRoutes } from './routes/carried-over.ts';
import { commissioningRoutes } from './routes/commissioning.ts';
import { commissioningStepRoutes } from './routes/commissioning-steps.ts';
import { contactConfirmationRoutes } from './routes/contact-confirmation.ts';
import { drillRecordRoutes } from './routes/drill-records.ts';
import { drillRoutes } from './routes/drills.ts';
import { equipmentRoutes } from './routes/equipment.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/export.ts';
import { faultKindRoutes } from './routes/fault-kinds.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { handoverRoutes } from './routes/handovers.ts';
import { historyRoutes } from './routes/history.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { labelRoutes } from './routes/labels.ts';
import { lateEntryRoutes } from './routes/late-entries.ts';
import { linkRoutes } from './routes/links.ts';
import { lockOutRoutes } from './routes/lock-outs.ts';
import { messageRoutes } from './routes/messages.ts';
import { operationRoutes } from './routes/operations.ts';
import { personalRoutes } from './routes/personal.ts';
import { pointQualityRoutes } from './routes/point-quality.ts';
import { pointRoutes } from './routes/points.ts';
import { policyRoutes } from './routes/policy.ts';
import { publicReportRoutes, qrCodeRoute } from './routes/public-report.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { recordWordsRoutes } from './routes/record-words.ts';
import { recordRoutes } from './routes/records.ts';
import { reportRoutes } from './routes/reports.ts';
import { rosterRoutes } from './routes/roster.ts';
import { ruleChangeRoutes } from './routes/rule-changes.ts';
import { ruleTestRoutes } from './routes/rule-tests.ts';
import { ruleRoutes } from './routes/rules.ts';
import { sessionRoutes } from './routes/session.ts';
import { simulationRoutes } from './routes/simulation.ts';
import { siteRoutes } from './routes/site.ts';
import { slipRoutes } from './routes/slips.ts';
import { staffRoutes } from './routes/staff.ts';
import { storageRoutes } from './routes/storage.ts';
import { stormRoutes } from './routes/storms.ts';
import { ticketAssigneeRoutes } from './routes/ticket-assignees.ts';
import { ticketAttachmentRoutes } from './routes/ticket-attachments.ts';
import { ticketExportRoutes } from './routes/ticket-export.ts';
import { ticketReportRoutes } from './routes/ticket-reports.ts';
import { ticketTransitionRoutes } from './routes/ticket-transitions.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { userRoutes } from './routes/users.ts';
import { writeRoutes } from './routes/writes.ts';
import { buildLazily } from './serialisers.ts';
import type { ApiServices } from './services.ts';
import { createTicketPolicies } from './ticket-policies.ts';
import { coerceQuery } from './validation.ts';
import { validateLazily } from './validators.ts';
import { servePage } from './web-page.ts';

const MINUTE_MS = 60_000;

/** One function per resource, under /api/v1. */
const RESOURCES: readonly ((api: Api, context: ApiContext) => void)[] = [
  sessionRoutes,
  siteRoutes,
  linkRoutes,
  equipmentRoutes,
  pointRoutes,
  historyRoutes,
  exportRoutes,
  pointQualityRoutes,
  writeRoutes,
  lockOutRoutes,
  alarmRoutes,
  alarmAcknowledgeRoutes,
  alarmControlRoutes,
  stormRoutes,
  drillRoutes,
  ruleRoutes,
  ruleTestRoutes,
  ruleChangeRoutes,
  backtestRoutes,
  reportRoutes,
  ticketRoutes,
  carriedOverRoutes,
  lateEntryRoutes,
  ticketTransitionRoutes,
  ticketAssigneeRoutes,
  faultKindRoutes,
  ticketAttachmentRoutes,
  ticketExportRoutes,
  ticketReportRoutes,
  publicReportRoutes,
  contactConfirmationRoutes,
  personalRoutes,
  recordRoutes,
  recordWordsRoutes,
  messageRoutes,
  incidentRoutes,
  feedbackRoutes,
  policyRoutes,
  rosterRoutes,
  staffRoutes,
  handoverRoutes,
  slipRoutes,
  labelRoutes,
  drillRecordRoutes,
  commissioningRoutes,
  commissioningStepRoutes,
  simulationRoutes,
  userRoutes,
  auditRoutes,
  storageRoutes,
  quarantineRoutes,
  backupRoutes,
  eventRoutes,
];

/**
 * Not yet listening; `inject` works. `close` ends the live streams and every connection.
 * @throws AssertionFailure when a route declares no permission.
 */
export async function createApi(services: ApiServices, options: ApiOptions): Promise<Api> {
  const limits: ApiLimits = { ...API_LIMITS, ...options.limits };
  const api = createServer(services, options, limits);
  const policies = createTicketPolicies(services);
  const hub = new LiveHub(services, policies, limits);
  const context: ApiContext = {
    services,
    policies,
    hub,
    limits,
    metrics: createMetrics(),
    isSecure: options.https != null,
  };
  api.addHook('preClose', async () => hub.close());
  try {
    await addGuards(api, context);
    await describeApi(api, services.version);
    await api.register(async (scope) => RESOURCES.forEach((resource) => resource(scope, context)), {
      prefix: '/api/v1',
    });
    operationRoutes(api, context);
    qrCodeRoute(api);
    await servePage(api, options.webDirectory);
    await serveDescription(api);
    await api.ready();
  } catch (error) {
    hub.close();
    throw error;
  }
  return api;
}

function createServer(services: ApiServices, options: ApiOptions, limits: ApiLimits): Api {
  const settings = {
    loggerInstance: services.log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: false,
    bodyLimit: limits.requestBodyBytes,
    pluginTimeout: limits.startTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.connectionTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    handlerTimeout: limits.handlerTimeoutMs,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: limits.pathParameterChars },
    // Unknown fields are refused, not dropped; every mistake is named; no value is bent into another type.
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: true, allErrors: true },
    },
    schemaController: { compilersFactory: { buildSerializer: buildLazily } },
    // What the framework itself refuses names no times.
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply, 'UTC'),
    ...(options.https == null ? {} : { https: { cert: options.https.cert, key: options.https.key } }),
  } satisfies FastifyServerOptions & Record<string, unknown>;
  const api = Fastify(settings as FastifyServerOptions) as unknown as Api;
  api.server.headersTimeout = limits.headersTimeoutMs;
  api.server.maxConnections = limits.connections;
  return api;
}

/** What holds for every request, whatever its route. Order matters: limits first, then who asks, then what. */
async function addGuards(api: Api, context: ApiContext): Promise<void> {
  const { limits, metrics } = context;
  api.removeContentTypeParser('text/plain');
  // Returns nothing: the framework would send whatever it returns, a second time.
  api.setErrorHandler((error, request, reply) => {
    metrics.countProblem(sendProblem(error, request, reply, context.services.model.site.timeZone));
  });
  api.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.isStream === true) return;
    metrics.observe(
      request.method,
      request.routeOptions.url ?? 'none',
      reply.statusCode,
      reply.elapsedTime / 1_000,
    );
  });
  await api.register(helmet, HEADERS);
  await api.register(cookie);
  await api.register(rateLimit, {
    max: limits.requestsPerMinute,
    timeWindow: MINUTE_MS,
    cache: limits.countedAddresses,
    errorResponseBuilder: () => new RiserError('too-many-requests'),
  });
  answerUnknownPaths(api);
  guardRoutes(api, context);
  validateLazily(api);
  api.addHook('preValidation', async (request) => {
    cleanBody(request);
    coerceQuery(request);
  });
  addSharedSchemas(api);
}

/** Styles are inline because the component library writes them so; scripts never are. Nothing comes from elsewhere. */
const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // A self-signed gateway must stay reachable, and other programs share the name `localhost`.
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' as const },
} as const;
