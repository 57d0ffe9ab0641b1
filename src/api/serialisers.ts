/**
 * Serialisers of answers, each compiled when its first answer is sent, and once for all routes that answer the same: there are
 * some hundred (every route has its success and two kinds of problems), compiling them all takes seconds, a ticket's
 * alone 0.1 s of the one thread, and most are never needed. A second server of the same process finds what the first one has
 * compiled. What they let through is the framework's business and stays as it is.
 */
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type Build = ReturnType<typeof SerializerSelector>;

const build = SerializerSelector();

/** Key: what all answers share, the settings, and the schema, as JSON, which says all that is compiled. */
const known = new Map<string, ReturnType<ReturnType<Build>>>();

/** For `schemaController.compilersFactory.buildSerializer`. */
export const buildLazily: Build = (shared, options) => {
  const compile = build(shared, options);
  const common = JSON.stringify([shared, options]);
  return (route) => {
    let serialise: ReturnType<typeof compile> | null = null;
    const find = (): ReturnType<typeof compile> => {
      const key = `${common}${JSON.stringify(route.schema)}`;
      const found = known.get(key) ?? compile(route);
      known.set(key, found);
      return found;
    };
    return (answer) => (serialise ??= find())(answer);
  };
};
