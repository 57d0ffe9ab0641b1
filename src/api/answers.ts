/** Shapes of answers for route schemas: the success, and the problem documents that any route may answer instead. */
import type { FastifyInstance } from 'fastify';
import Type, { type Static, type TSchema } from 'typebox';
import { AlarmViewSchema } from './alarm-schemas.ts';
import { PROBLEM_TYPE } from './problems.ts';
import { PointViewSchema, ProblemSchema } from './schemas.ts';
import { TicketViewSchema } from './ticket-schemas.ts';

/** Shapes that many routes answer stand once in the document. Key: name there. */
const SHARED = {
  Problem: ProblemSchema,
  Alarm: AlarmViewSchema,
  Ticket: TicketViewSchema,
  Point: PointViewSchema,
} as const;

const shared = <Name extends keyof typeof SHARED>(name: Name) =>
  Type.Unsafe<Static<(typeof SHARED)[Name]>>({ $ref: `${name}#` });

export const Alarm = shared('Alarm');
export const Ticket = shared('Ticket');
export const Point = shared('Point');

const Problem = { description: 'Problem', content: { [PROBLEM_TYPE]: { schema: shared('Problem') } } };
const PROBLEMS = { '4xx': Problem, '5xx': Problem };

/** To be called before any route. */
export function addSharedSchemas(api: Pick<FastifyInstance, 'addSchema'>): void {
  for (const [name, schema] of Object.entries(SHARED)) api.addSchema({ $id: name, title: name, ...schema });
}

export const ok = <S extends TSchema>(schema: S) => ({ 200: schema, ...PROBLEMS });
export const created = <S extends TSchema>(schema: S) => ({ 201: schema, ...PROBLEMS });
export const accepted = <S extends TSchema>(schema: S) => ({ 202: schema, ...PROBLEMS });
export const noContent = () => ({ 204: Type.Null({ description: 'Done' }), ...PROBLEMS });

export const listOf = <S extends TSchema>(items: S) =>
  Type.Object({ items: Type.Array(items), total: Type.Integer({ description: 'Items that match in all' }) });
