/** Words of InfluxQL: names, texts, durations. Pure. Source: InfluxData, "InfluxQL reference" 1.8, identifiers and literals. */

/** A name between double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}

/** A text between single quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}'`;
}

/** @param hours 0 = for ever */
export function toDuration(hours: number): string {
  return hours === 0 ? 'INF' : `${hours}h`;
}

/**
 * What the server chooses for a new policy. One that is altered keeps its own, and a policy shorter than that is refused.
 * Source: InfluxData, "Manage your database" 1.8, shard group duration. @param hours 0 = for ever
 */
export function toShardDuration(hours: number): string {
  if (hours === 0 || hours > 180 * 24) return '7d';
  return hours < 48 ? '1h' : '1d';
}

const UNIT_HOURS: Readonly<Record<string, number>> = { w: 168, d: 24, h: 1, m: 1 / 60, s: 1 / 3600 };

/** As the server writes a duration (`17520h0m0s`); `0s` = for ever. @returns hours; NaN where it is none */
export function parseDuration(text: string): number {
  if (!/^(\d+[wdhms])+$/.test(text)) return Number.NaN;
  return [...text.matchAll(/(\d+)([wdhms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_HOURS[unit ?? ''] ?? Number.NaN),
    0,
  );
}
