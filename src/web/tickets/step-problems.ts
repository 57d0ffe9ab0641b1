/**
 * A refused step, told at the fields that it is about: what is missing, who cannot be meant, what may not be entered. What no
 * field of the form stands for is told above it only. Pure.
 */
import { ProblemError } from '../api/client.ts';
import type { Action } from './step-values.ts';

export interface FieldProblem {
  /** Step and field, as the form names them. */
  readonly name: [string, string];
  /** `missing` = nothing was entered; else the refusal's own words fit. */
  readonly kind: 'missing' | 'refused';
}

/** Codes that are about these fields, whichever of them the form has. */
const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  'own-approval': ['approver'],
  'arrival-code-wrong': ['code'],
  'nothing-to-correct': ['field'],
  'value-not-allowed': ['value', 'ticket'],
  'merge-refused': ['into'],
};

export function toFieldProblems(error: Error | null, { steps }: Action): readonly FieldProblem[] {
  if (!(error instanceof ProblemError)) return [];
  const kind = error.code === 'missing-fields' ? 'missing' : 'refused';
  const names = toNames(error);
  return steps.flatMap(({ transition, fields }) =>
    fields
      .filter(({ name }) => names.includes(name))
      .map(({ name }): FieldProblem => ({ name: [transition, name], kind })),
  );
}

function toNames({ code, params }: ProblemError): readonly string[] {
  const known = FIELDS_OF[code];
  if (known !== undefined) return known;
  const { fields, field } = params;
  if (code === 'missing-fields' && typeof fields === 'string') return fields.split(', ');
  return code === 'unknown-person' && typeof field === 'string' ? [field] : [];
}
