/** What a batch says when it contradicts what is stored: our own mistake, because the engine is the only writer. */

/** A row is not at the version that the writer saw. */
export class VersionMismatch extends Error {
  override readonly name = 'VersionMismatch';
}
