/** Where the program's own files lie, whatever the working directory is. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

export function toProjectPath(relative: string): string {
  return fileURLToPath(new URL(relative, root));
}

/** The built page, null when `npm run build` has not made it. */
export function findWebDirectory(): string | null {
  const directory = toProjectPath('dist/web');
  return existsSync(`${directory}/index.html`) ? directory : null;
}
