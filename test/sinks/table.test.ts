/** Every sink file stands in the table. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SINKS } from '../../src/sinks/index.ts';

test('every sink is in the table', () => {
  const shared = new Set(['sink.ts', 'index.ts', 'line-protocol.ts', 'influx-http.ts']);
  const files = readdirSync(new URL('../../src/sinks', import.meta.url)).filter((name) => !shared.has(name));
  expect(Object.keys(SINKS).map((name) => `${name}.ts`)).toEqual(files);
});
