/** What one member of a message, or a whole payload, is worth to a point. */
import { expect, it } from 'vitest';
import { toQualityReason } from '../../../src/core/quality.ts';
import { Payload } from '../../../src/drivers/mqtt/payload.ts';
import { decode, toPointPlan } from '../../../src/drivers/mqtt/value.ts';
import { createTestModel, type TestPoint } from '../../support/model.ts';

function read(address: object, payload: string, point: Partial<TestPoint> = {}): unknown {
  const points = [{ name: 'v', address: { topic: 't', ...address }, ...point }];
  const plan = toPointPlan(createTestModel({ equipment: [{ id: 'a', points }] }).points[0]!);
  const decoded = decode(plan, new Payload(Buffer.from(payload)));
  if (decoded === null) return 'nothing said';
  return decoded.quality === 0 ? decoded.value : toQualityReason(decoded.quality);
}

const member = { path: '$.v' };
const words = { path: '$.v', values: { ok: 0, lost: 1, true: 5 } };
const text = (zh: string) => ({ zh, en: zh });

it.each([
  // Members of a document.
  [member, '{"v":12}', 12],
  [{ ...member, scale: 0.1 }, '{"v":12}', 1.2],
  [{ ...member, scale: 2, offset: 1 }, '{"v":3}', 7],
  [member, '{"v":false}', 'decode'],
  [member, '{"v":"12"}', 'decode'],
  [member, '{"v":""}', 'decode'],
  [member, '{}', 'decode'],
  [{ ...member, isOptional: true }, '{}', 'nothing said'],
  [{ ...member, isOptional: true }, '{"v":null}', 'sentinel'],
  [{ ...member, isOptional: true }, '{', 'decode'],
  [{ path: '$' }, '7', 7],
  [{ path: '$[-1].x' }, '[1,{"x":2}]', 2],
  [member, '\uFEFF{"v":12}', 12],
  // Words of the device.
  [words, '{"v":"lost"}', 1],
  [words, '{"v":"LOST"}', 'decode'],
  [words, '{"v":true}', 5],
  [words, '{"v":"constructor"}', 'decode'],
  // Values that mean "not available".
  [{ ...member, sentinels: [-1, 'n/a', false] }, '{"v":-1}', 'sentinel'],
  [{ ...member, sentinels: [-1, 'n/a', false] }, '{"v":"n/a"}', 'sentinel'],
  [{ ...member, sentinels: [-1, 'n/a', false] }, '{"v":false}', 'sentinel'],
  // Bits.
  [{ ...member, bit: 1 }, '{"v":2}', 1],
  [{ ...member, bit: 0 }, '{"v":2}', 0],
  [{ ...member, bit: 40 }, `{"v":${2 ** 40}}`, 1],
  [{ ...member, bit: 0 }, '{"v":-1}', 'decode'],
  [{ ...member, bit: 0 }, '{"v":1.5}', 'decode'],
  // The whole payload as text.
  [{}, '21.5', 21.5],
  [{}, ' -2e3\n', -2_000],
  [{}, '0x10', 'decode'],
  [{}, '', 'decode'],
  [{}, 'nan', 'not-a-number'],
  [{}, '1e999', 'not-a-number'],
  [{ values: { ON: 1, OFF: 0 } }, 'ON', 1],
  [{ values: { '1': 7 } }, '1', 7],
  [{ sentinels: ['---'] }, '---', 'sentinel'],
])('%j with %j gives %s', (address, payload, expected) => {
  expect(read(address, payload)).toBe(expected);
});

it('a value outside of the range or without a declared meaning is told as such', () => {
  expect(read(member, '{"v":101}', { range: { min: 0, max: 100 } })).toBe('out-of-range');
  expect(read(member, '{"v":2}', { states: new Map([[1, text('一')]]) })).toBe('unknown-state');
  expect(read(member, '{"v":2}', { type: 'boolean' })).toBe('unknown-state');
  expect(read(member, '{"v":true}', { type: 'boolean' })).toBe(1);
  expect(read(member, '{"v":true}', { states: new Map([[1, text('一')]]) })).toBe(1);
});
