/** What the rows of a policy are matched against, of a ticket. */
export { firstMatch, matches, toSettings } from '../config/match.ts';
