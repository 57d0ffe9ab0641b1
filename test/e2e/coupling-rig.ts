/**
 * A gateway as a process, Modbus endpoints whose registers a test writes, and three people logged in: what the tests of how alarms
 * and tickets meet have in common. Everything is read back over HTTP.
 */
import type { AlarmView, HistoryEntryView, ProblemDocument, TicketView } from '../../src/api/schemas.ts';
import type { Answer, ApiClient } from '../support/client.ts';
import { type ModbusRig, startModbusRig } from '../support/modbus-rig.ts';
import { type ChildGateway, startChildGateway } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { createTemporaryDirectory } from '../support/temp.ts';
import { REGISTERS, type Register, writeCouplingSite } from './coupling-site.ts';

const API = '/api/v1';
/** From a register to the ticket, on a machine that has much else to do. */
const SOON_MS = 90_000;
/** Five cases ask at once: often enough to lose no time, and far below the limit of requests. */
const ASK_MS = 120;
/** Units of each endpoint; a case has one for itself. */
const UNITS = { pump: 60, detector: 10, dark: 12 } as const;
type Kind = keyof typeof UNITS;

/** One equipment, for one case. */
export interface Cell {
  readonly equipment: string;
  readonly put: (register: Register, value: number) => void;
  /** The device answers nothing any more, or again. */
  readonly silence: (isSilent: boolean) => void;
}

/** An alarm as it is, and the ticket that carries it. */
export interface Case {
  readonly cell: Cell;
  readonly ticket: TicketView;
  readonly alarm: AlarmView;
}

export interface CouplingRig {
  readonly url: string;
  readonly data: string;
  readonly engineer: ApiClient;
  readonly supervisor: ApiClient;
  readonly desk: ApiClient;
  readonly admin: ApiClient;
  /** One that no other case has. */
  take(kind?: Kind): Cell;
  stop(): Promise<void>;
  remove(): void;
}

/** @param policy its text; default: that of coupling-site.ts */
export async function startCouplingRig(policy?: string): Promise<CouplingRig> {
  const directory = createTemporaryDirectory();
  const rigs = {
    pump: await startRig('pump'),
    detector: await startRig('detector'),
    dark: await startRig('dark'),
  };
  const closeRigs = async (): Promise<void> => {
    for (const rig of Object.values(rigs)) await rig.close();
  };
  const httpPort = await freePort();
  const toGroup = (kind: Kind) => ({ port: rigs[kind].port, count: UNITS[kind] });
  const config = writeCouplingSite(directory.path, {
    httpPort,
    ...(policy === undefined ? {} : { policy }),
    pumps: toGroup('pump'),
    detectors: toGroup('detector'),
    dark: toGroup('dark'),
  });
  const data = `${directory.path}/data`;
  const gateway = await startGateway({ data, config, httpPort }, closeRigs);
  const taken: Record<Kind, number> = { pump: 0, detector: 0, dark: 0 };
  return {
    url: gateway.url,
    data,
    engineer: await gateway.login('engineer'),
    supervisor: await gateway.login('supervisor'),
    desk: await gateway.login('desk'),
    admin: await gateway.login('admin'),
    take(kind = 'pump') {
      taken[kind] += 1;
      if (taken[kind] > UNITS[kind]) throw new Error(`more cases than units of ${kind}`);
      return toCell(kind, taken[kind], rigs[kind]);
    },
    async stop() {
      await gateway.stop();
      await closeRigs();
    },
    remove: () => directory.remove(),
  };
}

async function startGateway(
  options: { readonly data: string; readonly config: string; readonly httpPort: number },
  onFailure: () => Promise<void>,
): Promise<ChildGateway> {
  try {
    return await startChildGateway({ ...options, pumpRoomPort: 0, sumpRoomPort: 0 });
  } catch (error) {
    await onFailure();
    throw error;
  }
}

/** All registers are 0. */
async function startRig(kind: Kind): Promise<ModbusRig> {
  const addresses = Object.values(REGISTERS);
  const units = Array.from({ length: UNITS[kind] }, (_, at) => at + 1);
  const rig = await startModbusRig({
    units: units.map((unit) => ({ unit, holding: Math.max(...addresses) + 1 })),
    logSize: 100,
    ledgerSize: null,
  });
  for (const unit of units) for (const address of addresses) rig.pin(unit, 'holding', address, 0);
  return rig;
}

function toCell(kind: Kind, unit: number, rig: ModbusRig): Cell {
  return {
    equipment: `${kind}-${unit}`,
    put: (register, value) => void rig.pin(unit, 'holding', REGISTERS[register], value),
    silence(isSilent) {
      if (isSilent) rig.setFault(unit, { kind: 'silent' });
      else rig.clearFaults(unit, 'silent');
    },
  };
}

// --- reading ------------------------------------------------------------------------------------------------------

/** Asks until there is an answer. */
export function soon<T>(
  what: string,
  check: () => Promise<T | null>,
): Promise<Exclude<T, false | null | undefined>> {
  return until(check, { timeoutMs: SOON_MS, what, intervalMs: ASK_MS });
}

/** Newest first. */
export async function ticketsOf({ supervisor }: CouplingRig, equipment: string): Promise<TicketView[]> {
  const path = `${API}/tickets?state=all&equipment=${equipment}`;
  return (await supervisor.read<{ items: TicketView[] }>(path)).items;
}

/** Newest first. */
export async function alarmsOf(
  { supervisor }: CouplingRig,
  equipment: string,
  rule: string,
): Promise<AlarmView[]> {
  const path = `${API}/alarms?state=all&equipment=${equipment}`;
  const { items } = await supervisor.read<{ items: AlarmView[] }>(path);
  return items.filter((alarm) => alarm.rule === rule);
}

export const readTicket = ({ supervisor }: CouplingRig, { id }: { readonly id: string }) =>
  supervisor.read<TicketView>(`${API}/tickets/${id}`);
export const readAlarm = ({ supervisor }: CouplingRig, { id }: { readonly id: string }) =>
  supervisor.read<AlarmView>(`${API}/alarms/${id}`);

export async function historyOf(
  { supervisor }: CouplingRig,
  { id }: { readonly id: string },
  of: 'tickets' | 'alarms' = 'tickets',
): Promise<readonly HistoryEntryView[]> {
  return (await supervisor.read<{ items: HistoryEntryView[] }>(`${API}/${of}/${id}/history`)).items;
}

export async function typesOf(
  rig: CouplingRig,
  row: { readonly id: string },
  of: 'tickets' | 'alarms' = 'tickets',
): Promise<readonly string[]> {
  return (await historyOf(rig, row, of)).map(({ type }) => type);
}

export const kindsOf = ({ banners }: TicketView): readonly string[] => banners.map(({ kind }) => kind);

/** The ticket as soon as it is so. */
export function untilTicket(
  rig: CouplingRig,
  ticket: { readonly id: string },
  what: string,
  isSo: (ticket: TicketView) => boolean,
): Promise<TicketView> {
  return soon(`${what} (${ticket.id})`, async () => {
    const now = await readTicket(rig, ticket);
    return isSo(now) ? now : null;
  });
}

/** The newest occurrence of the rule as soon as it is so. */
export function untilAlarm(
  rig: CouplingRig,
  equipment: string,
  rule: string,
  isSo: (alarm: AlarmView) => boolean,
): Promise<AlarmView> {
  return soon(`the alarm ${equipment}/${rule}`, async () => {
    const [alarm] = await alarmsOf(rig, equipment, rule);
    return alarm !== undefined && isSo(alarm) ? alarm : null;
  });
}

// --- doing --------------------------------------------------------------------------------------------------------

/** Raises the alarm, and waits for the ticket that carries it. @param value default 1 */
export async function raise(
  rig: CouplingRig,
  cell: Cell,
  register: Register = 'trip',
  value = 1,
): Promise<Case> {
  const [before] = await alarmsOf(rig, cell.equipment, register);
  cell.put(register, value);
  const alarm = await untilAlarm(
    rig,
    cell.equipment,
    register,
    ({ id, isActive, ticket, count }) =>
      isActive && ticket !== null && (id !== before?.id || count > before.count || !before.isActive),
  );
  return { cell, alarm, ticket: await readTicket(rig, { id: alarm.ticket ?? '' }) };
}

/** Lets it return, and waits until its ticket knows. */
export async function recover(
  rig: CouplingRig,
  { cell, alarm, ticket }: Case,
  register: Register = 'trip',
): Promise<TicketView> {
  cell.put(register, 0);
  return untilTicket(rig, ticket, 'the return', ({ alarms }) =>
    alarms.some(({ occurrence, isActive }) => occurrence === alarm.id && !isActive),
  );
}

/** A step that is possible. @returns the ticket after it */
export function step(
  by: ApiClient,
  { id, version }: { readonly id: string; readonly version: number },
  transition: string,
  fields: object = {},
): Promise<TicketView> {
  return by.send<TicketView>(`${API}/tickets/${id}/${transition}`, { version, ...fields });
}

/** A step that may be refused. */
export function tryStep(
  by: ApiClient,
  { id, version }: { readonly id: string; readonly version: number },
  transition: string,
  fields: object = {},
): Promise<Answer> {
  return by.post(`${API}/tickets/${id}/${transition}`, { version, ...fields });
}

export const codeOf = ({ body }: Answer): string => (body as ProblemDocument).code;

export const TAKE = { readBack: 'understood' } as const;
export const CANCEL = { reason: 'false-alarm', note: 'steam from the boiler' } as const;
const REPAIR = {
  steps: {
    diagnose: { diagnosis: 'seal worn' },
    plan: { plan: 'new seal' },
    start: {},
    done: { result: 'seal replaced', handler: 'engineer' },
  },
};
/** Its path has no stage that the handling time could be counted from. */
const QUICK_DONE = { result: 'reset', handler: 'engineer', handlingMinutes: 5 } as const;
const VISIT = { how: 'phone', isRepaired: true, isSatisfied: true } as const;

/** From where it was opened to DONE, with as few steps as its path has. */
export async function work(rig: CouplingRig, ticket: TicketView): Promise<TicketView> {
  if (ticket.class === 'security') return step(rig.engineer, ticket, 'done', QUICK_DONE);
  const taken = await step(rig.engineer, ticket, 'take', TAKE);
  return step(rig.engineer, await step(rig.engineer, taken, 'arrive'), 'forms/repair', REPAIR);
}

/** From DONE to CLOSED on one form. @param accept beside the opinion */
export function signOff(rig: CouplingRig, ticket: TicketView, accept: object = {}): Promise<TicketView> {
  const accepted = { accept: { opinion: 'runs', ...accept } };
  return ticket.class === 'security'
    ? step(rig.supervisor, ticket, 'forms/quick-sign-off', { steps: { ...accepted, close: {} } })
    : step(rig.supervisor, ticket, 'forms/sign-off', { steps: { ...accepted, visit: VISIT, close: {} } });
}

/** Raised, repaired and done with a normal alarm. */
export async function repaired(rig: CouplingRig, register: Register = 'trip'): Promise<Case> {
  const raised = await raise(rig, rig.take(), register);
  const returned = await recover(rig, raised, register);
  return { ...raised, ticket: await work(rig, returned) };
}

/** The same, accepted, visited and closed. */
export async function closed(rig: CouplingRig, register: Register = 'trip'): Promise<Case> {
  const done = await repaired(rig, register);
  return { ...done, ticket: await signOff(rig, done.ticket) };
}

/** The smallest PNG that shows anything: one grey point. */
const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

/** The body of `attach`, as a browser sends it. */
export function toUpload(version: number): { readonly type: string; readonly body: Buffer } {
  const part = (name: string, more = ''): string =>
    `--riser\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const file = part('file', '; filename="gauge.png"\r\ncontent-type: image/png');
  const body = [part('version'), `${version}\r\n`, file, PHOTO, '\r\n--riser--\r\n'];
  return {
    type: 'multipart/form-data; boundary=riser',
    body: Buffer.concat(body.map((it) => (typeof it === 'string' ? Buffer.from(it) : it))),
  };
}

/** @returns the ticket with the photo on it, and the photo's id */
export async function attachPhoto(
  { url }: Pick<CouplingRig, 'url'>,
  { token }: ApiClient,
  { id, version }: { readonly id: string; readonly version: number },
): Promise<{ readonly ticket: TicketView; readonly photo: string }> {
  const { type, body } = toUpload(version);
  const response = await fetch(`${url}${API}/tickets/${id}/attachments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(SOON_MS),
  });
  const ticket = (await response.json()) as TicketView;
  const photo = ticket.attachments?.at(-1)?.id;
  if (response.status !== 201 || photo === undefined)
    throw new Error(`the photo: ${response.status} ${JSON.stringify(ticket)}`);
  return { ticket, photo };
}
