/** The frozen lists of a handover: what stands in which, in what order, in both languages, and how long they get. */
import { describe, expect, test } from 'vitest';
import { type AlarmControl, NO_MARKS, type Occurrence } from '../../src/core/alarm.ts';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { TicketClock } from '../../src/core/ticket-clock.ts';
import { HANDOVER_LIMITS } from '../../src/handover/limits.ts';
import { toHandoverLists } from '../../src/handover/lists.ts';
import type { HandoverSources } from '../../src/handover/port.ts';

/** 2026-11-28 08:00 in Shanghai. */
const NOW = Date.UTC(2026, 10, 28);
const MINUTE_MS = 60_000;
const text = (zh: string, en = zh) => ({ zh, en });

const acknowledged = { by: 'li', atMs: NOW, note: '' };
const shelf = { by: 'li', atMs: NOW, reason: '等配件', untilMs: NOW + 60 * MINUTE_MS, isOneShot: false };
const outOfService = {
  by: 'li',
  atMs: NOW,
  reason: '大修',
  permit: 'GZP-7',
  approver: 'boss',
  untilMs: NOW + 120 * MINUTE_MS,
};

function occurrence(id: string, more: Partial<Occurrence> = {}): Occurrence {
  const base = {
    ...NO_MARKS,
    id: toId(id),
    key: toId(`site/pump-1/${id}`),
    equipment: toId('pump-1'),
    rule: toId(id),
  };
  const alarm = {
    ...base,
    severity: 'medium',
    isActive: true,
    endedAtMs: null,
    blindSinceMs: null,
    acknowledged: null,
    raisedAtMs: NOW - MINUTE_MS,
    text: text('过载', 'Overload'),
    equipmentName: text('1#泵', 'Pump 1'),
    explainedBy: null,
    ...more,
  };
  return alarm as unknown as Occurrence;
}

function clock(dueAtMs: number | null, more: Partial<TicketClock> = {}): TicketClock {
  return {
    id: 'arrival',
    name: text('到场', 'Arrival'),
    dueAtMs,
    stoppedAtMs: null,
    breachedAtMs: null,
    ...more,
  } as TicketClock;
}

function ticket(number: string, clocks: readonly TicketClock[], more: Partial<Ticket> = {}): Ticket {
  const base = {
    id: toId(number.toLowerCase()),
    number,
    priority: 'normal',
    stage: 'taken',
    content: text('漏水', 'Leak'),
    place: text('B1'),
    receivedAtMs: NOW,
    takenBy: null,
    assignee: 'engineer',
    clocks,
  };
  return { ...base, ...more } as unknown as Ticket;
}

function sources(more: Partial<HandoverSources> = {}): HandoverSources {
  return {
    alarms: [],
    controls: [],
    lockOuts: new Map(),
    tickets: [],
    drills: new Map(),
    incidents: [],
    commissioning: [],
    blind: [],
    equipmentName: (id) => text(`设备${id}`, `Equipment ${id}`),
    alarmText: (key) => text(`告警${key}`, `Alarm ${key}`),
    timeZone: 'Asia/Shanghai',
    ...more,
  };
}

const idsOf = (lines: readonly { readonly id: string }[]): readonly string[] => lines.map(({ id }) => id);

describe('alarms', () => {
  const alarms = [
    occurrence('acknowledged', { acknowledged }),
    occurrence('returned', { isActive: false }),
    occurrence('latched', { isActive: false, isLatched: true, acknowledged }),
    occurrence('fire', { severity: 'life-safety', blindSinceMs: NOW }),
    occurrence('shelved', { shelf }),
    occurrence('cleaning', {
      suppression: { reason: 'expected', text: text('双池清洗中', 'Tanks are cleaned'), sinceMs: NOW },
    }),
    occurrence('repair', { outOfService }),
  ];
  const lists = toHandoverLists(sources({ alarms }));

  test('that stand are those annunciated, the gravest first; hidden ones are in lists of their own', () => {
    expect(idsOf(lists.standing)).toEqual(['fire', 'acknowledged', 'returned', 'latched']);
    expect(idsOf(lists.suppressed)).toEqual(['cleaning']);
  });

  test('say in both languages what is with them', () => {
    expect(lists.standing.map((line) => line.text.zh)).toEqual([
      '生命安全 · 1#泵 · 过载 · 未恢复，未确认 · 数据不可信',
      '中 · 1#泵 · 过载 · 未恢复，已确认',
      '中 · 1#泵 · 过载 · 已恢复，未确认',
      '中 · 1#泵 · 过载 · 已恢复，待复位',
    ]);
    expect(lists.suppressed[0]?.text.en).toBe('Pump 1 · Overload · Tanks are cleaned');
  });

  test('that follow from a cause name it in words, without the number of its occurrence', () => {
    const explainedBy = {
      occurrence: toId('mains'),
      key: toId('k'),
      upstream: 'power',
      text: text('失电', 'Mains lost'),
      equipmentName: text('变压器', 'Transformer'),
      atMs: NOW,
    } as const;
    const [line] = toHandoverLists(
      sources({ alarms: [occurrence('a', { explainedBy } as Partial<Occurrence>)] }),
    ).suppressed;
    expect(line).toMatchObject({
      text: { en: 'Pump 1 · Overload · follows from · Transformer · Mains lost' },
      detail: '',
    });
  });
});

test('shelved and out-of-service alarms are there without an occurrence, with end, reason and who', () => {
  const control = {
    key: toId('k'),
    equipment: toId('pump-1'),
    rule: toId('r'),
    shelf,
    outOfService: null,
  } as unknown as AlarmControl;
  const lists = toHandoverLists(sources({ controls: [control, { ...control, shelf: null, outOfService }] }));
  expect(lists.shelved).toEqual([
    {
      id: 'k',
      text: {
        zh: '设备pump-1 · 告警k · 搁置至 11-28 09:00',
        en: 'Equipment pump-1 · Alarm k · shelved until 11-28 09:00',
      },
      detail: '等配件 · li',
    },
  ]);
  expect(lists.outOfService).toMatchObject([{ detail: 'GZP-7 · 大修 · li · boss' }]);
});

test('tickets come by their clock: breached, then soonest due, then those whose clocks rest or are none', () => {
  const tickets = [
    ticket('GC-none', []),
    ticket('GC-paused', [clock(null)]),
    ticket('GC-late', [clock(NOW + 9 * MINUTE_MS)]),
    ticket('GC-soon', [
      clock(NOW + 90 * MINUTE_MS),
      clock(NOW + MINUTE_MS),
      clock(NOW - MINUTE_MS, { stoppedAtMs: NOW }),
    ]),
    ticket('GC-breached', [clock(NOW - MINUTE_MS, { breachedAtMs: NOW - MINUTE_MS })]),
    ticket('GC-urgent', [], { priority: 'urgent', takenBy: 'wang' }),
  ];
  const lines = toHandoverLists(sources({ tickets })).tickets;
  expect(idsOf(lines)).toEqual(['gc-breached', 'gc-soon', 'gc-late', 'gc-urgent', 'gc-none', 'gc-paused']);
  expect(lines[0]?.text.zh).toBe('GC-breached · 一般 · B1 · 漏水 · 已签收 · 到场已超时（11-28 07:59）');
  expect(lines[1]?.text.en).toBe('GC-soon · Normal · B1 · Leak · Taken · Arrival due 11-28 08:01');
  expect(lines[3]?.detail).toBe('wang');
});

describe('drills', () => {
  test('that are under way are there with equipment, end, reason, who and since when, the next to end first', () => {
    const drill = { by: 'boss', atMs: NOW, reason: '季度困人演练', untilMs: NOW + 60 * MINUTE_MS };
    const drills = new Map([
      [toId<EquipmentId>('lift-1'), drill],
      [toId<EquipmentId>('panel'), { ...drill, untilMs: NOW + 30 * MINUTE_MS }],
    ]);
    const lines = toHandoverLists(sources({ drills })).drills;
    expect(lines).toEqual([
      expect.objectContaining({ id: 'panel' }),
      {
        id: 'lift-1',
        text: { zh: '设备lift-1 · 演练至 11-28 09:00', en: 'Equipment lift-1 · drill until 11-28 09:00' },
        detail: '季度困人演练 · boss · 11-28 08:00',
      },
    ]);
  });

  test('are the mark of their tickets and alarms', () => {
    const lists = toHandoverLists(
      sources({
        tickets: [ticket('GC-drill', [], { isDrill: true })],
        alarms: [occurrence('a', { isDrill: true })],
      }),
    );
    expect(lists.tickets[0]?.text.zh).toMatch(/^演练 · GC-drill · /);
    expect(lists.tickets[0]?.text.en).toMatch(/^Drill · GC-drill · /);
    expect(lists.standing[0]?.text.zh).toMatch(/^演练 · 中 · /);
  });
});

test('lock-outs and blind points are there with who, why and since when', () => {
  const lists = toHandoverLists(
    sources({
      lockOuts: new Map([['pump-1', { by: 'wang', reason: '检修', atMs: NOW }]]),
      blind: [
        {
          point: 'pump-1/current',
          equipment: 'pump-1',
          name: text('电流', 'Current'),
          sinceMs: NOW,
          reason: text('断线', 'Offline'),
        },
        {
          point: 'pump-1/level',
          equipment: 'pump-1',
          name: text('液位', 'Level'),
          sinceMs: null,
          reason: text('从未有过', 'Never'),
        },
      ],
    }),
  );
  expect(lists.lockOuts).toMatchObject([{ id: 'pump-1', detail: '检修 · wang · 11-28 08:00' }]);
  expect(lists.blind.map(({ text: { zh }, detail }) => `${zh} ${detail}`)).toEqual([
    '设备pump-1 · 电流 · 断线 11-28 08:00',
    '设备pump-1 · 液位 · 从未有过 ',
  ]);
});

test('a list that is too long says how many lines are missing', () => {
  const alarms = Array.from({ length: HANDOVER_LIMITS.lines + 10 }, (_, index) => occurrence(`a${index}`));
  const { standing } = toHandoverLists(sources({ alarms }));
  expect(standing).toHaveLength(HANDOVER_LIMITS.lines);
  expect(standing.at(-1)).toMatchObject({ id: 'more', detail: '11' });
});

test('equipment that is silent for commissioning is listed: until when, what stands there, by whom, life safety first', () => {
  const base = { reason: '更换回路卡', untilMs: NOW + 60 * MINUTE_MS, standing: [] };
  const commissioning = [
    { ...base, id: 'pump-1', by: 'li', approver: '', lifeSafety: 0 },
    {
      ...base,
      id: 'panel',
      by: 'supervisor',
      approver: 'boss',
      lifeSafety: 2,
      standing: [occurrence('fire', { severity: 'life-safety', text: text('火警', 'Fire') })],
    },
  ];
  const lists = toHandoverLists(sources({ commissioning }));
  expect(lists.commissioning).toEqual([
    {
      id: 'panel',
      text: {
        zh: '设备panel · 调试静默至 11-28 09:00 · 生命安全告警 2 条静默 · 未恢复：生命安全 火警',
        en: 'Equipment panel · silent for commissioning until 11-28 09:00 · 2 alarms of life safety are silent · standing: Life safety, Fire',
      },
      detail: '更换回路卡 · supervisor · boss',
    },
    {
      id: 'pump-1',
      text: expect.objectContaining({ zh: '设备pump-1 · 调试静默至 11-28 09:00' }),
      detail: '更换回路卡 · li',
    },
  ]);
});

test('a real emergency is the first of the tickets, whatever has passed its limit before; one of a drill is not', () => {
  const late = ticket('GC-slip', [clock(NOW - 60 * MINUTE_MS)]);
  const practised = ticket('GC-drill', [clock(NOW - 1)], { priority: 'emergency', isDrill: true });
  const trapped = ticket('GC-lift', [clock(NOW + 20 * MINUTE_MS)], { priority: 'emergency' });
  const { tickets } = toHandoverLists(sources({ tickets: [late, practised, trapped] }));
  expect(idsOf(tickets)).toEqual(['gc-lift', 'gc-slip', 'gc-drill']);
});

test('incidents whose report is to be sent are there with limit and person, the next to be due first', () => {
  const incident = (number: string, more: object) =>
    ({
      id: toId(number),
      number,
      kind: 'entrapment',
      place: text('1号楼'),
      reportBreachedAtMs: null,
      commander: null,
      reportResponsible: 'supervisor',
      ...more,
    }) as unknown as Incident;
  const { incidents } = toHandoverLists(
    sources({
      incidents: [
        incident('SJ-2', { reportDueAtMs: NOW + 90 * MINUTE_MS }),
        incident('SJ-1', {
          kind: 'fire',
          reportDueAtMs: NOW - 1,
          reportBreachedAtMs: NOW,
          commander: 'boss',
        }),
      ],
    }),
  );
  expect(incidents).toMatchObject([
    { text: { zh: 'SJ-1 · 火警 · 1号楼 · 信息报告已超时（限 11-28 07:59）' }, detail: 'boss' },
    {
      text: {
        zh: 'SJ-2 · 电梯困人 · 1号楼 · 信息报告限 11-28 09:30',
        en: 'SJ-2 · People in a lift · 1号楼 · report due 11-28 09:30',
      },
      detail: 'supervisor',
    },
  ]);
});
