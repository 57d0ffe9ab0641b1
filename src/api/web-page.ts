/** Serves the built page: files as they are, and `index.html` for every other path, because the page routes itself. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { Api } from './context.ts';

const HINT = 'The page is not built. The API answers under /api/v1; its description is at /docs.\n';
/** The build names the files in assets/ by their content: they never change. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** @param directory holds index.html; null or without one = a hint in plain text */
export async function servePage(api: Api, directory: string | null): Promise<void> {
  const isBuilt = directory !== null && existsSync(join(directory, 'index.html'));
  if (isBuilt) {
    await api.register(fastifyStatic, {
      root: directory,
      serve: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        void reply.header(
          'cache-control',
          path.startsWith(join(directory, 'assets') + sep) ? IMMUTABLE : 'no-cache',
        );
      },
    });
  }
  api.get('/*', { config: { permission: 'public' }, schema: { hide: true } }, async (request, reply) => {
    const path = (request.params as { readonly '*': string })['*'];
    if (path === 'api' || path.startsWith('api/')) api.refuseUnknownPath(request, reply);
    if (!isBuilt) return reply.code(404).type('text/plain; charset=utf-8').send(HINT);
    // A missing file stays missing: a page answered in place of an old script would only fail later.
    const isFile = path.slice(path.lastIndexOf('/') + 1).includes('.');
    return reply.sendFile(isFile ? path : 'index.html');
  });
}
