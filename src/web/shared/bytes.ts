/** Sizes as people read them: `640 B`, `3.2 MB`, `8.0 GB`. Decimal units, as disks are sold. Pure. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export function toBytesText(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3 + 1e-9), UNITS.length - 1);
  const value = bytes / 1_000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}
