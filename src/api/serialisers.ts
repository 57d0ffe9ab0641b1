/**
 * Serialisers of answers, each compiled when its first answer is sent: there are some hundred (every route has its success
 * and two kinds of problems), compiling them all takes 0.8 s of the start, and most are never needed. What they let
 * through is the framework's business and stays as it is.
 */
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type Build = ReturnType<typeof SerializerSelector>;

const build = SerializerSelector();

/** For `schemaController.compilersFactory.buildSerializer`. */
export const buildLazily: Build = (shared, options) => {
  const compile = build(shared, options);
  return (route) => {
    let serialise: ReturnType<typeof compile> | null = null;
    return (answer) => (serialise ??= compile(route))(answer);
  };
};
