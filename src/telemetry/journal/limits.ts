/** Every limit of the journal and its forwarder in one place, with its reason. Units are in the names. */

export const JOURNAL_LIMITS = {
  /** An unchanging value is journalled this often, so that silence and constancy can be told apart. */
  heartbeatMs: 60_000,
  /** Longest wait of a reading on the main thread before it goes to the worker, and most readings of one message. */
  groupMs: 50,
  groupReadings: 4_096,
  /** Readings that are not durable yet, on both threads together (about 8 MB); beyond it new ones are dropped and counted. */
  inFlightReadings: 200_000,
  /** A drop keeps the journal unhealthy for this long, so that a scrape or a page sees it. */
  dropShownMs: 60_000,
  /** Readings of one block: below one write to the sink, so that a block is confirmed by one answer. */
  blockReadings: 4_096,
  /** Group commit: a reading waits at most this long, or until this many bytes wait, for write and fdatasync. */
  commitMs: 200,
  commitBytes: 64 * 1024,
  /** Blocks of one commit: bounds the memory of one write after an outage of the disk. */
  commitBlocks: 16,
  /** Pause after a failed write, doubled up to the maximum. */
  writeRetryMs: 250,
  writeRetryMaxMs: 5_000,
  /** Size at which a segment is closed; retention deletes whole segments. */
  segmentBytes: 8 * 1024 * 1024,
  /**
   * Age at which a segment is closed too, so that a small site keeps its age limit to the day. Not sooner: a chunk costs
   * about 20 bytes, which is 0.3 bytes a reading after an hour of one reading a minute and 0.01 after a day; and what stays
   * unsealed is one segment in any case.
   */
  segmentAgeMs: 24 * 3_600_000,
  /** Readings of a point in a group of segments that are worth a sealed file: its chunk then costs 0.2 bytes a reading. */
  sealPointReadings: 128,
  /** Largest group: bounds the time (about 1 s) and memory (45 bytes a reading) of one sealing. */
  sealGroupBytes: 24 * 1024 * 1024,
  sealGroupReadings: 2_000_000,
  /** A group is at most this part of the configured size: retention deletes whole files, and no more than it must. */
  sealGroupShare: 16,
  /** Longest wait of a closed segment for others, or for the sink to have all or nothing of it. */
  sealWaitMs: 3_600_000,
  /** Pause after a sealing that failed, doubled up to the maximum. */
  sealRetryMs: 30_000,
  sealRetryMaxMs: 15 * 60_000,
  /** Size of a sealed reading that is reckoned with; slow values take less (docs/benchmarks.md). */
  sealedReadingBytes: 4,
  /** Largest payload of a block that a reader believes. */
  blockBytes: 1024 * 1024,
  /** Newest segments decoded at start to find the last stamp of every point. */
  recoverySegments: 2,
  /** How often confirmations are saved; what is confirmed in between is sent again after a crash, harmlessly. */
  confirmSaveMs: 1_000,
  /** Separate confirmed ranges kept (each outage of the sink adds one); beyond it the shortest is forgotten and sent again. */
  confirmRanges: 10_000,
  /** How often retention looks at age and size, beside every closed segment. */
  retentionMs: 60_000,
  /** Looks of retention over which the present rate is taken. */
  rateLooks: 10,
  /** Shortest time between two status messages of the worker. */
  statusMs: 100,
  /** Time that the worker has to flush when it is closed, then it is ended. */
  closeMs: 5_000,
  /** Readings of one write to the sink (performance.md §4: sweet spot 5,000 points). */
  sinkReadings: 5_000,
  /** Newest readings kept in memory for the sink; beyond it the oldest are read back from the journal later. */
  liveReadings: 100_000,
  liveBlocks: 2_000,
  /** How often backlog gets a write in although live readings wait. */
  catchUpTurnMs: 1_000,
  /** Back-off of the sink: first and longest pause; each is jittered to 50–100 %. */
  sinkRetryMs: 500,
  sinkRetryMaxMs: 30_000,
  /** Point tables of former configurations kept in memory while their blocks are read. */
  tablesInMemory: 8,
} as const;
