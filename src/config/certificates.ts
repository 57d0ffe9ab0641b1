/**
 * Which certificates whoever takes a ticket needs by the policy (持证上岗), and whether it is refused without them. Who holds
 * them is people/; what a ticket does about it is tickets/.
 */
import type { ClockSettings } from '../core/ticket-clock.ts';
import { matches } from './match.ts';
import type { Policy } from './policy.ts';

/** What asks for a certificate, of a ticket or of one that could come. */
export interface CertifiedWork {
  /** Kind of the equipment; null = no equipment. */
  readonly kind: string | null;
  readonly settings: Partial<ClockSettings>;
  /** People may be in danger: that never waits for paperwork, whatever the policy says. */
  readonly isLifeSafety: boolean;
}

export interface NeededCertificate {
  readonly certificate: string;
  /** It is said that it is missing, and the work goes on. */
  readonly isWarning: boolean;
}

/** Each once; where several rows ask for one, the stricter counts. */
export function toNeededCertificates(
  { kind, settings, isLifeSafety }: CertifiedWork,
  { certificates }: Pick<Policy, 'certificates'>,
): readonly NeededCertificate[] {
  const needed = new Map<string, boolean>();
  for (const row of certificates) {
    if ((row.kind !== null && row.kind !== kind) || !matches(row.match, settings)) continue;
    const isEmergency = settings.priority === 'emergency' && row.inEmergency !== 'refuse';
    const isWarning = isLifeSafety || isEmergency;
    needed.set(row.certificate, isWarning && (needed.get(row.certificate) ?? true));
  }
  return [...needed].map(([certificate, isWarning]) => ({ certificate, isWarning }));
}
