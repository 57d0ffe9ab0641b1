/**
 * The part of CEL (Common Expression Language) that conditions are written in: its grammar and type check are the
 * library's, with numbers of points as `double` and whole numbers allowed beside them. Says what is well typed; what
 * of it may be used, and what it means, is compile.ts.
 */
import { Environment } from '@marcbachmann/cel-js';

/** Longest condition, characters: a screen of text; longer ones are several rules. */
export const MAX_EXPRESSION_CHARS = 1000;
/** Operands and operators of one condition: evaluation visits each once, so this bounds its time. */
const MAX_NODES = 200;
/** Brackets in brackets. */
const MAX_DEPTH = 32;
/** Values after `in`. */
const MAX_LIST_ITEMS = 32;
const MAX_ARGUMENTS = 2;

const NUMBERS = ['double', 'int'] as const;
/** Functions of one number beside CEL's own `double`. */
export const UNARY_FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  double: (value) => value,
};
export const BINARY_FUNCTIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  min: Math.min,
  max: Math.max,
};

/** Made once: an environment is dear, its copies are not. */
const language = createLanguage();

export interface Names {
  /** Names that stand for numbers, then those that stand for true or false: their places in the frame, in this order. */
  readonly numbers: readonly string[];
  readonly truths: readonly string[];
}

/** @param names identifiers (`isIdentifier`), each once */
export function createScope({ numbers, truths }: Names): Environment {
  const scope = language.clone();
  for (const name of numbers) scope.registerVariable(name, 'double');
  for (const name of truths) scope.registerVariable(name, 'bool');
  return scope;
}

/** Whether an expression can name it: a letter, then letters, digits and `_`; no word of the language. */
export function isIdentifier(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || language.hasVariable(name)) return false;
  try {
    return language.clone().registerVariable(name, 'double').check(name).type === 'double';
  } catch {
    // The library refuses a reserved word by throwing.
    return false;
  }
}

/** `double` and `int` do not mix in CEL but for `<`; a limit is often a whole number, so here they do. */
function createLanguage(): Environment {
  const made = new Environment({
    limits: {
      maxAstNodes: MAX_NODES,
      maxDepth: MAX_DEPTH,
      maxListElements: MAX_LIST_ITEMS,
      maxMapEntries: 0,
      maxCallArguments: MAX_ARGUMENTS,
    },
  });
  for (const operator of ['+', '-', '*', '/']) {
    made.registerOperator(`double ${operator} int: double`, neverCalled);
    made.registerOperator(`int ${operator} double: double`, neverCalled);
  }
  made.registerOperator('double == int', neverCalled);
  made.registerOperator('double in list<int>', neverCalled);
  for (const left of NUMBERS) {
    made.registerFunction(`abs(${left}): double`, neverCalled);
    for (const right of NUMBERS) {
      for (const name of Object.keys(BINARY_FUNCTIONS))
        made.registerFunction(`${name}(${left}, ${right}): double`, neverCalled);
    }
  }
  return made;
}

/** The library checks, compile.ts evaluates. */
function neverCalled(): never {
  throw new Error('an expression is evaluated by its compiled form');
}
