/**
 * Ports at which the gateway itself listens: its API, brokers, modems that dial in. Two of them at one port would be found
 * out only when the gateway starts, and then one of them is missing.
 */
import { isIPv6 } from 'node:net';
import type { ListenPlace } from './catalog.ts';
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
  readonly opening?: ListenPlace['opening'];
  /** Whose place it is; left out for the gateway's own. */
  readonly link?: Located;
}

/** Sharer of the port at which the API is bound. */
export const API = 'http';

/** All addresses of the machine, as `toCommonHost` gives them. */
const ANY: ReadonlySet<string> = new Set(['0.0.0.0', '::', '*']);

export function checkListeners(listeners: readonly Listener[], problems: Problems): void {
  checkPorts(listeners, problems);
  checkOpenings(listeners, problems);
}

function checkPorts(listeners: readonly Listener[], problems: Problems): void {
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

/**
 * Where one opening is the beginning of another, a pause on the way makes the longer one look like the shorter: the
 * readings of one plant would pass for those of another. An end of its own (`DTU1;`, `DTU10;`) tells them apart.
 */
function checkOpenings(listeners: readonly Listener[], problems: Problems): void {
  const opened = listeners.flatMap(({ host, port, opening, link }) =>
    opening === undefined || link === undefined
      ? []
      : [{ place: `${toCommonHost(host)} ${port}`, opening, link }],
  );
  for (const rivals of Map.groupBy(opened, ({ place }) => place).values()) {
    for (const [at, { opening, link }] of rivals.entries()) {
      const other = rivals.slice(0, at).find((earlier) => isConfusable(opening.bytes, earlier.opening.bytes));
      if (other === undefined) continue;
      const found = `${JSON.stringify(toShown(opening.bytes))} beside ${toFirstUse(toShown(other.opening.bytes), other.link)}`;
      problems.add(link.source, [...link.path, opening.key], DISTINCT, found);
    }
  }
}

const DISTINCT =
  'a registration that no other at this port begins with, and that begins with no other (give each an end of its own: "DTU1;")';

/** Equal ones are one endpoint twice, which is told as such. */
function isConfusable(one: string, other: string): boolean {
  return one !== other && (one.startsWith(other) || other.startsWith(one));
}

/** As people write it: text where it is printable, else hexadecimal digits. */
function toShown(opening: string): string {
  const isPrintable = /^[\x20-\x7e]+$/.test(opening);
  return isPrintable ? opening : Buffer.from(opening, 'latin1').toString('hex').toUpperCase();
}

function isSamePlace(one: Listener, other: Listener): boolean {
  return one.port === other.port && toCommonHost(one.host) === toCommonHost(other.host);
}

function clash(one: Listener, other: Listener): boolean {
  if (one.port === 0 || one.port !== other.port) return false;
  if (isSamePlace(one, other)) return one.sharer !== other.sharer || one.host !== other.host;
  return ANY.has(toCommonHost(one.host)) || ANY.has(toCommonHost(other.host));
}

/** This machine itself, under the names that an address of it can have. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '::1', '127.0.0.1']);

/** One name for one address, however it is written: `0:0:0:0:0:0:0:1`, `::1` and `localhost` are `127.0.0.1`. */
export function toCommonHost(host: string): string {
  const plain = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  const short = isIPv6(plain) ? toShortIPv6(plain) : plain;
  return LOOPBACK.has(short) ? '127.0.0.1' : short;
}

/** RFC 5952; an IPv4 address inside an IPv6 one is that IPv4 address (RFC 4291, 2.5.5.2). A zone (`%eth0`) stays. */
function toShortIPv6(address: string): string {
  const [words = address, ...zone] = address.split('%');
  const short = new URL(`http://[${words}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short) ?? [];
  if (high !== undefined && low !== undefined)
    return toIPv4(Number.parseInt(high, 16), Number.parseInt(low, 16));
  return [short, ...zone].join('%');
}

function toIPv4(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
