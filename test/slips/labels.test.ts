/** Labels of equipment: what their codes say cannot be guessed from what stands on every page, and is read in every form a scanner gives. */
import { expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { createLabels } from '../../src/slips/labels.ts';

const labels = createLabels('secret of the house');
const PUMP = labels.pathOf(toId('pump-1'));
const KEY = PUMP.split('k=')[1] ?? '';

test('a label names its equipment and holds a key that another one has not', () => {
  expect(PUMP).toMatch(/^\/r\/pump-1\?k=[0-9a-f]{16}$/);
  expect(labels.pathOf(toId('pump-1'))).toBe(PUMP);
  expect(labels.pathOf(toId('pump-2')).split('k=')[1]).not.toBe(KEY);
  expect(createLabels('secret of another').pathOf(toId('pump-1'))).not.toBe(PUMP);
});

test.each([
  ['as printed', `https://riser.example:8443${PUMP}`],
  ['the path alone', PUMP],
  ['with what a scanner adds', ` http://10.0.0.7:8080/r/pump-1/?from=scan&k=${KEY}&x=1#top `],
  ['the page that it leads to', `https://riser.example/report?equipment=pump-1&k=${KEY}`],
])('it is read %s', (_, code) => {
  expect(labels.read(code)).toBe('pump-1');
});

test.each([
  ['the number of the equipment', 'pump-1'],
  ['an address without key', 'https://riser.example/r/pump-1'],
  ['the key of its neighbour', `/r/pump-2?k=${KEY}`],
  ['a label of before the secret was changed', createLabels('old').pathOf(toId('pump-1'))],
  ['half a key', PUMP.slice(0, -1)],
  ['more than a key', `${PUMP}0`],
  ['nothing', ''],
])('%s is no label', (_, code) => {
  expect(labels.read(code)).toBeNull();
});

test('what is written down of it holds no key', () => {
  expect(labels.withoutKey(`/r/pump-1?a=1&k=${KEY}&b=2#c`)).toBe('/r/pump-1?a=1&&b=2#c');
  expect(labels.withoutKey(`${PUMP}0`)).toBe('/r/pump-1?');
  expect(labels.withoutKey('pump-1')).toBe('pump-1');
});
