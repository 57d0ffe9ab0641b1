/** Shapes of what a ticket offers to one person: steps, short forms, and the fields that the page builds them of. */
import Type, { type Static } from 'typebox';
import { STAGE_NAMES } from '../core/ticket.ts';
import { TRANSITION_TYPES } from '../tickets/transitions.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const words = Type.String();

/** How the page builds the form of a step; what the policy asks for is marked, with its rule. */
export const OfferedFieldSchema = Type.Object({
  name: words,
  kind: strings([
    'line',
    'text',
    'number',
    'integer',
    'boolean',
    'choice',
    'time',
    'assignee',
    'user',
    'contact',
    'ticket',
    'photo',
    'materials',
    'impact',
  ]),
  text: TextSchema,
  isRequired: Type.Boolean(),
  options: Type.Optional(Type.Array(Type.Object({ value: words, text: TextSchema }))),
});
export const OfferedStepSchema = Type.Object({
  transition: strings(TRANSITION_TYPES),
  text: TextSchema,
  fields: Type.Array(OfferedFieldSchema),
  rules: Type.Array(TextSchema, { description: 'What the policy asks for besides, as its guards say it' }),
});
export type OfferedStepView = Static<typeof OfferedStepSchema>;
export type OfferedFieldView = Static<typeof OfferedFieldSchema>;

export const OfferedFormSchema = Type.Object({
  id: words,
  name: TextSchema,
  steps: Type.Array(OfferedStepSchema),
});
export type OfferedFormView = Static<typeof OfferedFormSchema>;

export const TogetherSchema = Type.Object(
  {
    stage: strings(STAGE_NAMES),
    stageText: TextSchema,
    isOver: Type.Boolean(),
    promised: nullable(Type.Object({ atMs: Ms, text: TextSchema })),
  },
  { description: 'Of a merged ticket, for its reporter: where the one stands that it went into' },
);
