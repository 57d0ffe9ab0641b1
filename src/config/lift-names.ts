/**
 * Which lift somebody talks about, as far as the words name one: number, letter, kind, side, house or unit. People in another lift
 * are another matter (service-workflow.md §3), also where one caller tells of both. Pure.
 */
import { toPlainWords } from '../core/plain-words.ts';

const NUMERALS = '一二三四五六七八九十';
/** Of what is named: `1号梯`, `二号货梯`, `3#电梯`, `A梯`; `1号楼`, `2栋`, `A单元`; `货梯`; `左边电梯`. */
const NAMES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['lift', /([a-z]?\d+)(?:号|#|\s)*(?:电|客|货|扶|直|消防|观光|医用|病床)*梯/g],
  ['lift', /([一二三四五六七八九十]+)号(?:电|客|货|扶|直|消防|观光|医用|病床)*梯/g],
  ['lift', /(?<![a-z])([a-z])号?(?:电|客|货|扶|直)*梯/g],
  ['lift', /梯(?:\s|#|第)*([a-z]?\d+|[a-z](?![a-z]))(?![a-z\d]|层|楼|个|人|名|位|分|小时|岁)/g],
  [
    'lift',
    /\b(?:lift|elevator|car|escalator)s?,?\s*(?:no\.?|number|#)?\s*#?([a-z]?\d+\b(?! (?:people|person|children|kids|minutes|hours))|[b-hj-z]\b)/g,
  ],
  ['lift', /\b(?:lift|elevator|car|escalator) a\b(?=\s*(?:$|[,.;:!?]|is|has|stopped|stuck|again|still))/g],
  ['lift', /\b(\d+)(?:st|nd|rd|th) (?:lift|elevator)/g],
  ['house', /([a-z]?\d+|[一二三四五六七八九十]+|[a-z])\s*(?:号楼|号院|栋|幢|座|区(?!域))/g],
  ['house', /\b(?:tower|building|block|wing) ([a-z]?\d+|[a-z])\b/g],
  ['unit', /([a-z]?\d+|[一二三四五六七八九十]+|[a-z])\s*单元/g],
  ['unit', /\bunit ([a-z]?\d+|[a-z])\b/g],
  ['kind', /(客|货|消防|观光|医用|病床|员工|自动扶|扶)(?:电)?梯/g],
  ['kind', /\b(freight|goods|service|passenger|firemen's|fire|bed) (?:lift|elevator)/g],
  [
    'side',
    /(左|右|东|西|南|北|中间|最里面|靠里|靠外)(?:边|侧|面|手边)?(?:的|那部|那台|一部|一台)*(?:电|客|货)?梯/g,
  ],
  ['side', /\b(left|right|north|south|east|west|middle)(?:ern)?(?:[- ]hand)? (?:lift|elevator)/g],
];

const ANOTHER =
  /另一|另外|又一|还有一|其他|别的|隔壁|旁边|第[二三四五六]|[电客货]梯也|也(?:有|被|困|关)|\b(?:another|other|second|third|next|also|as well|too)\b/;
/** What is said by somebody who has told of it before. */
const AS_BEFORE =
  /还(?:没|未|在|不|困|被|关|要)|仍|一直|刚才|刚刚|怎么|什么时候|多久|快点|催|\b(?:still|yet|already|how long|hurry|when (?:will|is|are))\b/;

const LIFT = /梯|轿厢|\b(?:lift|elevator|escalator)/;

/** Whether a lift is talked of at all. */
export function namesLift(said: string): boolean {
  return LIFT.test(toPlainWords(said));
}

/** E.g. `lift 1`, `house 2`; empty = the words name none. */
export function toLiftNames(said: string): ReadonlySet<string> {
  const text = toPlainWords(said);
  const found = NAMES.flatMap(([name, pattern]) =>
    [...text.matchAll(pattern)].map(([, value = 'a']) => `${name} ${toDigits(value)}`),
  );
  return new Set(found);
}

/**
 * Whether what is said of people in a lift is said of a lift that is known already. Where that is not certain it is another one: a
 * second ticket is merged with one click, people of whom nobody knows are in the lift for hours.
 * @param known what was said of the first, and its place @param words what is said now
 */
export function isSameLift(known: readonly [words: string, place: string], words: string): boolean {
  const names = toLiftNames(words);
  if (names.size > 0) return names.isSubsetOf(toLiftNames(known.join(' ')));
  const text = toPlainWords(words);
  if (ANOTHER.test(text)) return false;
  const before = toPlainWords(known[0]);
  // The same again, and more: whoever has told of it begins as before.
  const isRepeated = before.includes(text) || before.split(/[；;]/).some((it) => text.startsWith(it.trim()));
  return AS_BEFORE.test(text) || isRepeated;
}

/** Whether the words of the two name lifts that cannot be one: other numbers, houses, units, kinds or sides. */
export function nameOtherLifts(one: string, other: string): boolean {
  const [names, others] = [[...toLiftNames(one)], [...toLiftNames(other)]];
  const toKind = (name: string): string => name.slice(0, name.indexOf(' '));
  return names.some((name) => {
    const alike = others.filter((it) => toKind(it) === toKind(name));
    return alike.length > 0 && !alike.some((it) => names.includes(it));
  });
}

/** 一 … 十九. */
function toDigits(value: string): string {
  if (!NUMERALS.includes(value.charAt(0))) return value;
  const [tens, ones] = value.includes('十') ? value.split('十') : ['', value];
  const digit = (sign = '') => NUMERALS.indexOf(sign || '〇') + 1;
  const ten = value.includes('十') ? Math.max(digit(tens), 1) * 10 : 0;
  return String(ten + digit(ones));
}
