/** Stopping the parts of the gateway. */
import { expect, test } from 'vitest';
import { stopInReverse } from '../../src/app.ts';

test('a part that fails to stop keeps no other part from stopping, and its failure is told', async () => {
  const stopped: string[] = [];
  const stoppers = [
    () => void stopped.push('store'),
    async () => {
      stopped.push('journal');
      throw new Error('flush failed');
    },
    () => void stopped.push('api'),
  ];
  await expect(stopInReverse(stoppers)).rejects.toThrow('flush failed');
  expect(stopped).toEqual(['api', 'journal', 'store']);
});
