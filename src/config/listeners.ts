/**
 * Ports at which the gateway itself listens: its API, brokers, modems that dial in. Two of them at one port would be found
 * out only when the gateway starts, and then one of them is missing.
 */
import { type Problems, toFirstUse } from './problems.ts';
import type { Located } from './source.ts';

export interface Listener {
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  /** Listeners of one sharer at the same host share the port, or report it themselves. */
  readonly sharer: string;
  /** Where the port is named. */
  readonly at: Located;
}

/** Sharer of the port at which the API is bound. */
export const API = 'http';

/** All addresses of the machine. */
const ANY: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]', '*']);

export function checkListeners(listeners: readonly Listener[], problems: Problems): void {
  const taken: Listener[] = [];
  for (const one of listeners) {
    const first = taken.find((other) => clash(one, other));
    if (first === undefined) taken.push(one);
    else {
      const found =
        first.sharer === API
          ? `${one.port}, the port of the API (http)`
          : toFirstUse(String(one.port), first.at);
      problems.add(one.at.source, one.at.path, 'a port at which nothing else of the gateway listens', found);
    }
  }
}

function clash(one: Listener, other: Listener): boolean {
  if (one.port === 0 || one.port !== other.port) return false;
  const isSame = toCommonHost(one.host) === toCommonHost(other.host);
  if (isSame) return one.sharer !== other.sharer || one.host !== other.host;
  return ANY.has(one.host) || ANY.has(other.host);
}

/** One name for one address: this machine's own has several. */
export function toCommonHost(host: string): string {
  const plain = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return plain === 'localhost' || plain === '::1' ? '127.0.0.1' : plain;
}
