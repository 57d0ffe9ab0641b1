/**
 * Which entries of the menu somebody sees: those whose page the API answers him. What a page reads first decides; the gateway
 * refuses the rest anyway. Pure.
 */
import type { Permission } from '../api/types.ts';

/** Any of them suffices. Key: entry of the menu, test id `nav-…`. */
export const ENTRIES = {
  overview: { path: '/', anyOf: ['site.read'] },
  alarms: { path: '/alarms', anyOf: ['site.read'] },
  tickets: { path: '/tickets', anyOf: ['ticket.read-all', 'ticket.read-own'] },
  trends: { path: '/trends', anyOf: ['site.read'] },
  links: { path: '/links', anyOf: ['site.read'] },
  duty: { path: '/duty', anyOf: ['ticket.read-all'] },
  rules: { path: '/rules', anyOf: ['site.read'] },
  reports: { path: '/reports', anyOf: ['site.read'] },
  storage: { path: '/storage', anyOf: ['site.read'] },
  commissioning: { path: '/commissioning', anyOf: ['commissioning.work', 'commissioning.manage'] },
  faults: { path: '/faults', anyOf: ['simulation.control'] },
} as const satisfies Readonly<
  Record<string, { readonly path: string; readonly anyOf: readonly Permission[] }>
>;
export type EntryName = keyof typeof ENTRIES;

export function isOpenTo(name: EntryName, permissions: readonly string[]): boolean {
  return ENTRIES[name].anyOf.some((permission) => permissions.includes(permission));
}

/** Where whoever has just come in begins: people from outside see no overview of the house. */
export function toHome(permissions: readonly string[]): string {
  return isOpenTo('overview', permissions) ? ENTRIES.overview.path : ENTRIES.tickets.path;
}
