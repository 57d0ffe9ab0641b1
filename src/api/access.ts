/**
 * Who may do what: every route declares its permission or the start fails; a session comes in a cookie (browsers) or as
 * bearer token (programs). What a session is belongs to people/; what a transition needs is in ticket-permissions.ts.
 */
import type { FastifyRequest, RouteOptions } from 'fastify';
import { AssertionFailure } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import { isLoopback } from '../core/loopback.ts';
import type { People, Person } from '../people/people.ts';
import type { Permission } from '../people/permissions.ts';
import type { Api, ApiContext, RoutePermission } from './context.ts';

export const SESSION_COOKIE = 'riser_session';
/** Longest token looked at; ours has far fewer characters, and a longer one costs a digest. */
const MAX_TOKEN_CHARS = 512;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Decorates a scope whose routes are made by a library and cannot declare anything themselves. */
export const LIBRARY_SCOPE = 'libraryPermission';

export interface DeclaredRoute {
  readonly method: string;
  /** Pattern, e.g. `/api/v1/alarms/:id`. */
  readonly url: string;
  readonly permission: RoutePermission;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route with its permission, in order of registration. */
    readonly declaredRoutes: readonly DeclaredRoute[];
  }
}

/** Register before any route. Refuses undeclared routes, then authenticates and authorises every request. */
export function guardRoutes(api: Api, context: ApiContext): void {
  api.decorateRequest('person', null);
  api.decorateRequest('token', null);
  const routes: DeclaredRoute[] = [];
  api.decorate('declaredRoutes', routes);
  api.addHook('onRoute', function (this: object, route: RouteOptions) {
    const permission = declare(this as Readonly<Record<string, unknown>>, route);
    for (const method of [route.method].flat()) routes.push({ method, url: route.url, permission });
  });
  // preParsing: after the rate limit (onRequest of the route), before anything of the body is read.
  api.addHook('preParsing', async (request) => authorise(request, context.services.people));
}

/** @throws AssertionFailure when neither the route nor its scope declares a permission. */
function declare(scope: Readonly<Record<string, unknown>>, route: RouteOptions): RoutePermission {
  const inherited = scope[LIBRARY_SCOPE] as RoutePermission | undefined;
  if (inherited !== undefined) route.config = { ...route.config, permission: inherited };
  const permission = route.config?.permission;
  if (permission !== undefined) return permission;
  throw new AssertionFailure(`route ${String(route.method)} ${route.url} declares no permission`);
}

/** @throws RiserError `cross-site`, `not-authenticated`, `not-permitted`. */
async function authorise(request: FastifyRequest, people: People): Promise<void> {
  const { permission, isOpenOnLoopback } = request.routeOptions.config;
  if (permission === undefined) return;
  const credentials = readCredentials(request);
  if (!SAFE_METHODS.has(request.method) && credentials.from !== 'header') refuseCrossSite(request);
  if (permission === 'public' || (isOpenOnLoopback === true && isFromThisMachine(request))) return;
  const person = credentials.token === null ? null : await people.authenticate(credentials.token);
  if (person === null) throw new RiserError('not-authenticated');
  request.person = person;
  request.token = credentials.token;
  requirePermission(person, permission);
}

function requirePermission(person: Person, permission: RoutePermission): void {
  if (permission === 'authenticated' || permission === 'public') return;
  const enough: readonly Permission[] = typeof permission === 'string' ? [permission] : permission;
  if (enough.some((one) => person.permissions.has(one))) return;
  throw new RiserError('not-permitted', { permission: enough.join(' / ') });
}

interface Credentials {
  readonly from: 'header' | 'cookie' | 'none';
  readonly token: string | null;
}

function readCredentials(request: FastifyRequest): Credentials {
  const bearer = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { from: 'header', token: bounded(bearer) };
  const cookie = request.cookies[SESSION_COOKIE];
  if (cookie !== undefined && cookie !== '') return { from: 'cookie', token: bounded(cookie) };
  return { from: 'none', token: null };
}

function bounded(token: string): string | null {
  return token.length <= MAX_TOKEN_CHARS ? token : null;
}

/**
 * A page of another site can make the browser send our cookie, but not hide where it comes from (Fetch Metadata; Origin
 * for older browsers). Programs send neither header. @throws RiserError `cross-site`.
 */
function refuseCrossSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new RiserError('cross-site');
  const { origin, host } = request.headers;
  if (origin !== undefined && toHost(origin) !== host) throw new RiserError('cross-site');
}

function toHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** A reverse proxy on this machine speaks for others: a forwarded request is never taken as local. */
function isFromThisMachine(request: FastifyRequest): boolean {
  const isForwarded =
    request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
  return !isForwarded && isLoopback(request.ip);
}
