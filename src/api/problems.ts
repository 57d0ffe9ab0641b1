/**
 * Every failure of the API as RFC 9457 problem document with a stable code (core/errors.ts). What is not a failure of
 * the request or of the world is `internal`: logged with the request's id, told to the client without any detail.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import {
  ERRORS,
  type ErrorCode,
  PolicyError,
  RiserError,
  RosterError,
  RuleChangeError,
} from '../core/errors.ts';
import { renderText, type Text } from '../core/text.ts';
import { NOUNS } from './nouns.ts';
import { toWords } from './problem-words.ts';
import type { ProblemDocument } from './schemas.ts';
import { InputError, type InputProblem, toInputTextZh, toValidationProblem } from './validation.ts';

export const PROBLEM_TYPE = 'application/problem+json';
/** Seconds after which a refused request may be tried again when the refusal does not say so itself. */
const RETRY_AFTER_S = 1;

/** Mistakes of one file that an answer names; who has more reads these first. */
const MAX_PROBLEMS = 200;

/** What the framework refuses by itself. Key: its error code. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'wrong-media-type',
  FST_ERR_HANDLER_TIMEOUT: 'engine-busy',
};

/** What other plug-ins refuse. Key: HTTP status. */
const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'not-found',
  405: 'wrong-method',
  413: 'body-too-large',
  415: 'wrong-media-type',
  429: 'too-many-requests',
};

/**
 * @param params beside those of the text: whatever helps the client to act
 * @param text default: that of the code, filled with the parameters
 */
export function toProblem(
  code: ErrorCode,
  params: Readonly<Record<string, unknown>>,
  detail?: string,
  text: Text = renderText(ERRORS[code].text, params as Record<string, string | number | Text>),
): ProblemDocument {
  return {
    type: `/docs/errors#${code}`,
    title: text.en,
    status: ERRORS[code].status,
    code,
    params: { ...params },
    detail: detail ?? text.en,
    text,
  };
}

/**
 * The problem that an error is told as; null when it is nobody's but ours.
 * @param timeZone of the site: times in its texts are those of its clocks
 */
export function classifyError(error: unknown, timeZone: string): ProblemDocument | null {
  if (error instanceof RuleChangeError) {
    const problems = error.problems.map(({ path, expected, found }) => ({ path, expected, found }));
    return toProblem(error.code, { ...error.params, problems });
  }
  if (error instanceof RosterError || error instanceof PolicyError) {
    const problems = error.problems.slice(0, MAX_PROBLEMS).map((problem) => ({ ...problem }));
    return toProblem(error.code, { ...error.params, problems });
  }
  if (error instanceof RiserError) {
    const text = renderText(ERRORS[error.code].text, toWords(error.code, error.params, timeZone));
    return toProblem(error.code, error.params, text.en, text);
  }
  if (error instanceof InputError)
    return toBadRequest(error.problems, error.message, toInputTextZh(error.problems));
  if (!(error instanceof Error)) return null;
  const { validation, validationContext, code, statusCode } = error as FastifyError;
  if (validation !== undefined) {
    const { fields, problems, detail, detailZh } = toValidationProblem(
      validation,
      validationContext ?? 'body',
    );
    if (fields.length > 0) return toProblem('unknown-field', { fields: fields.join(', '), problems }, detail);
    return toBadRequest(problems, detail, detailZh);
  }
  const known = FRAMEWORK_CODES[code] ?? STATUS_CODES[statusCode ?? 500];
  if (known !== undefined) return toProblem(known, known === 'not-found' ? { what: NOUNS.apiPath } : {});
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return toProblem(
      'bad-request',
      { problems: [{ path: 'request', expected: error.message }] },
      error.message,
    );
  }
  return null;
}

/** With place and expectation: the English of them is `detail`, which the page does not show. */
function toBadRequest(problems: readonly InputProblem[], detail: string, detailZh: string): ProblemDocument {
  const { zh, en } = ERRORS['bad-request'].text;
  const problem = toProblem('bad-request', { problems }, detail);
  return { ...problem, text: { zh: `${zh}：${detailZh}`, en: `${en}: ${detail}` } };
}

/**
 * Answers a failed request; the one place where errors of the API end.
 * @param timeZone of the site
 * @returns the code that was answered
 */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  timeZone: string,
): ErrorCode {
  const problem = classifyError(error, timeZone) ?? toProblem('internal', { requestId: request.id });
  if (problem.status >= 500) {
    const isOurs = problem.code === 'internal';
    // Where in our code the world's failure was noticed helps nobody; a mistake of ours is found by it.
    const told = isOurs ? { err: error } : { reason: problem.detail };
    request.log[isOurs ? 'error' : 'warn'](
      { ...told, code: problem.code, method: request.method, route: request.routeOptions.url },
      'request failed',
    );
  }
  if (problem.status === 503 && !reply.hasHeader('retry-after'))
    void reply.header('retry-after', RETRY_AFTER_S);
  void reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
  return problem.code as ErrorCode;
}
