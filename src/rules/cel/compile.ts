/**
 * Turns the text of a condition into a function of three-valued logic, or says what is wrong with it and where. The
 * library parses and checks types; the checked tree becomes functions of truth.ts. Its own evaluation is not used: there
 * a missing value is an exception, division by zero is Infinity, and `!(NaN <= 5.0)` is true.
 *
 * Allowed are numbers, true and false, names, `+ - * / < <= > >= == != && || ! ?: in [numbers]`, abs, min, max, double:
 * nothing that loops, so the number of nodes bounds the time.
 */
import { type ASTNode, ParseError, type ParseResult, TypeError as TypeProblem } from '@marcbachmann/cel-js';
import { quote } from '../../config/problems.ts';
import {
  BINARY_FUNCTIONS,
  createScope,
  MAX_EXPRESSION_CHARS,
  type Names,
  UNARY_FUNCTIONS,
} from './language.ts';
import { NotAllowed, type Refused, refuse, toNoTruth, toRefused, toSource } from './refusal.ts';
import {
  and,
  apply,
  calculate,
  chooseNumber,
  chooseTruth,
  compare,
  DIVIDE,
  equal,
  FALSE,
  isOneOf,
  type NumberNode,
  not,
  or,
  readNumber,
  readTruth,
  TRUE,
  type TruthNode,
} from './truth.ts';

export interface Compiled {
  readonly run: TruthNode;
  /** Names that it reads. */
  readonly used: ReadonlySet<string>;
}

type Part =
  | { readonly type: 'truth'; readonly run: TruthNode }
  | { readonly type: 'double' | 'int'; readonly run: NumberNode };
type NumberPart = Extract<Part, { readonly type: 'double' | 'int' }>;
type Tree = { readonly [Op in ASTNode['op']]: Extract<ASTNode, { readonly op: Op }> };

interface Building {
  readonly names: Names;
  readonly used: Set<string>;
}

/** @param names identifiers, each once. */
export function compileCondition(source: string, names: Names): Compiled | Refused {
  if (source.length > MAX_EXPRESSION_CHARS) {
    const expected = `at most ${MAX_EXPRESSION_CHARS} characters`;
    return { expected, found: `${source.length} characters` };
  }
  try {
    const tree = toCheckedTree(createScope(names).parse(source));
    const used = new Set<string>();
    const part = build(tree, { names, used });
    return part.type === 'truth' ? { run: part.run, used } : toNoTruth(part.type);
  } catch (error) {
    if (error instanceof NotAllowed) return { expected: error.expected, found: error.message };
    if (error instanceof ParseError || error instanceof TypeProblem)
      return toRefused(error, source, [...names.numbers, ...names.truths]);
    throw error;
  }
}

function toCheckedTree(parsed: ParseResult): ASTNode {
  const { valid, type, error } = parsed.check();
  if (error !== undefined) throw error;
  if (!valid || type !== 'bool') {
    const { expected, found } = toNoTruth(type ?? 'nothing');
    throw new NotAllowed(expected, found);
  }
  return parsed.ast;
}

function build(node: ASTNode, building: Building): Part {
  switch (node.op) {
    case 'value':
      return buildLiteral(node);
    case 'id':
      return buildName(node, building);
    case '&&':
    case '||':
      return buildLogic(node, building);
    case '!_':
      return toTruth(not(buildTruth(node.args, building)));
    case '-_':
      return buildMinus(node, building);
    case '?:':
      return buildChoice(node, building);
    case '+':
    case '-':
    case '*':
    case '/':
      return buildArithmetic(node, building);
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
      return buildComparison(node, building);
    case 'in':
      return buildMembership(node, building);
    case 'call':
      return buildCall(node, building);
    default:
      return refuse(node);
  }
}

function toTruth(run: TruthNode): Part {
  return { type: 'truth', run };
}

function buildTruth(node: ASTNode, building: Building): TruthNode {
  const part = build(node, building);
  return part.type === 'truth' ? part.run : refuse(node);
}

function buildNumber(node: ASTNode, building: Building): NumberPart {
  const part = build(node, building);
  return part.type === 'truth' ? refuse(node) : part;
}

function buildLiteral(node: Tree['value']): Part {
  const value = node.args;
  if (typeof value === 'boolean') return toTruth(() => (value ? TRUE : FALSE));
  if (typeof value === 'number') return { type: 'double', run: () => value };
  if (typeof value !== 'bigint') return refuse(node);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) return refuse(node, 'a whole number up to 2^53');
  return { type: 'int', run: () => number };
}

function buildName(node: Tree['id'], { names, used }: Building): Part {
  const number = names.numbers.indexOf(node.args);
  const truth = names.truths.indexOf(node.args);
  // What the library knows beside our names are its types: `type(x) == double`.
  if (number < 0 && truth < 0) return refuse(node);
  used.add(node.args);
  return number >= 0
    ? { type: 'double', run: readNumber(number) }
    : toTruth(readTruth(names.numbers.length + truth));
}

function buildLogic(node: Tree['&&' | '||'], building: Building): Part {
  const left = buildTruth(node.args[0], building);
  const right = buildTruth(node.args[1], building);
  return toTruth(node.op === '&&' ? and(left, right) : or(left, right));
}

function buildMinus(node: Tree['-_'], building: Building): Part {
  const { type, run } = buildNumber(node.args, building);
  return { type, run: apply((value) => -value, run) };
}

function buildChoice(node: Tree['?:'], building: Building): Part {
  const condition = buildTruth(node.args[0], building);
  const then = build(node.args[1], building);
  const otherwise = build(node.args[2], building);
  if (then.type === 'truth') {
    if (otherwise.type !== 'truth') return refuse(node);
    return toTruth(chooseTruth(condition, then.run, otherwise.run));
  }
  if (otherwise.type === 'truth') return refuse(node);
  return { type: toCommon(then, otherwise), run: chooseNumber(condition, then.run, otherwise.run) };
}

function toCommon(left: NumberPart, right: NumberPart): 'double' | 'int' {
  return left.type === 'int' && right.type === 'int' ? 'int' : 'double';
}

const ARITHMETIC = {
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
  '*': (left: number, right: number) => left * right,
  '/': DIVIDE,
} as const;

function buildArithmetic(node: Tree['+' | '-' | '*' | '/'], building: Building): Part {
  const left = buildNumber(node.args[0], building);
  const right = buildNumber(node.args[1], building);
  const type = toCommon(left, right);
  if (node.op === '/' && type === 'int')
    return refuse(node, 'a decimal point, as in 5.0 / 2.0 (between whole numbers CEL drops the rest)');
  return { type, run: toCalculation(ARITHMETIC[node.op], left, right, type, node) };
}

function toCalculation(
  how: (left: number, right: number) => number,
  left: NumberPart,
  right: NumberPart,
  type: 'double' | 'int',
  node: ASTNode,
): NumberNode {
  const place = quote(toSource(node));
  const faults = { division: `division by zero in ${place}`, overflow: `overflow in ${place}` };
  return calculate(how, [left.run, right.run], type === 'int', faults);
}

const COMPARISONS = {
  '<': (left: number, right: number) => left < right,
  '<=': (left: number, right: number) => left <= right,
  '>': (left: number, right: number) => left > right,
  '>=': (left: number, right: number) => left >= right,
  '==': (left: number, right: number) => left === right,
  '!=': (left: number, right: number) => left !== right,
} as const;

function buildComparison(node: Tree[keyof typeof COMPARISONS], building: Building): Part {
  const left = build(node.args[0], building);
  const right = build(node.args[1], building);
  if (left.type !== 'truth' && right.type !== 'truth')
    return toTruth(compare(COMPARISONS[node.op], left.run, right.run));
  const isEquality = node.op === '==' || node.op === '!=';
  if (!isEquality || left.type !== 'truth' || right.type !== 'truth') return refuse(node);
  return toTruth(equal(left.run, right.run, node.op === '=='));
}

function buildMembership(node: Tree['in'], building: Building): Part {
  const [operand, list] = node.args;
  if (list.op !== 'list') return refuse(node);
  const { run } = buildNumber(operand, building);
  return toTruth(isOneOf(run, list.args.map(toConstant)));
}

function toConstant(node: ASTNode): number {
  const isNegative = node.op === '-_';
  const literal = isNegative ? node.args : node;
  if (literal.op !== 'value') return refuse(node, 'a number in the list after "in"');
  const part = buildLiteral(literal);
  if (part.type === 'truth') return refuse(node, 'a number in the list after "in"');
  const value = Number(literal.args);
  return isNegative ? -value : value;
}

function buildCall(node: Tree['call'], building: Building): Part {
  const [name, args] = node.args;
  const [first, second] = args;
  const unary = Object.hasOwn(UNARY_FUNCTIONS, name) ? UNARY_FUNCTIONS[name] : undefined;
  const binary = Object.hasOwn(BINARY_FUNCTIONS, name) ? BINARY_FUNCTIONS[name] : undefined;
  if (unary !== undefined && first !== undefined && second === undefined)
    return { type: 'double', run: apply(unary, buildNumber(first, building).run) };
  if (binary === undefined || first === undefined || second === undefined) return refuse(node);
  const left = buildNumber(first, building);
  const right = buildNumber(second, building);
  return { type: 'double', run: toCalculation(binary, left, right, 'double', node) };
}
