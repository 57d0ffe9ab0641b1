/** A large building for a month of simulated operation: boards that feed machines, fire panels, lifts, and its staff with a roster. */
import type { EquipmentService, SiteModel } from '../../../src/config/model.ts';
import type { Policy } from '../../../src/config/policy.ts';
import { toId } from '../../../src/core/ids.ts';
import { toDemoRoster } from '../../../src/people/demo-duty.ts';
import { createDutyView, type DutyView } from '../../../src/people/duty.ts';
import { makeBook, member } from '../../people/fixtures.ts';
import { createTestModel, type TestEquipment } from '../model.ts';

export const ZONE = 'Asia/Shanghai';
export const MACHINES = 190;
export const BOARDS = 8;
export const PANELS = 6;
export const LIFTS = 4;
/** Of the machines, those whose points are not proven yet. */
export const COMMISSIONING_EACH = 40;

const SEVERITIES = ['medium', 'high', 'low', 'medium', 'low'] as const;

export function toBoard(machine: number): number {
  return machine % BOARDS;
}

export function toMonthModel(policy: Policy): SiteModel {
  const model = createTestModel({
    equipment: [
      ...Array.from({ length: BOARDS }, (_, at) => toBoardEquipment(at)),
      ...Array.from({ length: MACHINES }, (_, at) => toMachine(at)),
      ...Array.from({ length: PANELS }, (_, at) => toPanel(at)),
      ...Array.from({ length: LIFTS }, (_, at) => toLift(at)),
    ],
  });
  return { ...model, policy, calendars: policy.calendars };
}

/** Points send when they change: what they said last is what is. */
const onChange = (name: string) => ({ name, staleMs: null });

function toBoardEquipment(at: number): TestEquipment {
  return {
    id: `board-${at}`,
    kind: 'switchboard',
    points: [onChange(`supply-${at}`)],
    rules: [
      {
        id: 'supply-lost',
        type: 'state',
        points: [`supply-${at}`],
        severity: 'high',
        params: { mask: 1 },
        explains: 'power',
      },
    ],
  };
}

function toMachine(at: number): TestEquipment {
  const severity = SEVERITIES[at % SEVERITIES.length] ?? 'medium';
  const points = [`word-${at}`, `level-${at}`];
  return {
    id: `machine-${at}`,
    kind: 'pump',
    responsible: 'engineer',
    upstream: { power: toId(`board-${toBoard(at)}`) },
    ...(at % COMMISSIONING_EACH === COMMISSIONING_EACH - 1 && { service: COMMISSIONED }),
    points: points.map(onChange),
    rules: [
      {
        id: 'tripped',
        type: 'state',
        points: [`word-${at}`],
        severity,
        params: { mask: 1 },
        explainedBy: ['power'],
      },
      {
        id: 'level-high',
        type: 'threshold',
        points: [`level-${at}`],
        severity: 'medium',
        onDelayMs: 2_000,
        offDelayMs: 5_000,
        params: { point: `level-${at}`, hi: { limit: 10 }, hihi: { limit: 20, severity: 'high' } },
        isLatching: at % 17 === 0,
      },
      { id: 'offline', type: 'offline', points, severity: 'medium' },
      {
        id: 'worn',
        type: 'state',
        points: [`word-${at}`],
        severity: 'low',
        params: { mask: 2 },
        opensTicket: false,
      },
    ],
  };
}

const COMMISSIONED: EquipmentService = {
  serves: [],
  isolation: null,
  sparePart: null,
  warrantyUntil: null,
  contractor: null,
  isCommissioning: true,
};

function toPanel(at: number): TestEquipment {
  return {
    id: `panel-${at}`,
    kind: 'fire-panel',
    points: [onChange(`fire-${at}`)],
    rules: [
      {
        id: 'fire',
        type: 'state',
        class: 'fire',
        points: [`fire-${at}`],
        severity: 'life-safety',
        params: { mask: 1 },
      },
    ],
  };
}

function toLift(at: number): TestEquipment {
  return {
    id: `lift-${at}`,
    kind: 'lift',
    points: [onChange(`lift-${at}`)],
    rules: [
      {
        id: 'trapped',
        type: 'state',
        points: [`lift-${at}`],
        severity: 'life-safety',
        params: { mask: 1 },
      },
    ],
  };
}

/** @param today local date of the first day */
export function createStaff(today: string): DutyView {
  const people = [
    member('desk', ['desk'], { groups: ['desk'] }),
    member('desk-chen', ['desk'], { groups: ['desk'] }),
    member('duty', ['duty', 'security']),
    member('engineer', ['engineer'], { groups: ['engineering'] }),
    member('liu-qiang', ['engineer'], { groups: ['engineering'] }),
    member('lift-safety', ['lift-safety']),
    member('supervisor', ['supervisor', 'foreman']),
    member('manager', ['manager']),
    member('leader', ['leader']),
    member('owner-service', ['owner-service', 'area-manager']),
  ];
  return createDutyView(makeBook(toDemoRoster(ZONE, today, null), people));
}
