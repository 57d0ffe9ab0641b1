/**
 * Reads Prometheus' text format as its description says, independently of who wrote it. Source: Prometheus, exposition
 * formats, text format 0.0.4. Knows what tests need: HELP, TYPE, samples without time stamps.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws Error at the first line that the format does not allow, and when the lines of a metric stand apart. */
export function parseMetrics(text: string): {
  readonly samples: readonly Sample[];
  /** Key: metric name. */
  readonly types: Readonly<Record<string, string>>;
} {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples: Sample[] = [];
  const types: Record<string, string> = {};
  const closed = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (name !== current) closed.add(current);
      if (closed.has(name)) throw new Error(`the lines of ${name} stand apart`);
      current = name;
      if (kind === 'TYPE') types[name] = rest;
      continue;
    }
    const sample = parseSample(line);
    if (!sample.name.startsWith(current)) throw new Error(`${sample.name} stands under ${current}`);
    samples.push(sample);
  }
  return { samples, types };
}

function parseSample(line: string): Sample {
  const head = /^[a-zA-Z_:][\w:]*/.exec(line)?.[0];
  if (head === undefined) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  let at = head.length;
  if (line[at] === '{') {
    at++;
    while (line[at] !== '}') {
      const name = /^[a-zA-Z_]\w*(?==")/.exec(line.slice(at))?.[0];
      if (name === undefined) throw new Error(`no label: ${line.slice(at)}`);
      at += name.length + 2;
      let value = '';
      for (; line[at] !== '"'; at++) {
        if (at >= line.length) throw new Error(`no end of a label: ${line}`);
        if (line[at] !== '\\') value += line[at];
        else value += { n: '\n', '"': '"', '\\': '\\' }[line[++at] ?? ''] ?? fail(line);
      }
      labels[name] = value;
      at++;
      if (line[at] === ',') at++;
    }
    at++;
  }
  const value = /^ (\S+)$/.exec(line.slice(at))?.[1];
  if (value === undefined || Number.isNaN(Number(value))) throw new Error(`no value: ${line}`);
  return { name: head, labels, value: Number(value) };
}

function fail(line: string): never {
  throw new Error(`an escape that does not exist: ${line}`);
}
