/** Every limit of the gateway in one place, with its reason. Units are in the names. */

export const LIMITS = {
  /** Commands waiting for the decision loop; beyond it a command is refused with `engine-busy`. */
  engineQueueCommands: 1_000,
  /** Longest free text that the API accepts (characters). */
  textChars: 4_000,
  /** Short text: names, places, phone numbers. */
  shortTextChars: 200,
  /** Largest request body of the API. */
  requestBodyBytes: 256 * 1024,
  /** Rows of one page of a list. */
  pageRows: 500,
  /** Live event streams at once; one seat holds two or three. */
  eventStreams: 200,
  /** Live event streams of one account: a shared account on many screens, but not all there are. */
  eventStreamsPerPerson: 50,
  /** Unsent bytes of one browser from which it counts as stalled (performance.md §8) … */
  eventStreamBytes: 2 * 1024 * 1024,
  /**
   * … and how long it may be so before its stream is closed: less than two heartbeats, after which the page itself calls its data
   * old. A thousand alarms with their tickets are one commit and up to 30 MB at once (measured), which no socket has had a turn to
   * send: a page that reads must not lose its stream in the very storm.
   */
  eventStallMs: 15_000,
  /** Unsent bytes with which a stream is closed at once; all streams share the frames that wait. */
  eventBurstBytes: 64 * 1024 * 1024,
  /** Time between two batches of readings to the page; last value wins per point (performance.md §8). */
  eventBatchMs: 100,
  /**
   * Samples kept in memory as evidence for tickets, of all points together: 16 bytes each, so 64 MB. A site of up to 13,000
   * points has `recentSamplesPerPoint`, a larger one fewer of each, but enough to see how a value came where it is.
   */
  recentSamples: 4_000_000,
  /** Most and fewest of one point: five minutes and twenty seconds of one that changes every second. */
  recentSamplesPerPoint: { max: 300, min: 20 },
  /** Longest answer of a device that is waited for when the link names no time-out. */
  defaultTimeoutMs: 1_000,
  /** Time that the busy share and the latencies of a link look back on. */
  linkLoadMs: 60_000,
  /** Writes that wait for one link. */
  linkCommands: 16,
  /** Different texts that points of type text have shown since start; beyond it a text is `decode`. */
  texts: 10_000,
  /** How often due timers (delays, clocks) are swept. */
  sweepMs: 250,
  /** How often every ticket's due times are held against the marks that they come from … */
  auditMs: 60_000,
  /** … and of how many tickets in one sweep: 1 to 2 ms of work, 6,000 tickets a minute. */
  auditTickets: 25,
  /** How often running delay states are saved (design.md §5). */
  delaySnapshotMs: 5_000,
  /** How long a condition must be unjudgeable before the alarm says that it is blind: a lost reply is not a blind point. */
  blindAfterMs: 5_000,
  /** Failed judgements in a row that one wrong pair of readings may cause; a rule that fails more often is an alarm (alarms.md B3). */
  failingJudgements: 5,
  /** A wall clock that moves by more than this against the monotonic one has been stepped (alarms.md B8 no. 3). */
  clockStepMs: 2_000,
  /** Uptime after a start with the wall clock behind what is stored, after which that clock is the time: by then whoever could has set it. */
  clockDoubtMs: 24 * 3_600_000,
  /** Pause after a failed commit before the decision loop tries again. */
  commitRetryMs: 1_000,
  /** Grace after start in which a point that never answered raises nothing (design.md §5, silent reconcile). */
  bootGraceMs: 15_000,
  /**
   * Young generation of a worker thread, MB. The default (48) is kept resident by threads that mostly move buffers; 8
   * saved 55 MB of a small site's 450.
   */
  workerYoungMegabytes: 8,
  /** Time that stopping may take before the process ends itself. */
  stopMs: 8_000,
} as const;
