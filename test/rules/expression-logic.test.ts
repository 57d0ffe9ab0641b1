/**
 * Three-valued logic of conditions: every truth table and every nesting of two operators against an oracle that knows
 * Kleene's logic as least and greatest of 0, ½, 1; random conditions against it and against the library's own evaluation.
 */
import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCondition } from '../../src/rules/cel/compile.ts';
import { testSeed } from '../support/seed.ts';

/** FALSE, UNKNOWN, TRUE. */
type Degree = 0 | 0.5 | 1;
type Value = number | null;
/** Key: name. */
type Values = Readonly<Record<string, Value>>;

type NumberTree = { readonly text: string; value(of: Values): Value };
type TruthTree = { readonly text: string; degree(of: Values): Degree };

const DEGREES: readonly Degree[] = [0, 0.5, 1];
const NAMES = ['a', 'b', 'c'] as const;

/** Compiled once, asked often. */
function createAsk(text: string): (values: Values) => Degree {
  const compiled = compileCondition(text, { numbers: NAMES, truths: [] });
  if (!('run' in compiled))
    throw new Error(`${text}: expected ${compiled.expected}, found ${compiled.found}`);
  const frame = { values: new Float64Array(NAMES.length), fault: '' };
  return (values) => {
    for (const [at, name] of NAMES.entries()) frame.values[at] = values[name] ?? Number.NaN;
    const truth = compiled.run(frame);
    return truth === 0 || truth === 1 ? truth : 0.5;
  };
}

const number = (name: string): NumberTree => ({ text: name, value: (of) => of[name] ?? null });
/** A truth that stands for itself: 0, missing, 1. */
const atom = (name: string): TruthTree => ({
  text: `${name} > 0.5`,
  degree: (of) => {
    const value = of[name] ?? null;
    if (value === null) return 0.5;
    return value > 0.5 ? 1 : 0;
  },
});
const not = (tree: TruthTree): TruthTree => ({
  text: `!(${tree.text})`,
  degree: (of) => (1 - tree.degree(of)) as Degree,
});
const and = (left: TruthTree, right: TruthTree): TruthTree => ({
  text: `(${left.text}) && (${right.text})`,
  degree: (of) => Math.min(left.degree(of), right.degree(of)) as Degree,
});
const or = (left: TruthTree, right: TruthTree): TruthTree => ({
  text: `(${left.text}) || (${right.text})`,
  degree: (of) => Math.max(left.degree(of), right.degree(of)) as Degree,
});
const same = (left: TruthTree, right: TruthTree): TruthTree => ({
  text: `(${left.text}) == (${right.text})`,
  degree: (of) => {
    const degrees = [left.degree(of), right.degree(of)];
    if (degrees.includes(0.5)) return 0.5;
    return degrees[0] === degrees[1] ? 1 : 0;
  },
});
const choose = (condition: TruthTree, then: TruthTree, otherwise: TruthTree): TruthTree => ({
  text: `(${condition.text}) ? (${then.text}) : (${otherwise.text})`,
  degree: (of) => {
    const chosen = condition.degree(of);
    if (chosen === 0.5) return 0.5;
    return chosen === 1 ? then.degree(of) : otherwise.degree(of);
  },
});

const toValue = (degree: Degree): Value => (degree === 0.5 ? null : degree);
const ASSIGNMENTS: readonly Values[] = DEGREES.flatMap((a) =>
  DEGREES.flatMap((b) => DEGREES.map((c) => ({ a: toValue(a), b: toValue(b), c: toValue(c) }))),
);

/** Places where the compiled form and the oracle differ. */
function toDifferences(trees: readonly TruthTree[]): readonly string[] {
  return trees.flatMap((tree) => {
    const ask = createAsk(tree.text);
    return ASSIGNMENTS.filter((values) => ask(values) !== tree.degree(values)).map(
      (values) => `${tree.text} with ${JSON.stringify(values)}`,
    );
  });
}

const [a, b, c] = NAMES.map(atom) as [TruthTree, TruthTree, TruthTree];
const LITERALS = [a, b, c, not(a), not(b), not(c)];
const BINARY = [and, or, same];
const PAIRS = BINARY.flatMap((operator) =>
  LITERALS.flatMap((left) => LITERALS.map((right) => operator(left, right))),
);

describe('Kleene', () => {
  const table = (text: string) =>
    DEGREES.map((first) =>
      DEGREES.map((second) => createAsk(text)({ a: toValue(first), b: toValue(second) })),
    );

  test('and: one FALSE decides whatever is unknown, on either side', () => {
    expect(table('a > 0.5 && b > 0.5')).toEqual([
      [0, 0, 0],
      [0, 0.5, 0.5],
      [0, 0.5, 1],
    ]);
  });

  test('or: one TRUE decides whatever is unknown, on either side', () => {
    expect(table('a > 0.5 || b > 0.5')).toEqual([
      [0, 0.5, 1],
      [0.5, 0.5, 1],
      [1, 1, 1],
    ]);
  });

  test('not, equality and choice leave the unknown unknown', () => {
    expect(DEGREES.map((degree) => createAsk('!(a > 0.5)')({ a: toValue(degree) }))).toEqual([1, 0.5, 0]);
    expect(createAsk('(a > 0.5) == (a > 0.5)')({ a: null })).toBe(0.5);
    expect(createAsk('a > 0.5 ? true : true')({ a: null })).toBe(0.5);
  });

  test('what is unknown is not guessed from its opposite: x || !x of a missing x stays open', () => {
    expect(createAsk('a > 0.5 || !(a > 0.5)')({ a: null })).toBe(0.5);
  });

  test('holds for every operator over every pair of literals and every assignment', () => {
    expect(PAIRS).toHaveLength(108);
    expect(toDifferences([...PAIRS, ...PAIRS.map(not)])).toEqual([]);
  });

  test('holds for every nesting of two operators', () => {
    const nested = [and, or].flatMap((outer) =>
      PAIRS.flatMap((left) => PAIRS.filter((_, at) => at % 2 === 0).map((right) => outer(left, right))),
    );
    expect(nested).toHaveLength(11_664);
    expect(toDifferences(nested)).toEqual([]);
  });

  test('holds for every choice between literals, and for choices in operators', () => {
    const choices = LITERALS.flatMap((condition) =>
      LITERALS.flatMap((then) => LITERALS.map((otherwise) => choose(condition, then, otherwise))),
    );
    expect(
      toDifferences([...choices, ...choices.flatMap((choice) => [and(choice, a), or(b, choice)])]),
    ).toEqual([]);
  });
});

const { truth } = fc.letrec<{ truth: TruthTree; number: NumberTree }>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...NAMES).map(number),
    fc
      .integer({ min: -3, max: 3 })
      .map((value): NumberTree => ({ text: value.toFixed(1), value: () => value })),
    fc
      .tuple(fc.constantFrom('+', '-', '*'), tie('number'), tie('number'))
      .map(([operator, left, right]) => toArithmetic(operator, left, right)),
    fc.tuple(tie('truth'), tie('number'), tie('number')).map(
      ([condition, then, otherwise]): NumberTree => ({
        text: `((${condition.text}) ? (${then.text}) : (${otherwise.text}))`,
        value: (of) => {
          const chosen = condition.degree(of);
          if (chosen === 0.5) return null;
          return chosen === 1 ? then.value(of) : otherwise.value(of);
        },
      }),
    ),
  ),
  truth: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'), tie('number'))
      .map(([operator, left, right]) => toComparison(operator, left, right)),
    fc.boolean().map((value): TruthTree => ({ text: String(value), degree: () => (value ? 1 : 0) })),
    tie('truth').map(not),
    fc
      .tuple(fc.constantFrom(and, or, same), tie('truth'), tie('truth'))
      .map(([operator, left, right]) => operator(left, right)),
    fc
      .tuple(tie('truth'), tie('truth'), tie('truth'))
      .map(([condition, then, otherwise]) => choose(condition, then, otherwise)),
  ),
}));

function toArithmetic(operator: string, left: NumberTree, right: NumberTree): NumberTree {
  return {
    text: `(${left.text} ${operator} ${right.text})`,
    value: (of) => {
      const [l, r] = [left.value(of), right.value(of)];
      if (l === null || r === null) return null;
      if (operator === '+') return l + r;
      return operator === '-' ? l - r : l * r;
    },
  };
}

function toComparison(operator: string, left: NumberTree, right: NumberTree): TruthTree {
  return {
    text: `${left.text} ${operator} ${right.text}`,
    degree: (of) => {
      const [l, r] = [left.value(of), right.value(of)];
      if (l === null || r === null) return 0.5;
      const order = Math.sign(l - r);
      const wanted: Readonly<Record<string, readonly number[]>> = {
        '<': [-1],
        '<=': [-1, 0],
        '>': [1],
        '>=': [1, 0],
        '==': [0],
        '!=': [-1, 1],
      };
      return wanted[operator]?.includes(order) ? 1 : 0;
    },
  };
}

const value = fc.option(fc.integer({ min: -3, max: 3 }), { freq: 2 });
const assignment = fc.record({ a: value, b: value, c: value });
/** Conditions that fit the limits of the language. */
const condition = truth.filter(({ text }) => {
  const isShort = text.length <= 600;
  return isShort && 'run' in compileCondition(text, { numbers: NAMES, truths: [] });
});

describe('random conditions', () => {
  const options = { seed: testSeed(), numRuns: 400 };

  test('are mostly within the limits, so that the other tests do not judge nothing', () => {
    const texts = fc.sample(truth, { seed: testSeed(), numRuns: 200 }).map(({ text }) => text);
    const fitting = texts.filter((text) => 'run' in compileCondition(text, { numbers: NAMES, truths: [] }));
    expect(fitting.length).toBeGreaterThan(100);
    expect(texts.filter((text) => text.includes('?')).length).toBeGreaterThan(10);
  });

  test('agree with the oracle whatever is missing', () => {
    fc.assert(
      fc.property(condition, assignment, (tree, values) => {
        expect(createAsk(tree.text)(values), tree.text).toBe(tree.degree(values));
      }),
      options,
    );
  });

  test('agree with the evaluation of the library, which throws where a value is missing', () => {
    fc.assert(
      fc.property(condition, assignment, (tree, values) => {
        expect(createAsk(tree.text)(values), tree.text).toBe(askLibrary(tree.text, values));
      }),
      options,
    );
  });
});

const library = NAMES.reduce((scope, name) => scope.registerVariable(name, 'double'), new Environment());
const MISSING = new Error('missing');

function askLibrary(text: string, values: Values): Degree {
  const context = {};
  for (const name of NAMES) Object.defineProperty(context, name, { get: () => read(values[name] ?? null) });
  try {
    return library.evaluate(text, context) === true ? 1 : 0;
  } catch (error) {
    if (error === MISSING) return 0.5;
    throw error;
  }
}

function read(known: Value): number {
  if (known === null) throw MISSING;
  return known;
}
