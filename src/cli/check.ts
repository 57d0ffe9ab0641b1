/**
 * `check`: says everything that is wrong with a site and its profiles and policy, or what it consists of. Starts
 * nothing, writes nothing. What reads a configuration is loaded once the arguments have been found sound.
 */
import { parseArgs } from 'node:util';
import type { SiteModel } from '../config/model.ts';
import { type JournalCoverage, toJournalCoverage } from '../telemetry/journal-coverage.ts';

const HELP = `Usage: node src/main.ts check --config FILE
       node src/main.ts check --schema [site|profile|policy]

Checks a site file with its includes, profiles and policy. Prints every problem as
"file:line:col path: expected …, found …" and exits with 1; otherwise a summary, with the
hours of readings that the journal holds at the configured rates, and 0.

  --config FILE   the site file
  --schema        print the JSON Schema for editors (default: site)
  --help          this text
`;

const SCHEMAS = {
  site: 'toSiteJsonSchema',
  profile: 'toProfileJsonSchema',
  policy: 'toPolicyJsonSchema',
} as const;

/** @returns the exit code: 0 sound, 1 problems or wrong usage. */
export async function check(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (typeof options === 'string') return refuse(options);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.schema) return printSchema(options.positionals);
  const [positional] = options.positionals;
  if (positional !== undefined) return refuse(`Unexpected argument ${positional}`);
  return options.config === undefined ? refuse('--config FILE is missing') : checkSite(options.config);
}

interface Options {
  readonly config: string | undefined;
  readonly schema: boolean;
  readonly help: boolean;
  readonly positionals: readonly string[];
}

/** @returns why the arguments are wrong, as text. */
function parse(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        schema: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { config: values.config, schema: values.schema, help: values.help, positionals };
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n\n${HELP}`);
  return 1;
}

async function printSchema([what = 'site', ...more]: readonly string[]): Promise<number> {
  if (!isSchema(what) || more.length > 0) return refuse(`--schema knows ${Object.keys(SCHEMAS).join(', ')}`);
  const [{ CATALOG }, publish] = await Promise.all([import('../catalog.ts'), import('../config/publish.ts')]);
  process.stdout.write(`${JSON.stringify(publish[SCHEMAS[what]](CATALOG), null, 2)}\n`);
  return 0;
}

const isSchema = (what: string): what is keyof typeof SCHEMAS => Object.hasOwn(SCHEMAS, what);

async function checkSite(config: string): Promise<number> {
  const [{ loadSiteOrPrint }, { toTableWarnings }] = await Promise.all([
    import('./site.ts'),
    import('../config/day-table.ts'),
  ]);
  const model = loadSiteOrPrint(config);
  if (model === null) return 1;
  const counts = [
    `${model.equipment.size} equipment (parts and gateway included)`,
    `${model.points.length} points`,
    `${model.rules.length} rules`,
    `${model.links.size} links`,
  ];
  process.stdout.write(`${config}: sound. ${counts.join(', ')}.\n${toCoverageText(model)}`);
  const warnings = toTableWarnings(model.calendars.values(), Date.now());
  process.stdout.write(warnings.map((warning) => `${warning}\n`).join(''));
  return 0;
}

/** The range between nothing changing and everything changing at every poll. */
export function toCoverageText(model: Pick<SiteModel, 'points' | 'journal'>): string {
  const coverage = toJournalCoverage(model);
  const { maxBytes, maxAgeDays } = model.journal;
  const size = `${(maxBytes / 2 ** 30).toFixed(maxBytes < 2 ** 30 ? 2 : 1)} GiB`;
  const lines = [
    `Journal: ${size}, ${maxAgeDays} days at most; it holds ${toHoursText(coverage)}.`,
    coverage.isLong
      ? ''
      : 'Warning: less than 24 h when every value changes at every poll: raise journal.maxBytes, dead-bands or poll intervals.',
  ];
  return lines.filter((line) => line !== '').join('\n') + '\n';
}

function toHoursText({ leastHours, mostHours, leastPerS, mostPerS }: JournalCoverage): string {
  const toRate = (perS: number): string => `${perS < 10 ? perS.toFixed(1) : Math.round(perS)} readings/s`;
  const least = `${toSpan(leastHours)} (every value changes at every poll, ${toRate(mostPerS)})`;
  if (toSpan(leastHours) === toSpan(mostHours)) return least;
  return `${least} to ${toSpan(mostHours)} (nothing changes, ${toRate(leastPerS)})`;
}

function toSpan(hours: number): string {
  return hours < 10 ? `${hours.toFixed(1)} h` : `${Math.round(hours)} h`;
}
