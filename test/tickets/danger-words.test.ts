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
  // Smoke, said in other words.
  '走廊有烟',
  '走廊里有烟雾',
  '楼道里都是烟',
  '楼梯间全是烟',
  '车库里好多烟',
  '屋里烟很大',
  '烟从门缝里往外冒',
  '配电间有白烟',
  '电井里有黑烟冒出来',
  '空调外机在冒黑烟',
  '垃圾桶里有明火',
  '闻到一股糊味',
  '有焦味，像电线烧了',
  '电线烧了',
  '电瓶车烧了',
  '充电器炸了',
  'Smoke in the corridor',
  'smoke on the third floor',
  'Smoke is filling the stairwell',
  'black smoke from the roof',
  'I can smell smoke',
  'I see smoke under the door',
  'Smells like burning in the corridor',
  'Something is burning in 1203',
  'the bin is burning',
  'There is a fire in the kitchen',
  'Fire in the car park',
  'smell of smoke in the lobby',
  // People in danger otherwise.
  '有人晕倒了',
  '有人要跳楼',
  '有人溺水',
  'Somebody is unconscious in the lobby',
  'A man collapsed at the gate',
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
  // Smoke that is none.
  '走廊有烟头',
  '楼道里有烟味',
  '有人在楼道抽烟',
  '走廊里有烟蒂没人扫',
  '烟感报警器误装，要求移位',
  '楼道有烟感探头松动',
  '厨房有烟道堵塞',
  '抽油烟机坏了',
  '油烟很大，投诉楼下餐馆',
  '垃圾桶里有烟灰',
  '大堂有烟灰缸破了',
  '便利店有烟草专卖吗',
  '无烟小区的牌子掉了',
  '车库有烟盒乱扔',
  '消防栓箱门坏了',
  '消防门关不上',
  '灭火器过期了',
  '灯泡烧坏了',
  '电饭锅烧糊了怎么清洗地面',
  '水壶烧开了',
  '月底要烧烤活动场地',
  'Smoke detector needs a new battery',
  'Smoke detector in the corridor beeps',
  'The smoke alarm battery is low',
  'Cigarette smoke in the corridor',
  'Please repair the fire door',
  'Fire extinguisher has expired',
  'Fire drill next week, at what time',
  'The fire hose cabinet is dirty',
  'The light bulb has burnt out',
  'Smoke-free building, please put up a sign',
  'The neighbour smokes on the balcony',
  'When is the smoke test of the fire alarm in the car park',
];

test.each([defaultPolicy, hospitalPolicy])('words of danger under both policies', (policy) => {
  const of = (said: string) => toPriority(null, 'engineering', [], policy, said);
  expect(DANGER.filter((said) => of(said) !== 'emergency')).toEqual([]);
  expect(HARMLESS.filter((said) => of(said) === 'emergency')).toEqual([]);
});

test.each([defaultPolicy, hospitalPolicy])('however they are written, the words are the same', (policy) => {
  const of = (said: string) => toPriority(null, 'engineering', [], policy, said);
  const written = [
    '着 火 了',
    '着\u3000火了',
    'ＯＮ　ＦＩＲＥ',
    '有人被困在電梯裡',
    '升降機壞咗，我哋困喺入面',
    'lift stopped, we can’t get out',
  ];
  expect(written.filter((said) => of(said) !== 'emergency')).toEqual([]);
  expect(['不著急的事', '升降機的燈壞了'].filter((said) => of(said) === 'emergency')).toEqual([]);
});
