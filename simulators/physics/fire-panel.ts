/**
 * Behaviour of a fire panel with zones: detection, latching, linkage with confirmations, reset. Pure; the words on the
 * wire are made in devices/.
 *
 *   zone   normal ──smoke──▶ pre-alarm ──3 s──▶ fire (latched)          normal ──manual call point──▶ fire (latched)
 *   panel  fire ──30 s──▶ acknowledged and silenced ──causes gone for 5 s──▶ reset: zones normal, commands withdrawn
 */

export const PANEL = {
  preAlarmS: 3,
  /** Somebody at the panel acknowledges and silences a fire after this time. */
  acknowledgeS: 30,
  resetS: 5,
} as const;

/** Type of an active event, low byte of the zone word. */
export const EVENT_NONE = 0;
export const EVENT_SMOKE = 0x71;
export const EVENT_CALL_POINT = 0x72;

/** How long each equipment takes to confirm a command, and its withdrawal, in the order of the bits of the map. */
export const LINKAGES = [
  { name: 'lifts', confirmS: 8 },
  { name: 'doors', confirmS: 1 },
  { name: 'powerCut', confirmS: 2.5 },
  { name: 'firePump', confirmS: 4.5 },
  { name: 'fans', confirmS: 6 },
] as const;

export interface ZoneState {
  /** Type of the latched event; EVENT_NONE = no fire. */
  readonly event: number;
  readonly isPreAlarm: boolean;
  readonly preAlarmForS: number;
  readonly isAcknowledged: boolean;
}

export interface ZoneInputs {
  readonly isSmoke: boolean;
  readonly isCallPoint: boolean;
  /** Smoke that is not yet enough for a fire. */
  readonly isThinSmoke: boolean;
  /** Disabled or in test: what the zone detects is not taken up. What is latched stays. */
  readonly isIgnored: boolean;
}

export interface PanelState {
  readonly zones: readonly ZoneState[];
  readonly isLinked: boolean;
  /** How long linkage has been out, or withdrawn. */
  readonly linkForS: number;
  /** In the order of LINKAGES. */
  readonly feedback: readonly boolean[];
  readonly isSilenced: boolean;
  readonly soundingForS: number;
  readonly clearForS: number;
  readonly resets: number;
}

export interface PanelInputs {
  /** In the order of the zones that are programmed. */
  readonly zones: readonly ZoneInputs[];
  readonly isLinkageManual: boolean;
}

const QUIET_ZONE: ZoneState = {
  event: EVENT_NONE,
  isPreAlarm: false,
  preAlarmForS: 0,
  isAcknowledged: false,
};

export function createPanel(zoneCount: number): PanelState {
  return {
    zones: Array.from({ length: zoneCount }, () => QUIET_ZONE),
    isLinked: false,
    // Long enough for every confirmation to be in its state of rest.
    linkForS: 60,
    feedback: LINKAGES.map(() => false),
    isSilenced: false,
    soundingForS: 0,
    clearForS: 0,
    resets: 0,
  };
}

/** What shows at once without time passing: pre-alarms, call points and the commands that follow. */
export function settlePanel(state: PanelState, inputs: PanelInputs): PanelState {
  return stepPanel(state, inputs, 0);
}

/** @param dtS 0 or more, at most 1 s. */
export function stepPanel(before: PanelState, inputs: PanelInputs, dtS: number): PanelState {
  const zones = before.zones.map((zone, at) => stepZone(zone, inputs.zones[at] ?? NO_INPUT, dtS));
  const hasNew = zones.some((zone, at) => isFire(zone) && zone.event !== before.zones[at]?.event);
  const sounded = stepSounders({ ...before, zones }, hasNew, dtS);
  const reset = stepReset(sounded, inputs, dtS);
  return stepLinkage(reset, inputs, dtS);
}

export function isFire(zone: ZoneState): boolean {
  return zone.event !== EVENT_NONE;
}

export const NO_INPUT: ZoneInputs = {
  isSmoke: false,
  isCallPoint: false,
  isThinSmoke: false,
  isIgnored: false,
};

function stepZone(zone: ZoneState, inputs: ZoneInputs, dtS: number): ZoneState {
  if (isFire(zone)) return zone;
  if (inputs.isIgnored) return QUIET_ZONE;
  if (inputs.isCallPoint) return { ...QUIET_ZONE, event: EVENT_CALL_POINT };
  if (!inputs.isSmoke) return { ...QUIET_ZONE, isPreAlarm: inputs.isThinSmoke };
  const preAlarmForS = zone.preAlarmForS + dtS;
  if (isReached(preAlarmForS, PANEL.preAlarmS)) return { ...QUIET_ZONE, event: EVENT_SMOKE };
  return { ...QUIET_ZONE, isPreAlarm: true, preAlarmForS };
}

/** A new fire sounds again; after a while somebody acknowledges all that is active. */
function stepSounders(state: PanelState, hasNew: boolean, dtS: number): PanelState {
  if (hasNew) return { ...state, isSilenced: false, soundingForS: 0 };
  if (state.isSilenced || !state.zones.some(isFire)) return state;
  const soundingForS = state.soundingForS + dtS;
  if (!isReached(soundingForS, PANEL.acknowledgeS)) return { ...state, soundingForS };
  const zones = state.zones.map((zone) => (isFire(zone) ? { ...zone, isAcknowledged: true } : zone));
  return { ...state, zones, isSilenced: true, soundingForS };
}

function stepReset(state: PanelState, inputs: PanelInputs, dtS: number): PanelState {
  const hasCause = inputs.zones.some(
    ({ isSmoke, isCallPoint, isIgnored }) => (isSmoke || isCallPoint) && !isIgnored,
  );
  if (hasCause || !state.zones.some(isFire)) return { ...state, clearForS: 0 };
  const clearForS = state.clearForS + dtS;
  if (!isReached(clearForS, PANEL.resetS)) return { ...state, clearForS };
  return {
    ...state,
    zones: state.zones.map((zone) => (isFire(zone) ? QUIET_ZONE : zone)),
    isSilenced: false,
    soundingForS: 0,
    clearForS: 0,
    resets: (state.resets + 1) & 0xffff,
  };
}

/** Commands go out at once when automatic, and stay until the panel is reset; in manual nothing new is sent. */
function stepLinkage(state: PanelState, inputs: PanelInputs, dtS: number): PanelState {
  const isLinked = state.zones.some(isFire) && (state.isLinked || !inputs.isLinkageManual);
  const linkForS = isLinked === state.isLinked ? state.linkForS + dtS : 0;
  const feedback = LINKAGES.map(({ confirmS }, at) =>
    isReached(linkForS, confirmS) ? isLinked : (state.feedback[at] ?? false),
  );
  return { ...state, isLinked, linkForS, feedback };
}

/** Sums of tenths of a second fall short of a round figure by binary fractions. */
function isReached(passedS: number, limitS: number): boolean {
  return passedS >= limitS - 1e-6;
}
