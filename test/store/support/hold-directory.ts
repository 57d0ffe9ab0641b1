/** Opens a data directory, says so, and holds it until it is killed. */
import { openDataDirectory } from '../../../src/store/data-directory.ts';

const directory = openDataDirectory(process.argv[2] as string, { madeBy: 'run', pid: process.pid });
process.stdout.write('held\n');
setInterval(() => directory.path, 60_000);
