/**
 * The decision loop's memory, and the tentative copy on which one round of decisions is made. A round reads through
 * the copy, changes only the copy, and ends in one WriteBatch; after the commit the copy is merged, after a failure
 * it is dropped and the memory is as it was.
 */
import {
  type AlarmControl,
  type AlarmControlEvent,
  type AlarmEvent,
  isUncarried,
  type Occurrence,
  type Storm,
  type StormEvent,
} from '../core/alarm.ts';
import type { DrillRecord } from '../core/drill-record.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, StormId, TicketId } from '../core/ids.ts';
import { toPastRepair } from '../core/past-repair.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import type { DelayRow, DrillRow, RuleMemoryRow, Write, WriteBatch } from '../store/store.ts';
import { isNote } from '../tickets/coupling.ts';
import { toSweepDueMs } from '../tickets/sweep.ts';
import type { Call } from './calls.ts';
import type { Governing } from './governing.ts';
import { type EngineState, mergeControl, mergeOccurrence } from './memory.ts';
import type { RecentPast } from './recent-past.ts';
import type { RepairWatch } from './repair-watch.ts';
import { TentativeService } from './service.ts';
import { createTicketIndex, type TicketIndex } from './ticket-index.ts';
import {
  toAlarmEventWrite,
  toBackfillWrite,
  toControlEventWrite,
  toDuesWrite,
  toTicketEventWrite,
  toTicketWrites,
} from './writes.ts';

export class Tentative {
  readonly alarmEvents: AlarmEvent[] = [];
  readonly ticketEvents: TicketEvent[] = [];
  readonly controlEvents: AlarmControlEvent[] = [];
  readonly stormEvents: StormEvent[] = [];
  /** Incidents, messages, personal fields. */
  readonly service: TentativeService;
  /** Calls for a ticket that are decided when the round knows all of them. Key: alarm. */
  readonly calls = new Map<AlarmKey, Call>();
  repairWatch: RepairWatch;
  readonly #state: EngineState;
  /** The last one of each alarm that this round has changed. */
  readonly #occurrences = new Map<AlarmKey, Occurrence>();
  /** All that it has changed: while commits fail, one can end and the next begin in a round. */
  readonly #changed = new Map<OccurrenceId, Occurrence>();
  readonly #keys = new Map<OccurrenceId, AlarmKey>();
  readonly #tickets = new Map<TicketId, Ticket>();
  readonly #ticketIndex: TicketIndex = createTicketIndex();
  /** Tickets that stay as they are and whose due times are written anew. */
  readonly #redated = new Map<TicketId, Ticket>();
  readonly #decidedVersions = new Map<TicketId, number>();
  readonly #counters = new Map<string, number>();
  readonly #controls = new Map<AlarmKey, AlarmControl>();
  readonly #drills = new Map<EquipmentId, DrillRow | null>();
  readonly #drillRecords: DrillRecord[] = [];
  readonly #raises = new Map<AlarmKey, readonly number[]>();
  readonly #seenHolds = new Set<AlarmKey>();
  /** Each with its row in the history. */
  readonly #backfilled: Write[] = [];
  /** Control events that no event of an occurrence tells. */
  readonly #untold: AlarmControlEvent[] = [];
  readonly #storms = new Map<StormId, Storm>();
  #governing: Governing;
  /** What a restart goes on with beside alarms and tickets. */
  readonly #loopRows: RuleMemoryRow[] = [];
  #delays: readonly DelayRow[] | null = null;
  #memories: readonly RuleMemoryRow[] = [];

  constructor(state: EngineState) {
    this.#state = state;
    this.#governing = state.governing;
    this.repairWatch = state.repairWatch;
    this.service = new TentativeService(state.service);
  }

  get governing(): Governing {
    return this.#governing;
  }

  /** The open occurrence of an alarm. */
  occurrence(key: AlarmKey): Occurrence | null {
    const found = this.#occurrences.get(key) ?? this.#state.occurrences.get(key);
    return found === undefined || found.endedAtMs !== null ? null : found;
  }

  /**
   * The last occurrence of an alarm whose condition has gone, open or ended a short while ago. One that ended because of its
   * rule or source has not returned: nobody knows.
   */
  returned(key: AlarmKey): Occurrence | null {
    const now = this.#occurrences.get(key) ?? this.#state.occurrences.get(key);
    const isOver = now === undefined || (now.endedAtMs !== null && now.endReason !== 'returned');
    const found = isOver ? this.#state.returned.get(key) : now;
    return found === undefined || found.isActive ? null : found;
  }

  /** null also when it has ended. */
  occurrenceById(id: OccurrenceId): Occurrence | null {
    const key = this.#keys.get(id) ?? this.#state.keys.get(id);
    const found = key === undefined ? null : this.occurrence(key);
    return found?.id === id ? found : null;
  }

  /** Open occurrences. */
  open(): readonly Occurrence[] {
    const keys = new Set([...this.#state.occurrences.keys(), ...this.#occurrences.keys()]);
    return [...keys].flatMap((key) => this.occurrence(key) ?? []);
  }

  /** What people have decided about an alarm; null = nothing. */
  control(key: AlarmKey): AlarmControl | null {
    return this.#controls.get(key) ?? this.#state.controls.get(key) ?? null;
  }

  controls(): readonly AlarmControl[] {
    const keys = new Set([...this.#state.controls.keys(), ...this.#controls.keys()]);
    return [...keys].flatMap((key) => this.control(key) ?? []);
  }

  drill(equipment: EquipmentId): DrillRow | null {
    const found = this.#drills.get(equipment);
    return found === undefined ? (this.#state.drills.get(equipment) ?? null) : found;
  }

  drills(): readonly (readonly [EquipmentId, DrillRow])[] {
    const ids = new Set([...this.#state.drills.keys(), ...this.#drills.keys()]);
    return [...ids].flatMap((id) => {
      const drill = this.drill(id);
      return drill === null ? [] : [[id, drill] as const];
    });
  }

  /** Active alarms without a ticket. */
  uncarried(): readonly Occurrence[] {
    const keys = new Set([...this.#state.uncarried, ...this.#occurrences.keys()]);
    return [...keys].flatMap((key) => {
      const occurrence = this.occurrence(key);
      return occurrence !== null && isUncarried(occurrence) ? [occurrence] : [];
    });
  }

  ticket(id: TicketId): Ticket | null {
    return this.#tickets.get(id) ?? this.#state.tickets.get(id) ?? null;
  }

  *tickets(): Iterable<Ticket> {
    for (const [id, stored] of this.#state.tickets) yield this.#tickets.get(id) ?? stored;
    for (const [id, added] of this.#tickets) if (!this.#state.tickets.has(id)) yield added;
  }

  openTickets(): readonly Ticket[] {
    return [...this.tickets()].filter(isTicketOpen);
  }

  /** Whether this round has changed the ticket. */
  isChanged(id: TicketId): boolean {
    return this.#tickets.has(id);
  }

  /** When the sweep looks at a ticket, as of before this round; undefined = it does not know of it. */
  dueAtMs(id: TicketId): number | undefined {
    return this.#state.dueAtMs.get(id);
  }

  /** Tickets of which something is due. */
  dueTickets(nowMs: number): readonly Ticket[] {
    const due = new Set<TicketId>();
    for (const [id, dueAtMs] of this.#state.dueAtMs)
      if (dueAtMs <= nowMs && !this.#tickets.has(id)) due.add(id);
    for (const id of this.#tickets.keys()) due.add(id);
    return this.#resolve(due);
  }

  ticketsWithKey(key: AlarmKey): readonly Ticket[] {
    return this.#resolve(this.#state.ticketIndex.withKey(key), this.#ticketIndex.withKey(key));
  }

  ticketsWithFault(equipment: EquipmentId, faultKind: string): readonly Ticket[] {
    return this.#resolve(
      this.#state.ticketIndex.withFault(equipment, faultKind),
      this.#ticketIndex.withFault(equipment, faultKind),
    );
  }

  /** Oldest version that a person may have seen and still decide on. */
  decidedVersion({ id, version }: Ticket): number {
    return this.#decidedVersions.get(id) ?? this.#state.decidedVersions.get(id) ?? version;
  }

  /** Next serial of a counter, from 1. */
  next(counter: string): number {
    const value = (this.#counters.get(counter) ?? this.#state.counters.get(counter) ?? 0) + 1;
    this.#counters.set(counter, value);
    return value;
  }

  /** What a refused command has counted is counted back: a number that nothing has would be a gap. @returns takes it back */
  saveCounters(): () => void {
    const before = new Map(this.#counters);
    return () => {
      this.#counters.clear();
      for (const [name, value] of before) this.#counters.set(name, value);
    };
  }

  putOccurrence(next: Occurrence, events: readonly AlarmEvent[]): void {
    this.#occurrences.set(next.key, next);
    this.#changed.set(next.id, next);
    this.#keys.set(next.id, next.key);
    this.alarmEvents.push(...events);
  }

  /**
   * Gives what this round tells the ticket that it decided only later, and the storm.
   * @param decided the occurrence as decided, and the number of events before it called
   */
  retell(
    decided: ReadonlyMap<OccurrenceId, { readonly occurrence: Occurrence; readonly from: number }>,
  ): void {
    for (const [at, event] of this.alarmEvents.entries()) {
      const found = decided.get(event.occurrence.id);
      if (found === undefined || at < found.from) continue;
      const { ticket, storm } = found.occurrence;
      this.alarmEvents[at] = { ...event, occurrence: { ...event.occurrence, ticket, storm } };
    }
  }

  putGoverning(next: Governing): void {
    this.#governing = next;
  }

  /** @param row what a restart goes on with */
  saveLoop(row: RuleMemoryRow): void {
    this.#loopRows.push(row);
  }

  /** What `recent-past.ts` keeps, as it is after this round; null when the round has not changed it. */
  newRecentPast(isCause: (key: AlarmKey) => boolean): RecentPast | null {
    const ended = [...this.#occurrences].filter(([key, row]) => row.endReason === 'returned' && isCause(key));
    if (this.#raises.size === 0 && ended.length === 0) return null;
    return this.recentPast(isCause);
  }

  /** @param isCause whether alarms can follow from it: of others no aftermath is looked for */
  recentPast(isCause: (key: AlarmKey) => boolean): RecentPast {
    const returned = [...this.#state.returned, ...this.#occurrences].filter(
      ([key, row]) => row.endReason === 'returned' && isCause(key) && this.occurrence(key) === null,
    );
    return { raises: new Map([...this.#state.raises, ...this.#raises]), returned: new Map(returned) };
  }

  /** An occurrence that is over and was never live: stored beside all others, announced to nobody. */
  putBackfilled(occurrence: Occurrence, nowMs: number): void {
    this.#backfilled.push({ type: 'occurrence', occurrence }, toBackfillWrite(occurrence, nowMs));
  }

  /** A chatter hold of before the start that nobody has judged yet. */
  isUnseenHold(key: AlarmKey): boolean {
    return this.#state.unseenHolds.has(key) && !this.#seenHolds.has(key);
  }

  noteSeenHold(key: AlarmKey): void {
    this.#seenHolds.add(key);
  }

  hasNewGoverning(): boolean {
    return this.#governing !== this.#state.governing;
  }

  /** Growing is told once a round. */
  putStorm(event: StormEvent): void {
    const { storm, type } = event;
    this.#storms.set(storm.id, storm);
    const last = this.stormEvents.findLastIndex((it) => it.storm.id === storm.id);
    const before = this.stormEvents[last];
    if (type === 'grew' && (before?.type === 'grew' || before?.type === 'began'))
      this.stormEvents[last] = { ...before, storm };
    else this.stormEvents.push(event);
  }

  /** @param event null where nothing is to be told; @param isTold whether an event of the open occurrence tells it */
  putControl(next: AlarmControl, event: AlarmControlEvent | null, isTold: boolean): void {
    this.#controls.set(next.key, next);
    if (event === null) return;
    this.controlEvents.push(event);
    if (!isTold) this.#untold.push(event);
  }

  /** @param drill null = it is over */
  putDrill(equipment: EquipmentId, drill: DrillRow | null): void {
    this.#drills.set(equipment, drill);
  }

  /** Of a drill that has ended. */
  putDrillRecord(record: DrillRecord): void {
    this.#drillRecords.push(record);
  }

  /** @returns the raises of the last `withinMs`, this one included; monotonic times */
  addRaise(key: AlarmKey, monoMs: number, withinMs: number): readonly number[] {
    const before = this.#raises.get(key) ?? this.#state.raises.get(key) ?? [];
    const raises = [...before.filter((atMs) => atMs > monoMs - withinMs), monoMs];
    this.#raises.set(key, raises);
    return raises;
  }

  putMemories(rows: readonly RuleMemoryRow[]): void {
    this.#memories = rows;
  }

  putTicket(next: Ticket, events: readonly TicketEvent[]): void {
    const before = this.ticket(next.id);
    const isOnlyNoted = before !== null && isNote(before, events);
    this.#decidedVersions.set(next.id, isOnlyNoted ? this.decidedVersion(before) : next.version);
    this.#tickets.set(next.id, next);
    if (next.stage === 'closed' && next.equipment !== null && !next.isDrill)
      this.service.addRepair(next.equipment, toPastRepair(next));
    // Whatever is only noted has been found by the same terms before: a storm's ticket has thousands.
    if (!isOnlyNoted) this.#ticketIndex.put(next);
    this.ticketEvents.push(...events);
  }

  /** Its due times were not what the ticket says: they are worked out and stored anew. */
  putDues(ticket: Ticket): void {
    this.#redated.set(ticket.id, ticket);
  }

  putDelays(rows: readonly DelayRow[]): void {
    this.#delays = rows;
  }

  /** null when there is nothing to store. */
  toBatch(): WriteBatch | null {
    const memories = [...this.#memories, ...this.#loopRows];
    const writes: Write[] = [
      ...[...this.#changed.values()].map((row): Write => ({ type: 'occurrence', occurrence: row })),
      ...this.alarmEvents.map(toAlarmEventWrite),
      ...this.#backfilled,
      ...[...this.#controls.values()].map((control): Write => ({ type: 'alarm-control', control })),
      ...this.#untold.map(toControlEventWrite),
      ...[...this.#drills].map(([equipment, drill]): Write => ({ type: 'drill', equipment, drill })),
      ...this.#drillRecords.map((record): Write => ({ type: 'drill-record', record })),
      ...[...this.#storms.values()].map((storm): Write => ({ type: 'storm', storm })),
      ...toTicketWrites(
        [...this.#tickets.values()].map((row) => [row, this.#state.tickets.get(row.id) ?? null] as const),
      ),
      ...this.#toDated().map((ticket) => toDuesWrite(ticket, this.#state.policyOf(ticket))),
      ...this.ticketEvents.map(toTicketEventWrite),
      ...this.service.toWrites(),
      ...[...this.#counters].map(([name, value]): Write => ({ type: 'counter', name, value })),
      ...(this.#delays === null ? [] : [{ type: 'delays', delays: this.#delays } satisfies Write]),
      ...(memories.length === 0 ? [] : [{ type: 'rule-memories', memories } satisfies Write]),
    ];
    return writes.length === 0 ? null : { writes };
  }

  /** After the commit: memory takes over what was decided. */
  merge(): void {
    for (const [key, row] of this.#occurrences) mergeOccurrence(this.#state, key, row);
    for (const [key, control] of this.#controls) mergeControl(this.#state, key, control);
    for (const [id, drill] of this.#drills) {
      if (drill === null) this.#state.drills.delete(id);
      else this.#state.drills.set(id, drill);
    }
    for (const [key, raises] of this.#raises) this.#state.raises.set(key, raises);
    for (const key of this.#seenHolds) this.#state.unseenHolds.delete(key);
    this.#state.governing = this.#governing;
    this.#state.repairWatch = this.repairWatch;
    for (const [id, row] of this.#tickets) {
      this.#state.tickets.set(id, row);
      this.#state.ticketIndex.put(row);
    }
    for (const row of this.#toDated())
      this.#state.dueAtMs.set(row.id, toSweepDueMs(row, this.#state.policyOf(row)));
    this.service.merge();
    for (const [id, version] of this.#decidedVersions) this.#state.decidedVersions.set(id, version);
    for (const [name, value] of this.#counters) this.#state.counters.set(name, value);
  }

  /** Tickets with new due times. */
  #toDated(): readonly Ticket[] {
    return [...new Map([...this.#redated, ...this.#tickets]).values()];
  }

  #resolve(...found: readonly Iterable<TicketId>[]): readonly Ticket[] {
    const ids = new Set(found.flatMap((some) => [...some]));
    return [...ids].flatMap((id) => this.ticket(id) ?? []);
  }
}
