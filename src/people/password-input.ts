/** A password from a file, from a pipe, or from the keyboard without echo. Whether it is good is not judged here. */
import { readFileSync } from 'node:fs';
import { RiserError } from '../core/errors.ts';

/** More than any password that is accepted; keeps a wrong file or an endless pipe out. */
const MAX_BYTES = 4096;

const KEY = { interrupt: '\u0003', endOfInput: '\u0004', backspace: '\u0008', delete: '\u007f' } as const;

/** @throws RiserError `bad-request` when the two entries differ, or on Ctrl-C; an unreadable file as `bad-request`. */
export async function readPassword(file: string | undefined): Promise<string> {
  if (file !== undefined) return toFirstLine(readFile(file));
  if (!process.stdin.isTTY) return toFirstLine(await readPipe());
  const first = await ask('Password / 密码: ');
  const second = await ask('Again / 再次输入: ');
  if (first === second) return first;
  process.stderr.write('the two entries differ / 两次输入不一致\n');
  throw new RiserError('bad-request');
}

function readFile(file: string): string {
  try {
    return readFileSync(file).subarray(0, MAX_BYTES).toString('utf8');
  } catch (cause) {
    process.stderr.write(`--password-file: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    throw new RiserError('bad-request', {}, { cause });
  }
}

async function readPipe(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BYTES).toString('utf8');
}

function toFirstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

/** Raw mode shows nothing of what is typed; the terminal is put back in any case. */
async function ask(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  process.stdin.setRawMode(true);
  process.stdin.setEncoding('utf8');
  process.stdin.resume();
  try {
    return await readKeys();
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stderr.write('\n');
  }
}

function readKeys(): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: readonly string[] = [];
    const onData = (text: string): void => {
      for (const key of text) {
        if (key === '\r' || key === '\n' || key === KEY.endOfInput)
          return finish(() => resolve(typed.join('')));
        if (key === KEY.interrupt) return finish(() => reject(new RiserError('bad-request')));
        typed =
          key === KEY.backspace || key === KEY.delete
            ? typed.slice(0, -1)
            : [...typed, key].slice(0, MAX_BYTES);
      }
    };
    const finish = (settle: () => void): void => {
      process.stdin.off('data', onData);
      settle();
    };
    process.stdin.on('data', onData);
  });
}
