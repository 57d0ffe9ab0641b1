/** What others may ask of drill records (演练记录). Permissions are the API's business (`drill.run` to write). */
import type { DrillKind, DrillLine, DrillRecord } from '../core/drill-record.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Page } from '../store/store.ts';

/** What people write about a drill that has ended. Left out = as it stands. */
export interface DrillEvaluation {
  /** Revision that the person saw. */
  readonly revision: number;
  readonly kind?: DrillKind;
  readonly content?: string;
  readonly place?: Text;
  readonly participants?: readonly string[];
  /** Lines beside those of the tickets, which are taken over anew. */
  readonly flow?: readonly DrillLine[];
  readonly evaluation: string;
  readonly by: string;
}

/** A drill that the gateway has seen nothing of: people and telephones only, an evacuation. */
export interface DrillInput {
  readonly kind: DrillKind;
  readonly equipment: EquipmentId | null;
  readonly content: string;
  readonly place: Text;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly participants: readonly string[];
  readonly flow: readonly DrillLine[];
  readonly evaluation: string;
  readonly by: string;
}

/** A kind of drill that is due. */
export interface DueDrill {
  readonly kind: DrillKind;
  /** End of the last one whose record is complete, UTC ms; null = none was held. */
  readonly lastAtMs: number | null;
}

export interface DrillRecordPort {
  /** The last revision of each, the drill that ended last first. `open` = those without an evaluation. */
  list(filter: {
    readonly state: 'open' | 'all';
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<DrillRecord>>;
  /** All revisions, oldest first. @throws RiserError `not-found` */
  revisions(id: string): Promise<readonly DrillRecord[]>;
  /** @throws RiserError `not-found`, `version-conflict`, `missing-fields`, `bad-request`, `store-failed` */
  evaluate(id: string, evaluation: DrillEvaluation): Promise<DrillRecord>;
  /** @throws RiserError `not-found`, `missing-fields`, `bad-request`, `store-failed` */
  write(input: DrillInput): Promise<DrillRecord>;
  /** Kinds without a drill within a year whose record is complete. */
  due(): Promise<readonly DueDrill[]>;
}
