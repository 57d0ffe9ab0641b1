/** What every decision of a round may ask, beside the tentative state. Data and look-ups only. */
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import type { Now } from '../core/clock.ts';
import type { NamedAs } from '../core/duty.ts';
import type { CalendarId, LocationId } from '../core/ids.ts';
import type { Kind } from '../core/kinds.ts';
import type { Ticket } from '../core/ticket.ts';
import type { ClockSettings } from '../core/ticket-clock.ts';
import type { ToMessages } from '../notify/to-messages.ts';
import type { Evaluator } from '../rules/evaluator.ts';
import type { Causes } from './causes.ts';
import type { TakeEvidence } from './evidence.ts';
import type { FloodGovernor } from './governor.ts';
import type { SetAside } from './set-aside.ts';

/** What a decision has to know of people; joined in app.ts from people/. */
export interface EnginePeople {
  /** Who owns a matter that the gateway has received (首接负责): the duty person of that moment. */
  firstReceiver(atMs: number): string;
  /**
   * Who of a role or group is on duty for a place, else on stand-by; an account itself, unless it is named like a role. null = nobody.
   * Left out = nobody is known, and the name stands.
   */
  readonly onDuty?: (name: string, atMs: number, near: LocationId | null) => string | null;
  /**
   * Whom a ticket is to go to by skill, certificate, duty and open load: user, group or role; null = the desk decides. Left
   * out = as the register and the policy's table say.
   */
  readonly propose?: (question: AssigneeQuestion) => string | null;
  /** Whether a person holds a certificate; null = no person, but a role or a group. Left out = nobody is asked for any. */
  readonly certificateState?: (
    username: string,
    certificate: string,
    atMs: number,
  ) => 'holds' | 'expired' | 'missing' | null;
  /** Whether a name that somebody enters means people who can be that. Left out = any name will do. */
  readonly isKnown?: (name: string, as: NamedAs, atMs: number, policy: Pick<Policy, 'staff'>) => boolean;
}

export interface AssigneeQuestion {
  readonly atMs: number;
  /** The version that the ticket was opened under. */
  readonly policy: Policy;
  readonly settings: ClockSettings;
  readonly kind: Kind | null;
  readonly location: LocationId | null;
  readonly isLifeSafety: boolean;
  /** By the register and the policy's table; null = no row names anybody. */
  readonly routed: string | null;
  /** Open tickets by whoever has them. Key: user name. */
  readonly openLoad: ReadonlyMap<string, number>;
}

/** The policy that a ticket was opened under; the one in force where that is not known. */
export type PolicyOf = (ticket: Pick<Ticket, 'policyVersion'>) => Policy;

export const NOBODY_ON_DUTY: EnginePeople = { firstReceiver: () => 'gateway' };

export const TELL_NOBODY: ToMessages = () => [];

export interface DecisionContext {
  /** Time of the round. */
  readonly now: Now;
  readonly model: SiteModel;
  /** The version that the ticket was opened under: it is driven by that one to its end. */
  readonly policyOf: PolicyOf;
  readonly causes: Causes;
  readonly evidence: TakeEvidence;
  readonly rules: Pick<Evaluator, 'isActive' | 'isExpected' | 'state' | 'failing'>;
  readonly governor: FloodGovernor;
  readonly people: EnginePeople;
  /** Tickets that time alone may not move for now. */
  readonly aside: Pick<SetAside, 'has' | 'pick'>;
  /** Who has to be told of what a round decides. */
  readonly toMessages: ToMessages;
  /** 调试中: whether alarms of the rule are listed only, because a point that it judges is unproven. */
  readonly isMute: (rule: RuleDef) => boolean;
  /** Whether the hours of a calendar run at the time of the round. */
  readonly isWithin: (calendar: CalendarId) => boolean;
  /** Every point has been read since the start, or its silence is known: the grace is over. */
  readonly isReading: boolean;
}
