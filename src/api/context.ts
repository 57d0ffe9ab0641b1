/** What every route file shares: the typed server, the services, the hub, and what a route and a request carry. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import { defined } from '../core/assert.ts';
import type { Person } from '../people/people.ts';
import type { Permission } from '../people/permissions.ts';
import type { LiveHub } from './live.ts';
import type { ApiMetrics } from './metrics.ts';
import type { ApiLimits } from './options.ts';
import type { ApiServices } from './services.ts';
import type { TicketPolicies } from './ticket-policies.ts';

/** `public` = anybody; `authenticated` = anybody with a session; a list = any one of them is enough. */
export type RoutePermission = Permission | 'public' | 'authenticated' | readonly Permission[];

export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface ApiContext {
  readonly services: ApiServices;
  readonly policies: TicketPolicies;
  readonly hub: LiveHub;
  readonly metrics: ApiMetrics;
  readonly limits: ApiLimits;
  /** Served over TLS: the cookie is marked Secure. */
  readonly isSecure: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route declares it; a route without it stops the start. */
    permission?: RoutePermission;
    /** Answered without a session to a program on this very machine. */
    isOpenOnLoopback?: boolean;
    /** Answered for as long as the client stays; out of the figures of answer times. */
    isStream?: boolean;
  }
  interface FastifyRequest {
    /** null on public routes. */
    person: Person | null;
    token: string | null;
  }
}

/** The person behind the request, on routes that are not public. */
export function personOf(request: Pick<FastifyRequest, 'person'>): Person {
  return defined(request.person, 'the person of an authorised request');
}
