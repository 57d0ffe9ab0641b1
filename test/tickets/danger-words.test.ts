/** What callers say in danger is an emergency, whatever class they choose; what only sounds like it is none. */
import { expect, test } from 'vitest';
import { toPriority } from '../../src/tickets/routing.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';

const DANGER = [
  '电梯停在半空人出不去',
  '小孩手被扶梯夹住',
  '插座冒火花',
  '配电箱打火',
  '楼道里有烧焦味',
  '有人持刀伤人',
  '有人打人，把保安打伤了',
  'The elevator stopped between floors and we are inside',
  'There is smoke in the corridor',
  'Sparking socket in 803',
  'Burning smell in the hall',
  'Child caught in the escalator',
  'A man was stabbed',
];
const HARMLESS = [
  '电梯有异响',
  '扶梯停了',
  '燃气灶打火打不着',
  '打火机掉进水池',
  '厨房插座没电',
  '邻居吵架',
  '门卡在半路',
  'No smoking sign is missing',
  'The escalator is dirty',
  'Lift light is off',
  'People smoke in the stairwell',
];

test.each([defaultPolicy, hospitalPolicy])('words of danger under both policies', (policy) => {
  const of = (said: string) => toPriority(null, 'engineering', [], policy, said);
  expect(DANGER.filter((said) => of(said) !== 'emergency')).toEqual([]);
  expect(HARMLESS.filter((said) => of(said) === 'emergency')).toEqual([]);
});
