/** Shapes of a link and of its poll plan as it stands now: how it is doing, what is asked for, what the devices make of it. */
import Type, { type Static } from 'typebox';
import type { LinkState } from '../core/link.ts';
import { Ms, nullable, TextSchema } from './schemas.ts';

const STATES = [
  'connecting',
  'online',
  'degraded',
  'offline',
  'stopped',
] as const satisfies readonly LinkState[];

export const ReasonSchema = Type.Object({
  code: Type.String({
    description: 'e.g. connect-refused, silent-units; other: no code yet, the text is English',
  }),
  params: Type.Record(Type.String(), Type.String()),
  text: TextSchema,
});

export const LinkViewSchema = Type.Object({
  link: Type.String(),
  name: TextSchema,
  protocol: Type.String(),
  state: Type.Unsafe<LinkState>({ type: 'string', enum: [...STATES] }),
  sinceMs: Ms,
  reason: nullable(Type.String({ description: 'In plain English, as in the log' })),
  causes: Type.Array(ReasonSchema, {
    description:
      'The reason by code and in both languages, one for each way to the device; empty without a reason',
  }),
  way: nullable(
    Type.Object(
      {
        transport: Type.String({ description: 'tcp, serial, dial-in' }),
        framing: nullable(Type.String({ description: 'mbap, rtu, ascii' })),
        ends: Type.Array(Type.String(), {
          description: '10.0.0.5:502, then that of a backup; /dev/ttyS1; for dial-in our own 0.0.0.0:9000',
        }),
        line: nullable(Type.String({ description: 'Setting of the bus: 9600 8N1' })),
        registration: nullable(Type.String({ description: 'By which a device that dials in names itself' })),
      },
      { description: 'How it is connected and to where; null where the protocol does not say' },
    ),
  ),
  listener: nullable(
    Type.Object(
      { place: Type.String(), counters: Type.Record(Type.String(), Type.Number()) },
      { description: 'Port of ours at which its devices connect, since start; links may share it' },
    ),
  ),
  counters: Type.Record(Type.String(), Type.Number()),
  exceptions: Type.Array(
    Type.Object({
      code: Type.Integer({ minimum: 0, maximum: 255 }),
      text: TextSchema,
      count: Type.Integer(),
    }),
    { description: 'Refusals by the devices since start, by the code that they gave' },
  ),
  load: nullable(
    Type.Object(
      {
        busyRatio: Type.Number({ description: 'Share of the time spent waiting for answers, 0–1' }),
        latencyP50Ms: nullable(Type.Number()),
        latencyP99Ms: nullable(Type.Number()),
        reachedRatio: Type.Number({ description: 'Share of the due polls that were made, 0–1' }),
      },
      { description: 'Of the last minute; null where nobody is polled' },
    ),
  ),
  clocks: Type.Array(
    Type.Object({
      equipment: Type.String(),
      behindMs: nullable(
        Type.Number({
          description: 'Behind ours by so much at the most, negative = ahead; null = not to be believed',
        }),
      ),
      isWrong: Type.Boolean({ description: 'By more than 60 s; right again below 50 s' }),
    }),
    { description: 'Clocks of the devices that give times of their own, as far as readings tell' },
  ),
});
export type LinkView = Static<typeof LinkViewSchema>;

const PlannedRequestSchema = Type.Object({
  label: Type.String({ description: 'e.g. unit 1 holding 0–19' }),
  device: Type.String(),
  pollMs: Type.Number(),
  points: Type.Array(Type.String({ description: 'Point ids' })),
  block: nullable(
    Type.Object({
      table: Type.String(),
      first: Type.Integer({ description: 'As on the wire, from 0' }),
      count: Type.Integer(),
      used: Type.Integer({ description: 'Addresses that points use; the rest is read along' }),
      places: Type.Optional(
        Type.Array(
          Type.Object({
            point: nullable(Type.String({ description: 'Point id; null = serves other points' })),
            first: Type.Integer(),
            count: Type.Integer(),
          }),
          { description: 'Who uses which addresses; left out where the protocol does not say' },
        ),
      ),
    }),
  ),
  costMs: Type.Number({ description: 'Reckoned time on the wire' }),
  maxInFlight: Type.Integer({ description: 'Reads under way at once while this one is' }),
  latencyMs: nullable(Type.Number({ description: 'Of the last answer' })),
  answeredMs: nullable(Ms),
  failures: Type.Integer({ description: 'Time-outs in a row' }),
  exceptionCode: nullable(Type.Integer({ description: 'Of the last answer; null = it was accepted' })),
  exceptionText: nullable(TextSchema),
  isSplit: Type.Boolean({ description: 'Part of a larger request that the device has refused' }),
});

export const PlanViewSchema = Type.Object({
  link: Type.String(),
  requests: Type.Array(PlannedRequestSchema, { description: 'Empty where nobody is polled' }),
  totals: Type.Object({
    requests: Type.Integer(),
    points: Type.Integer(),
    requestsPerSecond: Type.Number(),
    loadRatio: Type.Number({
      description: 'Reckoned share of the time on the wire; above 1 it cannot be done',
    }),
    coverage: Type.Object({
      used: Type.Integer({ description: 'Addresses that points use' }),
      asked: Type.Integer({ description: 'Addresses that are asked for' }),
    }),
    refusedPoints: Type.Array(
      Type.Object({
        point: Type.String(),
        label: Type.String(),
        exceptionCode: Type.Integer(),
        exceptionText: TextSchema,
      }),
      { description: 'Points of requests whose last answer was an exception' },
    ),
  }),
});
export type PlanView = Static<typeof PlanViewSchema>;
