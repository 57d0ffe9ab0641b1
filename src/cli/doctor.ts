/** `doctor`: examines a site without starting the gateway. So far its poll plans; each examination is a file of its own. */
import { parseArgs } from 'node:util';
import type { SiteModel } from '../config/model.ts';
import { examinePlans, PLANNED_PROTOCOL } from './doctor-plan.ts';
import { toPlanReport } from './doctor-plan-text.ts';
import { loadSiteOrPrint } from './site.ts';

const HELP = `Usage: node src/main.ts doctor plan --config FILE [--link ID] [--json]

plan: shows how every Modbus link will be polled, before anything is: which requests are sent how often, how long
they are reckoned to take, and whether the bus can carry them. Connects to nothing.

  --config FILE   the site file
  --link ID       only this link
  --json          the same as JSON
  --help          this text

Reckoned are the bytes on the wire at the speed of the bus, its pauses, and usual times for devices and networks; what a
device really takes is measured once it is polled. A link is "tight" above 70 % of its time (a silent device or a retry
then makes polls late) and "overloaded" above 100 %.

Exit codes: 0 every link fits or is tight; 1 a link is overloaded, the configuration has problems, or wrong usage.
`;

/** @returns the exit code */
export async function doctor(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (typeof options === 'string') return refuse(options);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [what, ...more] = options.positionals;
  if (what !== 'plan')
    return refuse(what === undefined ? 'What to examine is missing' : `doctor knows plan, not ${what}`);
  if (more.length > 0) return refuse(`Unexpected argument ${more.join(' ')}`);
  if (options.config === undefined) return refuse('--config FILE is missing');
  const model = loadSiteOrPrint(options.config);
  return model === null ? 1 : examine(model, options.link, options.json);
}

interface Options {
  readonly config: string | undefined;
  readonly link: string | undefined;
  readonly json: boolean;
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
        link: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { config, link, json, help } = values;
    return { config, link, json, help, positionals };
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n\n${HELP}`);
  return 1;
}

function examine(model: SiteModel, link: string | undefined, isJson: boolean): number {
  const known = [...model.links.values()].filter(({ protocol }) => protocol === PLANNED_PROTOCOL);
  const wanted = known.filter(({ id }) => link === undefined || id === link);
  if (link !== undefined && wanted.length === 0) {
    process.stderr.write(
      `There is no Modbus link ${link}; known: ${known.map(({ id }) => id).join(', ') || 'none'}\n`,
    );
    return 1;
  }
  const plans = examinePlans(model, wanted);
  process.stdout.write(isJson ? `${JSON.stringify({ links: plans }, null, 2)}\n` : toPlanReport(plans));
  return plans.some(({ load }) => load.verdict === 'overloaded') ? 1 : 0;
}
