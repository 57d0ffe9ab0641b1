/** Reads a stream of server-sent events (WHATWG HTML §9.2) as the browser would; for tests of the live feed. */

export interface SseEvent {
  /** `message` where the server names none. */
  readonly event: string;
  /** Parsed as JSON; the text itself where it is none. */
  readonly data: unknown;
  readonly id: string | null;
}

/** Longest event that is put together; a stream that never ends an event must not eat the memory. */
const MAX_EVENT_CHARS = 4 * 1024 * 1024;

/** Ends when the stream ends. @throws Error when one event is longer than 4 MiB. */
export async function* parseSse(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest = (rest + decoder.decode(chunk, { stream: true })).replace(/\r\n/g, '\n');
    if (rest.length > MAX_EVENT_CHARS)
      throw new Error(`an event is longer than ${MAX_EVENT_CHARS} characters`);
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    yield* blocks.map(parseBlock).filter((event) => event !== null);
  }
}

/** null for comments, which servers send to keep a connection open. */
function parseBlock(block: string): SseEvent | null {
  const fields = block
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map(toField);
  const values = (name: string) => fields.filter((field) => field.name === name).map((field) => field.value);
  const data = values('data');
  if (data.length === 0) return null;
  return {
    event: values('event').at(-1) ?? 'message',
    data: parseData(data.join('\n')),
    id: values('id').at(-1) ?? null,
  };
}

function toField(line: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: line, value: '' };
  return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') };
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
