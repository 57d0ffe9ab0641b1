/** Limits of the state store, with their reasons. Units are in the names. */

export const STORE_LIMITS = {
  /** Waiting for another process's write lock (the `user` command, a backup); shorter than `commitMs`. */
  busyMs: 5_000,
  /** A reader waits only for the instant in which another connection recovers the log. */
  readerBusyMs: 1_000,
  /** Longest wait of a caller for one commit; an SD card that is slower than this has failed. */
  commitMs: 10_000,
  /** Commits waiting at the writer; beyond it a commit is refused at once. */
  pendingCommits: 10_000,
  /** Opening includes a check of the whole file (about 1 s per 200 MB on an SD card) and migrations. */
  openMs: 120_000,
  /** Writer and readers are given this long to finish when the store closes. */
  closeMs: 5_000,
  /** Back-off of the writer's restart after a crash: first and longest. */
  restartMinMs: 100,
  restartMaxMs: 30_000,
  /** Entries of one alarm's or ticket's history that are shown; the newest are kept. */
  historyRows: 5_000,
  /** Open alarms with a cause that are shown on tickets; a dead transformer of a large building explains hundreds. */
  explainedRows: 5_000,
  /** Earlier tickets of one equipment that one question gets: years of a bad pump. */
  equipmentTickets: 200,
  /** Due times of open tickets that one question gets; a site has a few hundred open tickets. */
  dueRows: 10_000,
  /** Ids that one question names; SQLite takes 32,766. */
  idsPerQuestion: 500,
  /** Occurrences of a stretch of time that one question gets: a month of a busy site, 100 ms of work. */
  betweenRows: 20_000,
  /** Alarms that are shelved or out of service: more than any site has rules that people look at. */
  controlRows: 10_000,
  /** Parts of the saved figures that one question gets: a day of a busy site is 100 kB. */
  figuresParts: 20,
  /** Writes of points that are kept; the audit holds the older ones too. A year of 50 a day. */
  pointWrites: 20_000,
  /** Longest check of the chains; a year of a busy site is about a million rows, a minute's work. */
  verifyMs: 600_000,
  /** Mismatches that one check of one chain names; the rest is counted by the `verify` command. */
  verifyFindings: 20,
  /** Mismatches of one chain that the `verify` command prints: a screenful of screens; the rest is counted. */
  verifyPrinted: 1_000,
  /** Size to which the write-ahead log is cut back after a checkpoint. */
  journalBytes: 64 * 1024 * 1024,
  /** Commits after which the write-ahead log is carried into the file: a commit is some 25 pages, a piece of work of 10 ms. */
  commitsPerCheckpoint: 16,
  /** Pages of the log at which a commit carries it over itself, where commits leave no moment between them: 16 MiB. */
  logPages: 4_096,
  /** Prepared statements that the reader keeps. */
  readerStatements: 100,
} as const;
