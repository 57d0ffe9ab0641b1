/** The dashboards that are shipped, and their queries taken apart. */
import { listFiles, readText } from './tidy/project.ts';

export interface Target {
  readonly query: string;
  readonly datasource: { readonly uid: string };
}

export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly timezone: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

export const DASHBOARDS = listFiles('docker/grafana/dashboards').map(
  (path) => JSON.parse(readText(path)) as Dashboard,
);

export function toTargets(): readonly Target[] {
  return DASHBOARDS.flatMap(({ panels }) => panels.flatMap(({ targets = [] }) => targets));
}

/** The measurement, and the fields and tags that are named. Names that are only given (`AS`) are left out. */
export function parseQuery(query: string): {
  readonly measurement: string;
  readonly names: readonly string[];
} {
  const measurement = /FROM "([^"]+)"/.exec(query)?.[1];
  if (measurement === undefined) throw new Error(`no measurement in ${query}`);
  const rest = query.replace(/FROM "[^"]+"/, '').replaceAll(/ AS "[^"]+"/g, '');
  return { measurement, names: [...rest.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '') };
}

/** As Grafana sends it: all of each variable, the last six hours, a point a minute. */
export function fillIn(query: string): string {
  return query
    .replaceAll(/\$(site|equipment|link)\b/g, '.*')
    .replaceAll('$timeFilter', 'time >= now() - 6h')
    .replaceAll('$__interval', '1m');
}
