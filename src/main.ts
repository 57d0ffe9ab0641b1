#!/usr/bin/env node
/** Command line: picks the command and loads only what it needs. Each command lives in cli/ and has its own --help. */
import { enableCompileCache } from 'node:module';

enableCompileCache();

type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>
> = {
  demo: {
    summary: 'simulated building, gateway, stores and page in one command',
    load: async () => {
      await relaunch();
      return (await import('./cli/demo.ts')).demo;
    },
  },
  run: {
    summary: 'the gateway for a real site: run --config FILE [--data DIR]',
    load: async () => {
      await relaunch();
      return (await import('./cli/run.ts')).run;
    },
  },
  check: {
    summary: 'check a configuration and list all problems: check --config FILE',
    load: async () => (await import('./cli/check.ts')).check,
  },
  'test-rules': {
    summary: 'play the tests of rules beside the profiles: test-rules [PROFILE …]',
    load: async () => (await import('./cli/test-rules.ts')).testRules,
  },
  doctor: {
    summary: 'examine a site before it runs: doctor plan --config FILE',
    load: async () => (await import('./cli/doctor.ts')).doctor,
  },
  export: {
    summary: 'readings of points as CSV or XLSX: export --config FILE --points ID --from TIME --out FILE',
    load: async () => (await import('./cli/export.ts')).exportHistory,
  },
  simulate: {
    summary: 'simulated equipment by itself; inject and clear faults',
    load: async () => (await import('./cli/simulate.ts')).simulate,
  },
  backtest: {
    summary:
      'changed rules over what was recorded: backtest --config FILE --from TIME --rule EQ/RULE --set PATH=VALUE',
    load: async () => (await import('./cli/backtest.ts')).backtest,
  },
  bench: {
    summary: 'measure the gateway against baselines on this machine',
    load: async () => (await import('./cli/bench.ts')).bench,
  },
  backup: {
    summary: 'copy of a data directory, also while its gateway runs: backup --data DIR --to DIR',
    load: async () => (await import('./cli/backup.ts')).backup,
  },
  restore: {
    summary: 'bring a backup back into an empty directory: restore --from BACKUP --data DIR',
    load: async () => (await import('./cli/restore.ts')).restore,
  },
  verify: {
    summary: 'recompute the hash chains of the histories, also while the gateway runs: verify --data DIR',
    load: async () => (await import('./cli/verify.ts')).verify,
  },
  who: {
    summary: 'who would be told of an alarm, with names and gaps: who --config FILE --at 2026-11-28T03:00',
    load: async () => (await import('./cli/who.ts')).who,
  },
  user: {
    summary: 'accounts: add, list, password, disable, enable',
    load: async () => (await import('./cli/user.ts')).user,
  },
};

/** Before the command's own modules: the process that has the settings loads them again. */
async function relaunch(): Promise<void> {
  (await import('./cli/relaunch.ts')).relaunchOnce();
}

const HELP = `Riser: readings from building equipment, alarms, repair tickets that people close.

Usage: node src/main.ts <command> [options]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`)
  .join('\n')}

<command> --help says more. Exit codes: 0 done, 1 refused or failed (the reason is printed).
`;

const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
  process.stdout.write(HELP);
  process.exitCode = name === undefined ? 1 : 0;
} else if (name === '--version') {
  const { readVersion } = await import('./cli/version.ts');
  process.stdout.write(`${readVersion()}\n`);
} else {
  const command = COMMANDS[name];
  if (command === undefined) {
    process.stderr.write(`unknown command "${name}"; known: ${Object.keys(COMMANDS).join(', ')}\n`);
    process.exitCode = 1;
  } else {
    process.exitCode = await (await command.load())(args);
  }
}
