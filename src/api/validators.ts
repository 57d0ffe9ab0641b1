/**
 * Validators of what is asked, each compiled when it is needed first: compiling all of them takes most of the time in which
 * the API starts, 0.3 s and more of the one thread, and most are never needed. What they refuse is the framework's business
 * and stays as it is.
 */
import type { FastifyInstance, FastifySchema, FastifySchemaCompiler } from 'fastify';
import { defined } from '../core/assert.ts';
import type { Api } from './context.ts';

/** As the framework calls it: false = refused, and `errors` says why. */
interface Validator {
  (input: unknown): unknown;
  errors?: unknown;
}

type Compile = FastifySchemaCompiler<FastifySchema>;

const INPUTS = [
  'body',
  'headers',
  'querystring',
  'params',
] as const satisfies readonly (keyof FastifySchema)[];

/**
 * For every route that is registered after it. The first one of a scope that has a schema of its input is compiled at once:
 * for it the framework makes the compiler of the scope, which the others use when they are asked.
 */
export function validateLazily(api: Api): void {
  const scopes = new WeakSet<object>();
  api.addHook('onRoute', function (route) {
    const { schema } = route;
    if (schema === undefined || INPUTS.every((part) => schema[part] === undefined)) return;
    if (scopes.has(this)) route.validatorCompiler = toLazyCompiler(this);
    else scopes.add(this);
  });
}

function toLazyCompiler(scope: Pick<FastifyInstance, 'validatorCompiler'>): Compile {
  return (route) => {
    let compiled: Validator | null = null;
    const validate: Validator = (input) => {
      compiled ??= defined(scope.validatorCompiler, 'compiler of the scope')(route) as Validator;
      const result = compiled(input);
      validate.errors = compiled.errors;
      return result;
    };
    return validate as ReturnType<Compile>;
  };
}
