/** Every limit of sealed files in one place, with its reason. Units are in the names. A reader believes no length beyond them. */

export const SEALED_LIMITS = {
  /** Readings of one chunk; a point that has more in a file gets several. Bounds the time of one decoding (about 1 ms). */
  chunkReadings: 16_384,
  /** Largest chunk, frame included: 48 bytes a reading at the worst, plus its head. */
  chunkBytes: 1024 * 1024,
  /** Chunks of at least so many readings carry a summary (about 60 bytes); smaller ones are decoded faster than read. */
  summaryReadings: 256,
  /** Entries after which a page of the directory is full; it ends with the chunks of its last point. */
  pageEntries: 256,
  /** Largest page: `pageEntries` and all chunks of one more point, 8 bytes each at the most. */
  pageBytes: 16 * 1024,
  /** Readings, segment bytes and point tables of one sealing: bounds its memory (about 45 bytes a reading). */
  readings: 4 * 1024 * 1024,
  segmentBytes: 64 * 1024 * 1024,
  tables: 16,
  /** Points are below it: the counting sort holds one counter for each. */
  points: 4 * 1024 * 1024,
  fileBytes: 256 * 1024 * 1024,
  /** Longest stretch of work between two turns of the event loop; and what callers may ask for at the most. */
  yieldEveryMs: 10,
  yieldEveryMaxMs: 20,
  /** Rows sorted between two looks at the clock. */
  sortRows: 32 * 1024,
  /** Bytes gathered before they are written. */
  writeBytes: 256 * 1024,
  /** Bytes read at once when a whole file is walked through; more than one chunk. */
  windowBytes: 2 * 1024 * 1024,
} as const;
