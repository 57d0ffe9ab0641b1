/**
 * A unit that takes longer than its time-out and works off its requests one after another, as behind a serial server that
 * queues them: each answer comes while the next request already waits. None may be taken for another's.
 */
import { expect, it, vi } from 'vitest';
import type { Exchange, Wire } from '../../../../src/drivers/modbus/transport.ts';
import { type HeldBus, pass, startHeldBus } from './held-bus.ts';
import { answerOf, connect, link, NEVER, read, registers } from './support.ts';

const TIMEOUT_MS = 100;

/** Answers one request after another, each after so long. */
function startSlowBus(slowMs: number): HeldBus {
  let freeMs = 0;
  return startHeldBus((request, send) => {
    freeMs = Math.max(freeMs, performance.now()) + slowMs;
    setTimeout(() => send(answerOf(request)), freeMs - performance.now());
  });
}

/** How far each answer is from what was asked for; undefined = none came. */
async function poll(wire: Wire): Promise<readonly (number | undefined)[]> {
  const transport = await connect(link(), wire);
  const ask = (exchange: Exchange): Promise<readonly number[] | null> =>
    transport.exchange(exchange, NEVER).then(registers, () => null);
  const answers: (number | undefined)[] = [];
  // As it is polled: asked once more after a time-out, then what comes next in the plan.
  for (let round = 0; round < 4; round++) {
    for (const address of [0, 60]) {
      const exchange = read(1, address, 2, { timeoutMs: TIMEOUT_MS });
      const values = (await ask(exchange)) ?? (await ask(exchange));
      answers.push(values === null ? undefined : (values[0] as number) - 1_000 - address);
    }
  }
  return answers;
}

it('1.3, 1.6 and 1.9 times slower: no value of one request comes out as that of another', async () => {
  const buses = [1.3, 1.6, 1.9].map((times) => startSlowBus(times * TIMEOUT_MS));
  for (const answers of await pass(Promise.all(buses.map(({ wire }) => poll(wire))))) {
    expect(answers.filter((difference) => difference !== undefined && difference !== 0)).toEqual([]);
    expect(answers).toContain(0);
  }
});

it('a unit that answers again after a long silence is late in nothing: the line is not held up for it', async () => {
  const bus = startHeldBus(() => null);
  const transport = await pass(connect(link(), bus.wire));
  const ask = (address: number): Promise<readonly number[] | null> =>
    pass(
      transport.exchange(read(1, address, 2, { timeoutMs: TIMEOUT_MS }), NEVER).then(registers, () => null),
    );
  for (let probe = 0; probe < 8; probe++) expect(await ask(0)).toBeNull();
  await vi.advanceTimersByTimeAsync(3 * TIMEOUT_MS);
  bus.respond = (request, send) => send(answerOf(request));
  expect(await ask(0)).toEqual([1_000, 1_001]);
  const fromMs = performance.now();
  expect(await ask(60)).toEqual([1_060, 1_061]);
  expect(performance.now() - fromMs).toBeLessThan(5 * TIMEOUT_MS);
});
