/** A device on a serial port that answers what a test tells it to, byte for byte; on the bare library, without framing. */
import { SerialPort } from 'serialport';
import { onTestFinished } from 'vitest';

export interface Script {
  /** Each burst of bytes that has come. */
  readonly requests: readonly Buffer[];
  /** What a request is answered with; null = silence. */
  respond: (request: Buffer) => Buffer | null;
  /** Says something unasked. */
  send(bytes: Buffer): void;
  close(): Promise<void>;
}

/** A request is over when nothing more comes for so long. */
const BURST_MS = 15;

/** Closed when the test ends. */
export async function openScript(path: string): Promise<Script> {
  const port = new SerialPort({ path, baudRate: 19_200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  const requests: Buffer[] = [];
  let burst = Buffer.alloc(0);
  let timer: NodeJS.Timeout | null = null;
  port.on('error', () => null);
  port.on('data', (chunk: Buffer) => {
    burst = Buffer.concat([burst, chunk]);
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      const request = burst;
      burst = Buffer.alloc(0);
      requests.push(request);
      const answer = script.respond(request);
      if (answer) port.write(answer);
    }, BURST_MS);
  });
  const script: Script = {
    requests,
    respond: () => null,
    send: (bytes) => void port.write(bytes),
    close: () => new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve())),
  };
  onTestFinished(() => script.close());
  return script;
}
