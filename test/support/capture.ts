/** What a command prints. */
import { vi } from 'vitest';

/** From now on both streams are kept and not shown; `vi.restoreAllMocks()` gives them back. */
export function capture() {
  const written = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  return written;
}
