/** Settings of an InfluxDB sink for tests: what the loader fills in. */
import type { InfluxSettings } from '../../src/config/model.ts';

export function toInfluxSettings(
  settings: Pick<InfluxSettings, 'url' | 'database'> & Partial<InfluxSettings>,
): InfluxSettings {
  return {
    username: null,
    password: null,
    token: null,
    retentionPolicy: null,
    timeoutMs: 5_000,
    gzip: null,
    catchUpPerS: 50_000,
    rollups: null,
    ...settings,
  };
}
