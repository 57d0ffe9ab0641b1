/** The two sheets that an emergency adds to its ticket (service-workflow.md §3, *ours*). All times UTC milliseconds. */
import type { AttachmentId, ContactId } from './ids.ts';
import type { Text } from './text.ts';

/** 火警确认: confirmed by the fastest means. */
export interface FireConfirmation {
  readonly verdict: 'real' | 'false-alarm' | 'test';
  readonly by: string;
  readonly atMs: number;
  readonly how: 'on-site' | 'camera' | 'phone' | 'intercom';
  /** Of a false alarm. */
  readonly cause: string | null;
  /** Steps of a real fire, as they were done. */
  readonly steps: Readonly<Partial<Record<FireStep, SheetStep>>>;
  /** Ends that were written down, oldest first: it burned again after them, or had not ended. Left out = none. */
  readonly voided?: readonly SheetStep[];
}

/** Somebody has written down that the fire is out. */
export function isFireOut({ steps }: Pick<FireConfirmation, 'steps'>): boolean {
  return steps.extinguished !== undefined;
}

export const FIRE_STEPS = {
  'linkage-automatic': { zh: '联动控制转入自动', en: 'Linkage set to automatic' },
  'called-119': { zh: '拨打119报警', en: '119 called' },
  'plan-started': { zh: '启动应急预案', en: 'Plan started' },
  'leader-told': { zh: '报告消防安全责任人', en: 'Responsible person told' },
  'lifts-homed': { zh: '电梯迫降首层', en: 'Lifts homed' },
  'doors-released': { zh: '门禁已释放', en: 'Doors released' },
  'power-cut': { zh: '切断非消防电源', en: 'Non-fire power cut' },
  evacuated: { zh: '人员疏散完毕', en: 'People evacuated' },
  extinguished: { zh: '明火扑灭，险情解除', en: 'Fire out' },
} as const satisfies Record<string, Text>;
export type FireStep = keyof typeof FIRE_STEPS;
export const FIRE_STEP_NAMES = Object.keys(FIRE_STEPS) as readonly FireStep[];

/** What is to be written down on a ticket before its equipment is drilled, or its life safety silenced. @param number of the ticket */
export function toSafeAgain(number: string): Text {
  return {
    zh: `该设备的工单 ${number} 上人员已全部解救、火已扑灭或已确认为误报之后`,
    en: `once ticket ${number} of this equipment says that the people are out, the fire is out, or that it was a false alarm`,
  };
}

/** 电梯困人记录: two clocks run with it, arrival and release. */
export interface EntrapmentSheet {
  readonly liftCode: string;
  readonly rescueLine: string;
  /** Name and number of the maintainer, as the register has them; left out where it names none. */
  readonly maintainer?: string;
  readonly floor: string;
  /** Number of people inside; null = not known yet. */
  readonly people: number | null;
  /** Higher numbers that stood there before, oldest first; left out = none. The reasons are in the record. */
  readonly lowered?: readonly LoweredNumber[];
  /** Releases that were written down too early, oldest first: somebody was still inside. Left out = none. */
  readonly voided?: readonly SheetStep[];
  readonly steps: Readonly<Partial<Record<EntrapmentStep, SheetStep>>>;
}

/** Nothing is known yet. */
export const NO_SHEET: EntrapmentSheet = { liftCode: '', rescueLine: '', floor: '', people: null, steps: {} };

export interface LoweredNumber {
  readonly people: number;
  /** User who lowered it, and when. */
  readonly by: string;
  readonly atMs: number;
}

/** Nobody is in the lift any more, as far as it is written down; or nobody was. */
export function arePeopleOut(sheet: Pick<EntrapmentSheet, 'people' | 'lowered' | 'steps'>): boolean {
  return wasNobodyIn(sheet) || sheet.steps.released !== undefined;
}

/** Of a lift that was said to hold people this is not said by a smaller number, but by their release. */
export function wasNobodyIn({ people, lowered = [] }: Pick<EntrapmentSheet, 'people' | 'lowered'>): boolean {
  return people === 0 && lowered.length === 0;
}

export const ENTRAPMENT_STEPS = {
  'passengers-calmed': { zh: '安抚被困人员', en: 'Calming call' },
  'maintainer-called': { zh: '通知维保单位', en: 'Maintainer called' },
  'rescue-called': { zh: '拨打救援电话', en: 'Rescue line called' },
  'maintainer-arrived': { zh: '维保人员到场', en: 'Maintainer arrived' },
  released: { zh: '人员已解救', en: 'People released' },
  'back-in-service': { zh: '维保签字恢复运行', en: 'Back in service, signed by the maintainer' },
} as const satisfies Record<string, Text>;
export type EntrapmentStep = keyof typeof ENTRAPMENT_STEPS;
export const ENTRAPMENT_STEP_NAMES = Object.keys(ENTRAPMENT_STEPS) as readonly EntrapmentStep[];

export interface SheetStep {
  readonly atMs: number;
  /** User who wrote it down. */
  readonly by: string;
  /** Who did it where that is somebody else, e.g. the maintainer who signs. */
  readonly who: string;
  /** The row that has the name of somebody outside the house; left out where it stands here. */
  readonly personal?: string;
  readonly note: string;
  /** Of somebody from outside: a contact of the register, or the firm and its number as written down. Left out = not said. */
  readonly contact?: ContactId;
  readonly firm?: string;
  readonly phone?: string;
  /** What bears the signature: number of the maintainer's own slip, a photo or document on the ticket. */
  readonly signedSlip?: string;
  readonly signedPhoto?: AttachmentId;
  /** Entries that this one corrects, oldest first, and why; left out = it is the first. */
  readonly corrected?: readonly SheetStep[];
  readonly reason?: string;
}
