/** The publish cycle against a session that answers as the test says: gaps, refusals, surprises. */
import {
  DataChangeNotification,
  DataType,
  DataValue,
  NotificationMessage,
  type PublishRequest,
  PublishResponse,
  StatusChangeNotification,
  StatusCodes,
} from 'node-opcua-client';
import { describe, expect, it } from 'vitest';
import { loadLibrary, type Session } from '../../../src/drivers/opcua/library.ts';
import { Subscription } from '../../../src/drivers/opcua/subscription.ts';
import { until } from '../../support/poll.ts';

const ID = 7;

type Answer = (error: Error | null, response?: PublishResponse) => void;

interface Revised {
  readonly revisedPublishingInterval: number;
  readonly revisedMaxKeepAliveCount: number;
}

const AS_ASKED: Revised = { revisedPublishingInterval: 500, revisedMaxKeepAliveCount: 3 };

async function begin(revised: Revised = AS_ASKED) {
  const waiting: { readonly request: PublishRequest; readonly answer: Answer }[] = [];
  const session = {
    createSubscription: () => Promise.resolve({ subscriptionId: ID, ...revised }),
    publish: (request: PublishRequest, answer: Answer) => waiting.push({ request, answer }),
  } as unknown as Session;
  const batches: number[][] = [];
  const ended: string[] = [];
  const subscription = await Subscription.create(
    {
      library: await loadLibrary(),
      session,
      publishingMs: 500,
      keepAliveMs: 1_500,
      sink: {
        data: (changes) => batches.push(changes.map(({ handle }) => handle)),
        ended: (reason) => ended.push(reason),
      },
    },
    { ms: 1_000, signal: new AbortController().signal, what: 'subscription' },
  );
  subscription.start();
  const answer = async (what: PublishResponse | Error): Promise<void> => {
    const first = await until(() => waiting.shift(), { timeoutMs: 15_000, what: 'a publish request' });
    if (what instanceof Error) first.answer(what);
    else first.answer(null, what);
    await Promise.resolve();
  };
  return { subscription, waiting, batches, ended, answer };
}

function toResponse(
  sequenceNumber: number,
  notificationData: object[],
  subscriptionId = ID,
): PublishResponse {
  return new PublishResponse({
    subscriptionId,
    notificationMessage: new NotificationMessage({
      sequenceNumber,
      notificationData: notificationData as never,
    }),
  });
}

function changed(...handles: number[]): DataChangeNotification {
  const value = new DataValue({ value: { dataType: DataType.Int32, value: 1 } });
  return new DataChangeNotification({
    monitoredItems: handles.map((clientHandle) => ({ clientHandle, value })),
  });
}

describe('answers', () => {
  it('are handed over one by one, acknowledged, and asked for again', async () => {
    const { waiting, batches, ended, answer } = await begin();
    expect(waiting).toHaveLength(3);
    await answer(toResponse(1, [changed(3, 4), changed(5)]));
    await answer(toResponse(2, [changed(3)]));
    expect(batches).toEqual([[3, 4, 5], [3]]);
    expect(waiting).toHaveLength(3);
    const acknowledged = waiting.flatMap(({ request }) => request.subscriptionAcknowledgements ?? []);
    expect(acknowledged.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 2]);
    expect(ended).toEqual([]);
  });

  it('without changes are signs of life, and use up no number', async () => {
    const { batches, ended, answer } = await begin();
    await answer(toResponse(1, []));
    await answer(toResponse(1, [changed(3)]));
    await answer(toResponse(2, []));
    await answer(toResponse(2, [changed(4)]));
    expect(batches).toEqual([[], [3], [], [4]]);
    expect(ended).toEqual([]);
  });

  it('after the last number begin at 1 again', async () => {
    const { batches, ended, answer } = await begin();
    await answer(toResponse(2 ** 32 - 1, [changed(3)]));
    await answer(toResponse(1, [changed(4)]));
    expect(batches).toEqual([[3], [4]]);
    expect(ended).toEqual([]);
  });

  it('with a gap in their numbers end it: a change is lost', async () => {
    const { batches, ended, waiting, answer } = await begin();
    await answer(toResponse(1, [changed(3)]));
    await answer(toResponse(3, [changed(4)]));
    await answer(toResponse(4, [changed(5)]));
    expect(batches).toEqual([[3]]);
    expect(ended).toEqual(['changes are lost: number 3 came instead of 2']);
    expect(waiting).toHaveLength(1);
  });

  it('of another subscription, or of a kind that nobody asked for, say nothing', async () => {
    const { batches, ended, answer } = await begin();
    await answer(toResponse(9, [changed(3)], ID + 1));
    await answer(toResponse(1, [{ schema: { name: 'Unheard' } }]));
    expect(batches).toEqual([[]]);
    expect(ended).toEqual([]);
  });
});

describe('an end', () => {
  it('is told by the server', async () => {
    const { ended, answer } = await begin();
    await answer(toResponse(1, [new StatusChangeNotification({ status: StatusCodes.BadTimeout })]));
    expect(ended).toEqual(['the server has ended the subscription (BadTimeout)']);
  });

  it('is a refused publish request, told once', async () => {
    const { ended, answer } = await begin();
    for (let left = 3; left > 0; left--)
      await answer(new Error('ServiceResult is BadNoSubscription (0x80790000)'));
    expect(ended).toEqual(['subscription ended: BadNoSubscription']);
  });

  it('is not that the server keeps fewer requests: fewer are sent', async () => {
    const { waiting, batches, ended, answer } = await begin();
    await answer(new Error('BadTooManyPublishRequests'));
    expect(waiting).toHaveLength(2);
    await answer(toResponse(1, [changed(3)]));
    expect(waiting).toHaveLength(2);
    expect([batches, ended]).toEqual([[[3]], []]);
  });

  it('stopping it is none, and nothing is heard any more', async () => {
    const { subscription, waiting, batches, ended, answer } = await begin();
    subscription.stop();
    await answer(toResponse(1, [changed(3)]));
    await answer(new Error('BadSessionClosed'));
    expect([batches, ended]).toEqual([[], []]);
    expect(waiting).toHaveLength(1);
  });
});

describe('intervals that the server makes of ours', () => {
  it('are kept within what can be watched', async () => {
    const { subscription } = await begin({ revisedPublishingInterval: 1_000, revisedMaxKeepAliveCount: 10 });
    expect([subscription.publishingMs, subscription.keepAliveMs]).toEqual([1_000, 10_000]);
    const absurd = await begin({ revisedPublishingInterval: Number.NaN, revisedMaxKeepAliveCount: 1e12 });
    expect([absurd.subscription.publishingMs, absurd.subscription.keepAliveMs]).toEqual([500, 60_000]);
  });

  it.each([60_001, Number.POSITIVE_INFINITY])(
    'of %d ms are refused: no alarm could wait for it',
    async (intervalMs) => {
      const made = begin({ revisedPublishingInterval: intervalMs, revisedMaxKeepAliveCount: 1 });
      await expect(made).rejects.toMatchObject({ code: 'connect-failed' });
    },
  );
});
