/** What `demo` says: its help, and the banner when all is ready. What it does is demo.ts. */
import { DEMO_PASSWORD } from '../people/passwords.ts';
import type { SimulatorProcess } from '../simulation/process.ts';
import { LOG_LEVELS } from './log.ts';
import { readVersion } from './version.ts';

/** The endpoints of simulators/scenarios/demo.yaml and links of config/demo.yaml, with the ports that these name. */
export const DEMO_ENDPOINTS = [
  { id: 'pump-room', port: 15_020, what: 'Modbus TCP: booster set' },
  { id: 'sump-room', port: 15_021, what: 'Modbus TCP: sump' },
  { id: 'fire-pump-room', port: 15_022, what: 'Modbus TCP: fire water tank, fire pump, jockey pump' },
  { id: 'fire-control-room', port: 15_023, what: 'Modbus TCP: fire panel' },
  { id: 'lift-server', port: 15_040, what: 'OPC UA: lifts' },
  { id: 'power-server', port: 15_041, what: 'OPC UA: transformer, switchboards, generator, UPS' },
  { id: 'iot', port: 15_883, what: 'MQTT: the broker of the gateway; access control, sensors, meters' },
] as const;

export const DEMO_HELP = `Usage: node src/main.ts demo [--data DIR] [--speed N] [--seed N] [--log-level LEVEL]

Starts a simulated building (Modbus TCP, OPC UA, MQTT), the gateway that reads it, its stores and the page; Ctrl-C
stops all of it.
  --data DIR         data directory, kept between runs (default ./data); run refuses a directory made by demo
  --speed N          simulated plant runs N times faster, 0.1 to 1000 (default 1)
  --seed N           seed of the simulated plant (default: the scenario's)
  --log-level LEVEL  ${LOG_LEVELS.join(', ')} (default warn)

Environment, default, what listens there (0 = any free port):
  RISER_HTTP_PORT               8080   the page
${DEMO_ENDPOINTS.map(({ id, port, what }) => `  ${toPortVariable(id).padEnd(28)}  ${port}  ${what}`).join('\n')}
  RISER_SIM_CONTROL_PORT        15080  faults of the simulated building
  RISER_INFLUX_URL                     use this InfluxDB instead of a private one
Inject a fault by hand: node src/main.ts simulate inject dws-1 dry-running
`;

/** What simulators/scenarios/demo.yaml injects by itself. */
const COMING: readonly string[] = [
  'in 20 s pump 1 of the booster set trips and the standby takes over / 生活给水泵1#过流跳闸，备用泵自投',
  'in 45 s door 3 is held open / 门禁3#门长时间未关',
  'in 75 s the doors of lift 2 do not close / 2#电梯门故障',
];

/** Environment variable that both the simulators and the site file take an endpoint's port from. */
export function toPortVariable(endpoint: string): string {
  return `RISER_${endpoint.toUpperCase().replaceAll('-', '_')}_PORT`;
}

export interface BannerParts {
  /** Of the page. */
  readonly url: string;
  /** Data directory. */
  readonly data: string;
  readonly site: { readonly zh: string; readonly en: string };
  readonly simulators: Pick<SimulatorProcess, 'ports' | 'protocols' | 'controlUrl'>;
  /** undefined = there is no InfluxDB. */
  readonly influxUrl: string | undefined;
}

export function toBanner({ url, data, site, simulators, influxUrl }: BannerParts): string {
  const at = (protocol: string): string =>
    Object.entries(simulators.ports)
      .filter(([id]) => simulators.protocols[id] === protocol)
      .map(([id, port]) => `${id} 127.0.0.1:${port}`)
      .join(', ');
  return `
Riser ${readVersion()} 演示已就绪 / demo is ready: ${site.zh} ${site.en}

  page        ${url}
  log in      admin | supervisor | desk | engineer, password ${DEMO_PASSWORD} (this machine only)
  Modbus TCP  ${at('modbus')}
  OPC UA      ${at('opcua')}
  MQTT        ${at('mqtt')} (broker of the gateway, the devices dial in)
  faults      ${simulators.controlUrl}
  data        ${data}: alarms and tickets (SQLite), telemetry journal
  InfluxDB    ${influxUrl ?? 'not installed: readings stay in the journal (Debian: apt install influxdb)'}

  next        ${COMING.join('\n              ')}
              Each becomes an alarm and a repair ticket.
  Ctrl-C stops everything.

`;
}
