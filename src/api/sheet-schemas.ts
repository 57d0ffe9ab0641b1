/** Shapes of the two sheets of an emergency in the public API (v1), as core/ticket-sheets.ts has them. */
import Type from 'typebox';
import { Ms, nullable, strings } from './schemas.ts';

const words = Type.String();
const maybeWords = nullable(Type.String());

const sheetEntry = {
  atMs: Ms,
  by: words,
  who: words,
  note: words,
  contact: Type.Optional(words),
  firm: Type.Optional(words),
  phone: Type.Optional(words),
  signedSlip: Type.Optional(words),
  signedPhoto: Type.Optional(words),
  reason: Type.Optional(words),
} as const;
const SheetStepsSchema = Type.Record(
  Type.String(),
  Type.Object({
    ...sheetEntry,
    corrected: Type.Optional(
      Type.Array(Type.Object(sheetEntry), { description: 'Entries that this one corrects, oldest first' }),
    ),
  }),
);

export const FireSheetSchema = nullable(
  Type.Object({
    verdict: strings(['real', 'false-alarm', 'test']),
    by: words,
    atMs: Ms,
    how: strings(['on-site', 'camera', 'phone', 'intercom']),
    cause: maybeWords,
    steps: SheetStepsSchema,
    voided: Type.Optional(
      Type.Array(Type.Object(sheetEntry), {
        description: 'Ends of the fire that were entered, oldest first: it burned again, or had not ended',
      }),
    ),
  }),
);

export const EntrapmentSheetSchema = nullable(
  Type.Object({
    liftCode: words,
    rescueLine: words,
    maintainer: Type.Optional(words),
    floor: words,
    people: nullable(Type.Integer()),
    lowered: Type.Optional(
      Type.Array(Type.Object({ people: Type.Integer(), by: words, atMs: Ms }), {
        description: 'Higher numbers of people that stood there before, oldest first',
      }),
    ),
    voided: Type.Optional(
      Type.Array(Type.Object(sheetEntry), {
        description: 'Releases that were entered too early, oldest first: somebody was still inside',
      }),
    ),
    steps: SheetStepsSchema,
  }),
);
