/** Who above a ticket is told of it: its rung on the ladder (升级), and the reports of an emergency (紧急报告). */

/** Where it stands on the ladder of its policy; 0 = with the responsible person. */
export interface Escalation {
  readonly level: number;
  readonly sinceMs: number;
  readonly reason: string;
  /** When the next step is due if nobody acts; null = none. */
  readonly nextAtMs: number | null;
  /** Somebody has acted since the last rung; left out = nobody has. */
  readonly isAnswered?: boolean;
}

/** The gateway reports an emergency to somebody (policy.report); each delivery is a message of its own. */
export interface EmergencyReport {
  /** A role, or `assignee`. */
  readonly to: string;
  /** When it was sent off. */
  readonly atMs: number;
  /** When the first message of it arrived; known once all that were sent off have. null = not yet. */
  readonly deliveredAtMs: number | null;
  /** When a person took a step on the ticket after it; null = nobody yet. */
  readonly answeredAtMs: number | null;
  /** 补录: told so late that it is news of then; nothing rings for it. Left out = of now. */
  readonly isLate?: boolean;
}
