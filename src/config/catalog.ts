/**
 * What the loader must know of plug-ins without importing them: the schemas of rule types and protocols.
 * app.ts and the command line put it together from rules/index.ts and drivers/index.ts.
 */
import type { TSchema } from 'typebox';
import type { LinkWay } from '../core/link.ts';
import type { Severity } from '../core/severity.ts';

/** Property schemas of an object whose unknown properties are refused. */
export type Properties = Readonly<Record<string, TSchema>>;

export interface RuleTypeSchema {
  /** The only severity that a rule of this type may have; left out = any. */
  readonly onlySeverity?: Severity;
  /** Properties beside the common ones of every rule (profiles/schema.ts). */
  readonly properties: Properties;
  /** Local point names that the rule reads, in evaluation order. Called only with checked parameters. */
  pointRefs(params: Readonly<Record<string, unknown>>): readonly string[];
  /** Calendars of the site that the rule goes by, with the property that names each; left out = none. */
  calendarRefs?(params: Readonly<Record<string, unknown>>): readonly CalendarRef[];
  /** What the schema cannot say, e.g. that `lo` lies below `hi`. @param points those of `pointRefs`, as far as they exist */
  check(params: Readonly<Record<string, unknown>>, points?: readonly RulePoint[]): readonly RuleIssue[];
}

export interface CalendarRef {
  /** Property path inside the rule, e.g. `working.open`. */
  readonly path: string;
  readonly calendar: string;
}

/** What a rule may ask of a point before anything runs. */
export interface RulePoint {
  readonly type: 'number' | 'boolean' | 'text';
  /** Declared values; empty = any. */
  readonly states: ReadonlyMap<number, unknown>;
}

export interface RuleIssue {
  /** Property path inside the rule, e.g. `hi.limit`. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

export interface PartShift {
  /** Stride times repetitions before this one: what addresses in numbers grow by. */
  readonly by: number;
  /** Number of the part: what `{n}` in addresses in text stands for. */
  readonly n: number;
}

/** A port of the gateway at which devices connect. */
export interface ListenPlace {
  readonly host: string;
  readonly port: number;
  /** By what whoever connects is told from others at the same port. */
  readonly opening?: {
    /** Property of the link that names it. */
    readonly key: string;
    /** As characters of Latin-1. */
    readonly bytes: string;
  };
}

export interface ProtocolSchema {
  /** Properties of a link beside id, name, protocol. */
  readonly link: Properties;
  /** Properties of an equipment that say where on the link it is (Modbus: `unit`). */
  readonly device: Properties;
  /** Properties of the profile's section of that name: limits and habits of the model. */
  readonly profile: Properties;
  /** Properties of a point's address. */
  readonly address: Properties;
  /**
   * Whether values are asked for at the point's poll interval. Then a value is stale after a few missed polls unless
   * the profile says otherwise; else it stays good as long as the driver vouches for its source, or as `staleAfter` says.
   */
  readonly isPolled: boolean;
  /** The address in one repetition of a part. */
  shiftAddress(
    address: Readonly<Record<string, unknown>>,
    shift: PartShift,
  ): Readonly<Record<string, unknown>>;
  /** Problems across properties of one link, e.g. that it names both a broker and a port of its own. */
  checkLink?(options: Readonly<Record<string, unknown>>): readonly RuleIssue[];
  /** Problems across properties of one address and the profile's section, e.g. `bit` beside a double register. */
  checkAddress(
    address: Readonly<Record<string, unknown>>,
    profile: Readonly<Record<string, unknown>>,
  ): readonly RuleIssue[];
  /** Problems of one equipment of the site file with the addresses of its profile (a name that they need) and its link. */
  checkDevice?(
    device: Readonly<Record<string, unknown>>,
    addresses: readonly Readonly<Record<string, unknown>>[],
    link: Readonly<Record<string, unknown>>,
  ): readonly RuleIssue[];
  /** Problems across a point and the profile's section, e.g. that nothing says when a value is too old. */
  checkPoint?(
    point: { readonly staleAfterMs: number | null; readonly address: Readonly<Record<string, unknown>> },
    profile: Readonly<Record<string, unknown>>,
  ): readonly RuleIssue[];
  /** Problems across the properties of a profile's section, e.g. areas that overlap. */
  checkProfile?(profile: Readonly<Record<string, unknown>>): readonly RuleIssue[];
  /**
   * What two links must not share (host and port of a device and of its backup, a serial port), as texts; none = they
   * may share everything. Two programs on one bus spoil each other's frames, and so do two links of ours.
   */
  toEndpoints?(options: Readonly<Record<string, unknown>>): readonly string[];
  /** Where a link of these options lets devices connect to the gateway; links of one protocol may share it. null = nowhere. */
  toListener?(options: Readonly<Record<string, unknown>>): ListenPlace | null;
  /** How a link of these options is connected, for people. */
  toWay?(options: Readonly<Record<string, unknown>>): LinkWay;
  /**
   * Whether this value can be written to this address exactly, so that what is allowed is also what is sent.
   * @param address that `checkWrite` lets pass
   * @returns what would be instead, in words; null = it can
   */
  checkValue?(address: Readonly<Record<string, unknown>>, value: number): string | null;
  /** Problems of writing to this address; without this function the protocol cannot write. */
  checkWrite?(
    address: Readonly<Record<string, unknown>>,
    profile: Readonly<Record<string, unknown>>,
  ): readonly RuleIssue[];
  /** Names the device on its link that answers for an equipment; two equipment of one name are one device. */
  toDeviceName?(device: Readonly<Record<string, unknown>>): string;
  /** Whether the point is a text, judged from its address. */
  isText?(address: Readonly<Record<string, unknown>>): boolean;
  /** Whether the point is a boolean, judged from its address. */
  isBoolean(address: Readonly<Record<string, unknown>>): boolean;
}

export interface Catalog {
  /** Key: rule type, e.g. `threshold`. */
  readonly rules: Readonly<Record<string, RuleTypeSchema>>;
  /** Key: protocol, e.g. `modbus`; also the name of the section in a profile's points. */
  readonly protocols: Readonly<Record<string, ProtocolSchema>>;
}
