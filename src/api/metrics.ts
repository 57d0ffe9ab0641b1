/**
 * Figures of the API in Prometheus' text form: the process's own, those of the gateway's parts, and the API's.
 * What the parts count is theirs; here it is only named and printed.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Figure } from './services.ts';

export interface ApiMetrics {
  /** One answered request. `route` is the pattern, never the path: a path would make a series of each id. */
  observe(method: string, route: string, status: number, seconds: number): void;
  countProblem(code: string): void;
  /** Text of one scrape. */
  render(figures: readonly Figure[]): Promise<string>;
  readonly contentType: string;
}

let processRegistry: Registry | null = null;

/** One registry for the process: its observers cannot be taken off again. */
function processMetrics(): Registry {
  if (processRegistry === null) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
    countAllCpu(processRegistry);
  }
  return processRegistry;
}

/** The library counts from its own start, which is the first scrape; a rate over the process's life needs all of it. */
function countAllCpu(register: Registry): void {
  for (const name of ['process_cpu_user_seconds_total', 'process_cpu_system_seconds_total'])
    register.removeSingleMetric(name);
  const name = 'process_cpu_seconds_total';
  register.removeSingleMetric(name);
  const help = 'Total user and system CPU time of the process, all threads, in seconds.';
  const counter = new Counter({
    name,
    help,
    registers: [register],
    collect() {
      const { user, system } = process.cpuUsage();
      counter.reset();
      counter.inc((user + system) / 1e6);
    },
  });
}

export function createMetrics(): ApiMetrics {
  const registry = new Registry();
  const requests = new Histogram({
    name: 'riser_http_request_seconds',
    help: 'Time to answer a request of the API',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const problems = new Counter({
    name: 'riser_http_problems_total',
    help: 'Refused or failed requests by code (docs/errors.md)',
    labelNames: ['code'],
    registers: [registry],
  });
  return {
    observe: (method, route, status, seconds) =>
      requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds),
    countProblem(code) {
      problems.inc({ code });
    },
    render: async (figures) => Registry.merge([processMetrics(), registry, toRegistry(figures)]).metrics(),
    contentType: registry.contentType,
  };
}

/** Figures of one name are one metric with several label sets; the first one's help and type count. */
function toRegistry(figures: readonly Figure[]): Registry {
  const registry = new Registry();
  for (const [name, rows] of Map.groupBy(figures, (figure) => figure.name)) {
    const labelNames = [...new Set(rows.flatMap((row) => Object.keys(row.labels ?? {})))];
    const { help = '', type } = rows[0] ?? { type: 'gauge' };
    const settings = { name, help, labelNames, registers: [registry] };
    if (type === 'counter') {
      const counter = new Counter(settings);
      for (const row of rows) counter.inc({ ...row.labels }, Math.max(0, row.value));
    } else {
      const gauge = new Gauge(settings);
      for (const row of rows) gauge.set({ ...row.labels }, row.value);
    }
  }
  return registry;
}
