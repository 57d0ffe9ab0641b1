/**
 * Programs and fonts of the system that the tests need, as data. `pretest.ts` installs them, tests ask for them
 * through `require-tool.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Tool {
  /** For people: what it is and what the tests do with it. */
  readonly purpose: string;
  /** Debian package; Ubuntu's is called the same. */
  readonly debianPackage: string;
  /** Environment variable that names another path. */
  readonly variable: string;
  /** Where it may be, best first. */
  readonly paths: readonly string[];
  /** Arguments that prove the program runs (a shim may be there without the program); null = a plain file. */
  readonly proof: readonly string[] | null;
  /** What to do where the package does not bring it. */
  readonly hint: string;
}

export const TOOLS = {
  influxd: {
    purpose: 'InfluxDB 1.x server: forwarding, outage and restart',
    debianPackage: 'influxdb',
    variable: 'RISER_INFLUXD',
    paths: ['/usr/bin/influxd', '/usr/local/bin/influxd', '/opt/homebrew/bin/influxd'],
    proof: ['version'],
    hint: 'install InfluxDB 1.x, or set RISER_INFLUXD to the path of influxd',
  },
  'victoria-metrics': {
    purpose:
      'VictoriaMetrics: forwarding to a server that takes the same writes, and the bench beside InfluxDB',
    debianPackage: 'victoria-metrics',
    variable: 'RISER_VICTORIA_METRICS',
    paths: [
      '/usr/bin/victoria-metrics',
      '/usr/local/bin/victoria-metrics',
      '/opt/homebrew/bin/victoria-metrics',
    ],
    // Asked for its version, Debian's says nothing and fails.
    proof: null,
    hint: 'install VictoriaMetrics (single node), or set RISER_VICTORIA_METRICS to its path',
  },
  mosquitto: {
    purpose: 'Mosquitto: an MQTT broker beside the gateway, its restart and what it retains',
    debianPackage: 'mosquitto',
    variable: 'RISER_MOSQUITTO',
    paths: [
      '/usr/sbin/mosquitto',
      '/usr/local/sbin/mosquitto',
      '/usr/bin/mosquitto',
      '/opt/homebrew/opt/mosquitto/sbin/mosquitto',
    ],
    // It ends with an error even when it is asked for help only.
    proof: null,
    hint: 'install Mosquitto 2, or set RISER_MOSQUITTO to the path of mosquitto',
  },
  socat: {
    purpose: 'socat: pairs of pseudo-terminals that stand for serial lines',
    debianPackage: 'socat',
    variable: 'RISER_SOCAT',
    paths: ['/usr/bin/socat', '/usr/local/bin/socat', '/opt/homebrew/bin/socat'],
    proof: ['-V'],
    hint: 'install socat, or set RISER_SOCAT to its path',
  },
  chromium: {
    purpose: 'Chromium: the page in a real browser',
    debianPackage: 'chromium',
    variable: 'RISER_CHROMIUM',
    paths: [
      '/usr/bin/chromium',
      '/usr/bin/google-chrome-stable',
      '/usr/bin/google-chrome',
      '/usr/bin/chromium-browser',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    proof: ['--version'],
    hint: 'Ubuntu has it as a snap only: install Google Chrome from its .deb, or set RISER_CHROMIUM to a browser',
  },
  'cjk-font': {
    purpose: 'a font with Chinese characters: screenshots of the page',
    debianPackage: 'fonts-wqy-microhei',
    variable: 'RISER_CJK_FONT',
    paths: [
      '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
      '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
      '/System/Library/Fonts/PingFang.ttc',
    ],
    proof: null,
    hint: 'install any font with Chinese characters and set RISER_CJK_FONT to its file',
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;
export const TOOL_NAMES = Object.keys(TOOLS) as readonly ToolName[];

/** A browser on a loaded machine takes seconds even to tell its version. */
const PROOF_TIMEOUT_MS = 30_000;

/** Path of a tool that works, or null. */
export function findTool(tool: Tool): string | null {
  const override = process.env[tool.variable];
  const paths = override === undefined || override === '' ? tool.paths : [override];
  return paths.find((path) => existsSync(path) && works(path, tool.proof)) ?? null;
}

function works(path: string, proof: readonly string[] | null): boolean {
  if (proof === null) return true;
  return spawnSync(path, proof, { stdio: 'ignore', timeout: PROOF_TIMEOUT_MS }).status === 0;
}

/** Whether what is missing must fail instead of being skipped. */
export function isCi(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return env['CI'] === 'true' || env['CI'] === '1';
}

export function toMissingLine(name: ToolName): string {
  const { purpose, debianPackage, hint } = TOOLS[name];
  return `${name} is missing (${purpose}); Debian: apt-get install ${debianPackage}; otherwise ${hint}`;
}
