/** What people do in a case, as commands of the decision loop about the rule that is tested. */
import type { RuleDef } from '../config/model.ts';
import { never } from '../core/assert.ts';
import type { Command } from '../engine/commands.ts';
import type { Happening } from './case.ts';
import type { TestGateway } from './gateway.ts';

const BY = { by: 'operator', note: '' };
const WHY = { by: BY.by, reason: 'test' };
/** Another person, as out of service wants it. */
const PERMIT = { permit: '1', approver: 'supervisor' };

/** @returns null when it is about an open occurrence and there is none */
export function toCommand(
  happening: Exclude<Happening, { type: 'clock' | 'restart' }>,
  { key, equipment }: RuleDef,
  gateway: TestGateway,
): Command | null {
  const occurrence = gateway.occurrence(key)?.id;
  const untilMs = 'forMs' in happening ? gateway.wallMs + happening.forMs : 0;
  switch (happening.type) {
    case 'acknowledge':
      return occurrence === undefined ? null : { type: 'acknowledge-alarm', occurrence, ...BY };
    case 'reset':
      return occurrence === undefined ? null : { type: 'reset-alarm', occurrence, ...BY };
    case 'shelve':
      return { type: 'shelve-alarm', key, ...WHY, untilMs, isOneShot: happening.isOneShot };
    case 'unshelve':
      return { type: 'unshelve-alarm', key, ...BY };
    case 'out-of-service':
      return { type: 'take-out-of-service', key, ...WHY, ...PERMIT, untilMs };
    case 'in-service':
      return { type: 'return-to-service', key, ...BY };
    case 'drill':
      return { type: 'drill', equipment, ...WHY, untilMs };
    default:
      return never(happening);
  }
}
