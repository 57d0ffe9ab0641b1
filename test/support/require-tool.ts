/**
 * What a test does about a missing tool of the system: on a developer's machine it is skipped and named, under
 * CI=true it fails. The only place that may skip (tidy.test.ts).
 */
import { describe, test } from 'vitest';
import type { ToolName } from './tools.ts';
import { findTool, isCi, TOOLS, toMissingLine } from './tools.ts';

/** The part of vitest's test context that is needed to skip. */
export interface Skippable {
  skip(note?: string): never;
}

/**
 * Path of the tool, for use inside a test: `const influxd = requireTool('influxd', context)`.
 * Missing: skips the test and prints the name; under CI throws.
 */
export function requireTool(name: ToolName, context: Skippable): string {
  const path = findTool(TOOLS[name]);
  if (path !== null) return path;
  if (isCi()) throw new Error(toMissingLine(name));
  console.warn(`SKIPPED: ${toMissingLine(name)}`);
  return context.skip(toMissingLine(name));
}

/**
 * A `describe` that needs tools: `body` receives their paths in the order named.
 * Missing: the block stands as skipped with the tool in its name; under CI it holds one failing test.
 */
export function describeWithTools<const Names extends readonly ToolName[]>(
  names: Names,
  title: string,
  body: (...paths: { [Index in keyof Names]: string }) => void,
): void {
  const paths = names.map((name) => findTool(TOOLS[name]));
  const missing = names.filter((_, at) => paths[at] === null);
  if (missing.length === 0) {
    describe(title, () => body(...(paths as { [Index in keyof Names]: string })));
    return;
  }
  const lines = missing.map(toMissingLine).join('; ');
  if (!isCi()) {
    console.warn(`SKIPPED: ${title}: ${lines}`);
    describe.skip(`${title} (${lines})`, () => test('needs the missing tools', () => {}));
    return;
  }
  describe(title, () =>
    test('finds the tools that it needs', () => {
      throw new Error(lines);
    }),
  );
}
