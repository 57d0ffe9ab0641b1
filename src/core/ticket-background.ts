/** What a ticket is born with from the register and the archive: what the fault takes away, and earlier repairs of the equipment. */
import type { EquipmentId, LocationId, TicketId } from './ids.ts';
import type { Text } from './text.ts';

/** What the fault takes away (service-workflow.md §1: floors without water, power or lift), as the register knows it. */
export interface AffectedArea {
  readonly supply: 'water' | 'power' | 'lift' | 'fire' | 'other';
  readonly locations: readonly { readonly id: LocationId; readonly name: Text }[];
  readonly equipment: readonly { readonly id: EquipmentId; readonly name: Text }[];
  /** Valve or breaker that isolates it; null = the register names none. */
  readonly isolation: Text | null;
  /** Notice to those affected, prefilled. */
  readonly notice: Text;
}

/** A repair of the same equipment before this one. */
export interface PastRepair {
  readonly ticket: TicketId;
  readonly number: string;
  readonly faultKind: string | null;
  readonly content: Text;
  readonly result: string | null;
  readonly closedAtMs: number | null;
}
