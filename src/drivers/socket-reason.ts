/** What a failed socket says, for all drivers that open their own; what only one of them meets stands there. */

/** Plain words before `host:port`. Key: the operating system's code. */
export const SOCKET_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect refused by',
  EHOSTUNREACH: 'no route to',
  ENETUNREACH: 'no network to',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'name service does not answer for',
  ECONNRESET: 'connection reset by',
};

/** The operating system's code, empty when there is none; for several addresses of one host, the first one's. */
export function toSocketCode(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return (first as NodeJS.ErrnoException | undefined)?.code ?? '';
}
