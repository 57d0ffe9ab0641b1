/** Building blocks of all schemas: ids, texts, closed lists, durations and sizes with units. */
import Type, { type TSchema } from 'typebox';
import { ID_PATTERN, MAX_ID_LENGTH } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';

/** `expected` is this project's own keyword: the words of a message. It is left out of published schemas. */
export const Id = Type.String({
  pattern: ID_PATTERN,
  maxLength: MAX_ID_LENGTH,
  expected: 'an id (small letters, digits, hyphens; a letter first)',
});

const oneText = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const textOf = (maxLength: number) =>
  Type.Object(
    { zh: oneText(maxLength), en: oneText(maxLength) },
    { additionalProperties: false, expected: 'a text in both languages {zh, en}' },
  );

/** Both languages are required: a page never mixes them. */
export const TextSchema = textOf(LIMITS.shortTextChars);
export const LongTextSchema = textOf(LIMITS.textChars);
export const ShortString = Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars });
/** A path of a file or folder, relative to the file that names it. */
export const FilePath = Type.String({ minLength: 1, maxLength: 1024, expected: 'the path of a file' });
export const Version1 = Type.Literal(1, { expected: '1, the only version known' });

/** One of a closed list of words. */
export const oneOf = <const T extends string>(values: readonly T[], options: { readonly default?: T } = {}) =>
  Type.Unsafe<T>(Type.String({ enum: [...values], ...options }));

/** Not to be made by spreading a schema: the library keeps its own marks in hidden properties. */
export const orNull = <T extends TSchema>(schema: T, options: { readonly default?: null } = {}) =>
  Type.Union([Type.Null(), schema], options);

/** What another schema checks later, once it is known which one. */
export const Later = Type.Unsafe<unknown>({ later: true });

const MS_OF = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES_OF = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** `90s`, `10min`, `8h`, `1d`. */
export const Duration = Type.String({
  pattern: '^[1-9]\\d{0,8} ?(ms|s|min|h|d)$',
  expected: 'a duration such as 90s, 10min, 8h or 1d',
});
/** `512MiB`, `8GiB`, or a number of bytes. */
export const Size = Type.Unsafe<string | number>({
  anyOf: [
    { type: 'integer', minimum: 1 },
    { type: 'string', pattern: '^[1-9]\\d{0,8} ?(KiB|MiB|GiB|TiB)$' },
  ],
  expected: 'a size such as 512MiB or 8GiB',
});

/** For texts that `Duration` has checked. */
export function toMs(duration: string): number {
  return toAmount(duration, MS_OF);
}

/** For values that `Size` has checked. */
export function toBytes(size: string | number): number {
  return typeof size === 'number' ? size : toAmount(size, BYTES_OF);
}

function toAmount<U extends string>(text: string, units: Readonly<Record<U, number>>): number {
  const unit = text.replace(/^\d+ ?/, '') as U;
  return Number.parseInt(text, 10) * units[unit];
}
