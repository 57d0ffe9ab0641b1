/** Every sink file stands in the table. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SINKS } from '../../src/sinks/index.ts';

test('every sink is in the table', () => {
  const isShared = (name: string): boolean =>
    ['sink.ts', 'index.ts', 'influxql.ts', 'history'].includes(name) || /^(line|influx)-/.test(name);
  const files = readdirSync(new URL('../../src/sinks', import.meta.url)).filter((name) => !isShared(name));
  expect(Object.keys(SINKS).map((name) => `${name}.ts`)).toEqual(files);
});
