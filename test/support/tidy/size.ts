/** Length of files and functions (style.md 1 and 2). */

import type { Finding, Node, Source } from './source.ts';
import { toFinding } from './source.ts';

export const MAX_FUNCTION_LINES = 70;
export const MAX_FILE_LINES = 400;
export const MAX_TEST_FILE_LINES = 600;

const FUNCTIONS: readonly string[] = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];

export function checkFileLengths(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap(({ path, lineCount }) => {
    const max = path.startsWith('test/') || path.startsWith('bench/') ? MAX_TEST_FILE_LINES : MAX_FILE_LINES;
    if (lineCount <= max) return [];
    return [
      {
        file: path,
        line: max + 1,
        message: `file of ${lineCount} lines, at most ${max}: look for the second idea`,
      },
    ];
  });
}

/** Blank lines and comments do not count. In tests `describe` blocks may be long, and so may components of the page. */
export function checkFunctionLengths(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter(({ path }) => /^(src|simulators)\//.test(path) && !path.startsWith('src/web/'))
    .flatMap((source) => {
      const isCode = findCodeLines(source);
      return source.nodes
        .filter((node) => FUNCTIONS.includes(node.type))
        .map((node) => ({ node, lines: countLines(source, node, isCode) }))
        .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
        .map(({ node, lines }) =>
          toFinding(source, node.start, `function of ${lines} lines, at most ${MAX_FUNCTION_LINES}`),
        );
    });
}

function countLines(source: Source, node: Node, isCode: readonly boolean[]): number {
  return isCode.slice(source.lineAt(node.start) - 1, source.lineAt(node.end - 1)).filter(Boolean).length;
}

function findCodeLines({ text, comments }: Source): readonly boolean[] {
  let code = '';
  let at = 0;
  for (const { start, end } of comments) {
    code += text.slice(at, start) + text.slice(start, end).replace(/[^\n]/g, ' ');
    at = end;
  }
  return (code + text.slice(at)).split('\n').map((line) => line.trim() !== '');
}
