/** What the forwarder says of itself. Plain data. */

export interface SinkStatus {
  /** `off`: no sink configured. `down`: no answer. `rejecting`: it answers but needs a human. */
  readonly state: 'off' | 'ok' | 'down' | 'rejecting';
  readonly detail: string;
  /** Readings stored by the sink since start; those sent again after a crash count again. */
  readonly sentReadings: number;
  /** Readings set aside in the quarantine since start. */
  readonly rejectedReadings: number;
  /** Writes that failed and were tried again since start. */
  readonly retries: number;
  /** Readings in the quarantine now. */
  readonly quarantinedReadings: number;
  /** Readings that the quarantine had no room for, since start: gone from it, oldest first. */
  readonly quarantineDropped: number;
  /** Share of the configured pace at which backlog is sent, 0–1: less than 1 while the server is slow. */
  readonly paceRatio: number;
}

export const IDLE_STATUS: SinkStatus = {
  state: 'ok',
  detail: '',
  sentReadings: 0,
  rejectedReadings: 0,
  retries: 0,
  quarantinedReadings: 0,
  quarantineDropped: 0,
  paceRatio: 1,
};

/** Of a gateway without a sink. */
export const NO_SINK: SinkStatus = { ...IDLE_STATUS, state: 'off' };
