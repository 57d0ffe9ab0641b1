/** What the control interface says to a request, before it is HTTP. */

export interface Answer {
  readonly status: number;
  /** undefined = no body. */
  readonly body?: unknown;
}

/** @param more beside the code, e.g. what was expected. */
export function refuse(status: number, code: string, more: Readonly<Record<string, unknown>> = {}): Answer {
  return { status, body: { code, ...more } };
}
