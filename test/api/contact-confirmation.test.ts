/** The contact of somebody without an account: unconfirmed until the desk has rung back, or its code has come back. */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS, ContactCodes } from '../../src/api/contact-codes.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { bearer, createGateway, NOW_MS, type Started, startApi, TICKET } from './support.ts';

const API = '/api/v1';
const REPORT = { content: '水管漏水', equipment: 'booster', contactMethod: '138 1234 0000' };

/** One report, as the engine would keep it; a confirmation changes the ticket. */
async function start() {
  const gateway = createGateway();
  let ticket: Ticket | null = null;
  let atMs = NOW_MS;
  Object.assign(gateway.services, { clock: { now: () => ({ wallMs: atMs, monoMs: 0, bootId: 'b' }) } });
  Object.assign(gateway.services.queries, {
    ticket: async (id: string) => (id === ticket?.id ? ticket : null),
  });
  let failure: RiserError | null = null;
  gateway.answer = async (command) => {
    if (failure !== null) throw failure;
    if (command.type === 'open-ticket') {
      const contact = { ...TICKET.contact, id: null, personal: `${TICKET.id}/1`, isConfirmed: false };
      ticket = { ...TICKET, reporter: command.actor.username, contact };
    } else if (ticket !== null) ticket = { ...ticket, contact: { ...ticket.contact, isConfirmed: true } };
    return { occurrence: null, ticket };
  };
  const api = await startApi({}, gateway);
  const opened = await api.api.inject({ method: 'POST', url: `${API}/report`, payload: REPORT });
  const { token } = opened.json() as { token: string };
  const confirm = (code: string, link = token) =>
    api.api.inject({ method: 'POST', url: `${API}/report/${link}/confirm`, payload: { code } });
  const look = async () => (await api.api.inject({ url: `${API}/report/${token}` })).json();
  return Object.assign(api, {
    token,
    confirm,
    look,
    pass: (ms: number) => void (atMs += ms),
    fail: (error: RiserError | null) => void (failure = error),
    change: (next: Partial<Ticket>) => void (ticket = ticket && { ...ticket, ...next }),
  });
}

const post = (gateway: Started, path: string, role: 'desk' | 'engineer', payload?: object) =>
  gateway.api.inject({
    method: 'POST',
    url: `${API}/tickets/${TICKET.id}/${path}`,
    headers: bearer(role),
    ...(payload && { payload }),
  });
const readCode = async (gateway: Started) =>
  (await post(gateway, 'contact-code', 'desk')).json().code as string;
/** Another code of the same length. */
const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('the desk', () => {
  test('confirms by a call back, under the version that it saw', async () => {
    await using gateway = await start();
    expect(await gateway.look()).toMatchObject({ isContactConfirmed: false });
    const answer = await post(gateway, 'confirm-contact', 'desk', { version: 3, note: 'rang back' });
    expect(answer.json()).toMatchObject({ contact: { isConfirmed: true } });
    expect(gateway.submitted.at(-1)).toEqual({
      type: 'confirm-contact',
      ticket: TICKET.id,
      version: 3,
      how: 'call-back',
      note: 'rang back',
      by: 'desk',
    });
    expect(await gateway.look()).toMatchObject({ isContactConfirmed: true });
  });

  test('is the only one who may, and names the version', async () => {
    await using gateway = await start();
    expect((await post(gateway, 'confirm-contact', 'engineer', { version: 3 })).statusCode).toBe(403);
    expect((await post(gateway, 'contact-code', 'engineer')).statusCode).toBe(403);
    expect((await post(gateway, 'confirm-contact', 'desk', {})).json().code).toBe('bad-request');
    const how = await post(gateway, 'confirm-contact', 'desk', { version: 3, how: 'code' });
    expect(how.json().code, 'a code is the reporter’s to enter').toBe('bad-request');
  });

  test('gets no code where there is nothing to confirm, and each one that it gets is audited without the code', async () => {
    await using gateway = await start();
    const code = await readCode(gateway);
    const audited = gateway.asked.filter(([name]) => name === 'audit');
    expect(audited).toEqual([
      ['audit', { actor: 'desk', action: 'contact-code', object: TICKET.number, detail: {} }],
    ]);
    expect(JSON.stringify([gateway.asked, gateway.logged])).not.toContain(code);
    gateway.change({ stage: 'closed' });
    expect((await post(gateway, 'contact-code', 'desk')).json().code).toBe('wrong-stage');
    gateway.change({ stage: 'recorded', contact: TICKET.contact });
    expect((await post(gateway, 'contact-code', 'desk')).json().code).toBe('contact-missing');
  });
});

describe('a code', () => {
  test('of six digits, entered behind the link, confirms once', async () => {
    await using gateway = await start();
    const code = await readCode(gateway);
    expect(code).toMatch(/^\d{6}$/);
    const answer = await gateway.confirm(code);
    expect(answer.json()).toMatchObject({ isContactConfirmed: true });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(gateway.submitted.at(-1)).toMatchObject({
      type: 'confirm-contact',
      version: null,
      how: 'code',
      by: expect.stringMatching(/^visitor-/),
    });
    expect((await gateway.confirm(code)).json().code).toBe('contact-code-void');
    expect(gateway.services.contactCodes.counters()).toEqual({
      issued: 1,
      confirmed: 1,
      wrong: 0,
      refused: 1,
      waiting: 0,
    });
  });

  test('wrong five times is void, also when it comes right at last', async () => {
    await using gateway = await start();
    const code = await readCode(gateway);
    const left: number[] = [];
    for (let at = 0; at < CODE_LIMITS.attempts; at++) {
      const { code: refusal, params } = (await gateway.confirm(other(code))).json();
      expect(refusal).toBe('contact-code-wrong');
      left.push(params.left);
    }
    expect(left).toEqual([4, 3, 2, 1, 0]);
    expect((await gateway.confirm(code)).json()).toMatchObject({ status: 409, code: 'contact-code-void' });
    const again = await readCode(gateway);
    expect((await gateway.confirm(again)).statusCode).toBe(200);
  });

  test('is good for ten minutes, and the next one makes it void', async () => {
    await using gateway = await start();
    const code = await readCode(gateway);
    gateway.pass(CODE_LIMITS.lifeMs);
    expect((await gateway.confirm(code)).json().code).toBe('contact-code-void');
    const first = await readCode(gateway);
    const second = await readCode(gateway);
    if (first !== second) expect((await gateway.confirm(first)).json().code).toBe('contact-code-wrong');
    gateway.pass(CODE_LIMITS.lifeMs - 1);
    expect((await gateway.confirm(second)).statusCode).toBe(200);
  });

  test('is of no use behind another link, and none was ever issued for nothing', async () => {
    await using gateway = await start();
    const code = await readCode(gateway);
    const stranger = `${TICKET.number}.${'a'.repeat(22)}`;
    expect((await gateway.confirm(code, stranger)).json().code).toBe('not-found');
    expect((await gateway.confirm('12345')).json().code).toBe('bad-request');
    expect((await gateway.confirm('１２３４５６')).json().code).toBe('bad-request');
    expect(gateway.services.contactCodes.counters()).toMatchObject({ wrong: 0, waiting: 1 });
  });

  test('stays good when the store fails, and is void when the ticket has ended', async () => {
    await using gateway = await start();
    const code = await readCode(gateway);
    gateway.fail(new RiserError('store-failed'));
    expect((await gateway.confirm(code)).json().code).toBe('store-failed');
    gateway.fail(new RiserError('wrong-stage', { stage: 'x', transition: 'y' }));
    expect((await gateway.confirm(code)).json().code).toBe('contact-code-void');
    gateway.fail(null);
    expect((await gateway.confirm(code)).statusCode).toBe(200);
  });
});

test('codes that wait are bounded, the oldest goes first', () => {
  const codes = new ContactCodes();
  const first = codes.issue('t-0', NOW_MS).code;
  for (let at = 1; at <= CODE_LIMITS.remembered; at++) codes.issue(`t-${at}`, NOW_MS);
  expect(codes.counters().waiting).toBe(CODE_LIMITS.remembered);
  expect(() => codes.check('t-0', first, NOW_MS)).toThrow(new RiserError('contact-code-void'));
});

test('a restart between the call and the code costs another code, which the desk gets at once, and nothing else', async () => {
  await using gateway = await start();
  const before = await readCode(gateway);
  // Codes are of one process: guessed back from a disk at once, they are never written to one.
  Object.assign(gateway.services, { contactCodes: new ContactCodes() });
  const lost = await gateway.confirm(before);
  expect([lost.statusCode, lost.json().code]).toEqual([409, 'contact-code-void']);
  expect(lost.json().title, 'says whom to ask').toMatch(/ask the desk/);
  expect(await gateway.look()).toMatchObject({ isContactConfirmed: false });
  const again = await readCode(gateway);
  expect(again).toMatch(/^\d{6}$/);
  const answer = await gateway.confirm(again);
  expect([answer.statusCode, answer.json().isContactConfirmed]).toEqual([200, true]);
});
