/** What a refused input and a refused step are called, without the codes that programs go by. */
import { describe, expect, test } from 'vitest';
import { toPlaceName, toWords } from '../../src/api/problem-words.ts';
import { classifyError } from '../../src/api/problems.ts';
import { toValidationProblem } from '../../src/api/validation.ts';
import { RiserError } from '../../src/core/errors.ts';
import { STAGES } from '../../src/core/ticket.ts';

const ZONE = 'Asia/Shanghai';
const textOf = (error: unknown) => classifyError(error, ZONE)?.text;

test('fields, steps and stages are told by name, and stay codes for programs', () => {
  const rule = { zh: '规则', en: 'a rule' };
  expect(textOf(new RiserError('missing-fields', { fields: 'readBack, place', rule }))).toEqual({
    zh: '缺少必填内容：复述确认、地点（依据：规则）',
    en: 'Missing: Read-back, Place (asked for by a rule)',
  });
  const stage = new RiserError('wrong-stage', { stage: STAGES.received, transition: 'done' });
  expect(textOf(stage)?.zh).toBe('“待录入”环节不能执行“处理完毕”');
  const who = { zh: '前台', en: 'desk' };
  const step = new RiserError('not-your-step', { transition: 'split', who });
  expect(textOf(step)?.zh).toBe('此步骤（拆分）不由您办理，应由：前台');
  expect(classifyError(step, ZONE)?.params).toEqual({ transition: 'split', who });
});

test('times are those of the site', () => {
  const late = new RiserError('late-entry-order', { after: '2026-11-21T20:30:05.000Z' });
  expect(textOf(late)?.zh).toContain('2026-11-22 04:30:05');
  expect(classifyError(late, ZONE)?.params).toEqual({ after: '2026-11-21T20:30:05.000Z' });
});

test('a code without a name, and what only looks like one, stays as it is', () => {
  expect(toWords('missing-fields', { fields: 'constructor' }, ZONE)).toEqual({
    fields: { zh: 'constructor', en: 'constructor' },
  });
  expect(toWords('late-entry-order', { after: 'soon' }, ZONE)).toEqual({ after: 'soon' });
  expect(toWords('not-permitted', { transition: 'done' }, ZONE)).toEqual({ transition: 'done' });
});

test('a place inside a list is told by its number', () => {
  expect(toPlaceName('body.materials.0.name')).toBe('用料/第1项/名称');
  expect(toPlaceName('body')).toBe('请求内容');
});

describe('what a schema expects', () => {
  const explain = (keyword: string, params: Record<string, unknown>, message = '') => {
    const issue = { keyword, params, message, instancePath: '/content', schemaPath: '' };
    const found = toValidationProblem([issue], 'body');
    return [found.detail.replace('body.content: expected ', ''), found.detailZh.replace('“内容”', '')];
  };

  test.each([
    [
      'maxLength',
      { limit: 9 },
      'must NOT have more than 9 characters',
      'at most 9 characters',
      '应不超过 9 个字符',
    ],
    ['minLength', { limit: 1 }, 'must NOT have fewer than 1', 'at least 1 characters', '应不少于 1 个字符'],
    ['maxItems', { limit: 2 }, 'must NOT have more than 2 items', 'at most 2 items', '应不超过 2 项'],
    ['maximum', { limit: 5, comparison: '<=' }, 'must be <= 5', '<= 5', '应不大于 5'],
    ['minimum', { limit: 0, comparison: '>=' }, 'must be >= 0', '>= 0', '应不小于 0'],
    ['type', { type: 'integer' }, 'must be integer', 'integer', '应为整数'],
    ['enum', { allowedValues: ['a', 'b'] }, 'must be equal to one of', 'one of a, b', '应为 a、b 之一'],
    ['const', { allowedValue: 'a' }, 'must be equal to constant', 'a', '应为 a'],
    ['pattern', { pattern: 'x' }, 'must match pattern "x"', 'pattern "x"', '格式有误'],
    ['uniqueItems', { i: 1, j: 0 }, 'must NOT have duplicate items', 'NOT have duplicate items', '不得重复'],
    ['not', {}, 'must NOT be valid', 'NOT be valid', '不符合要求'],
  ])('%s', (keyword, params, message, en, zh) => {
    expect(explain(keyword, params, message)).toEqual([en, zh]);
  });

  test('more mistakes than anybody reads are counted', () => {
    const issues = Array.from({ length: 9 }, (_, at) => ({
      keyword: 'type',
      params: { type: 'string' },
      instancePath: `/f${at}`,
      schemaPath: '',
    }));
    const { detailZh, problems } = toValidationProblem(issues, 'body');
    expect(problems).toHaveLength(9);
    expect(detailZh).toMatch(/^“f0”应为文本；.*“f4”应为文本；等 9 处$/);
  });
});
