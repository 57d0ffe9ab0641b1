/**
 * `GET /api/v1/events`: the live stream as server-sent events. The hub (live.ts) owns it once it is open.
 * The answer is written by hand: @fastify/sse serialises for each client and waits for each, without a bound.
 */
import Type from 'typebox';
import { defined } from '../../core/assert.ts';
import { ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { FOLLOW_EVENTS } from '../live.ts';

const STREAM_TYPE = 'text/event-stream';
const description = [
  'Events (`event:` and JSON `data:` as in LiveEvents of src/api/live-events.ts): hello, readings, link, alarm, control, storm, rule-change, ticket, message, incident, heartbeat.',
  'Contractors and occupants hear of their own tickets and messages only.',
  'A ticket comes light: without evidence, past repairs and affected area, with its latest alarms and their number; fetch the rest.',
  'Readings are batched, last value per point. Nothing is replayed: after every `hello`, fetch what is shown, then follow.',
  'A heartbeat comes every 10 s and names the parts of the gateway that are not well; two missing ones mean that what is',
  'shown is old. The stream ends with its session.',
].join(' ');

export function eventRoutes(api: Api, { hub }: ApiContext): void {
  api.get(
    '/events',
    {
      config: { permission: FOLLOW_EVENTS, isStream: true },
      // A HEAD of a stream would have to end at once; there is nothing to ask for.
      exposeHeadRoute: false,
      schema: {
        operationId: 'followEvents',
        summary: 'Live events',
        description,
        tags: ['events'],
        querystring: Type.Object({}, { additionalProperties: false }),
        response: {
          ...ok(Type.String()),
          200: { description: 'Stream', content: { [STREAM_TYPE]: { schema: Type.String() } } },
        },
      },
    },
    (request, reply) => {
      hub.admit(personOf(request));
      const token = defined(request.token, 'the token of a stream');
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, {
        'content-type': `${STREAM_TYPE}; charset=utf-8`,
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      const forget = hub.open(response, token, personOf(request));
      response.once('close', forget);
      // A connection that breaks is an end like any other; `close` follows.
      response.on('error', forget);
    },
  );
}
