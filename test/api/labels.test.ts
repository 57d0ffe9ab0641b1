/** Labels of equipment: who prints them, and that only what they say counts as scanned; a typed number is recorded as typed. */
import { expect, test } from 'vitest';
import { bearer, type Started, startApi, TICKET } from './support.ts';

const API = '/api/v1';
const read = (gateway: Started, role: Parameters<typeof bearer>[0]) =>
  gateway.api.inject({ url: `${API}/labels`, headers: bearer(role) });

async function arrive(gateway: Started, fields: object): Promise<unknown> {
  const url = `${API}/tickets/${TICKET.id}/arrive`;
  const payload = { version: 3, ...fields };
  const response = await gateway.api.inject({ method: 'POST', url, headers: bearer('engineer'), payload });
  expect(response.statusCode, response.body).toBe(200);
  return (gateway.submitted.at(-1) as { readonly transitions?: readonly unknown[] }).transitions?.[0];
}

test('whoever has slips prints labels, and it is on the audit log; who arrives does not', async () => {
  await using gateway = await startApi();
  const { items, total } = (await read(gateway, 'desk')).json();
  expect(total).toBe(items.length);
  expect(items).toContainEqual({
    equipment: 'booster',
    path: expect.stringMatching(/^\/r\/booster\?k=[0-9a-f]{16}$/),
  });
  const entry = expect.objectContaining({ actor: 'desk', action: 'labels-read' });
  expect(gateway.asked).toContainEqual(['audit', entry]);
  expect((await read(gateway, 'engineer')).statusCode).toBe(403);
});

test('what the label says is scanned, and the record has no key of it', async () => {
  await using gateway = await startApi();
  const path = gateway.services.labels.pathOf('booster' as never);
  const scanned = { type: 'arrive', how: 'qr-code', code: 'booster' };
  expect(await arrive(gateway, { how: 'qr-code', code: `https://riser.example${path}` })).toEqual(scanned);
  expect(await arrive(gateway, { how: 'by-hand', code: path })).toEqual(scanned);
});

test('what stands on every page is entered, whatever is said of it', async () => {
  await using gateway = await startApi();
  for (const code of ['booster', '/r/booster', 'https://riser.example/report?equipment=booster'])
    expect(await arrive(gateway, { how: 'qr-code', code })).toEqual({
      type: 'arrive',
      how: 'code-entered',
      code,
    });
  const forged = { how: 'qr-code', code: '/r/booster?k=0123456789abcdef' };
  expect(await arrive(gateway, forged)).toEqual({ type: 'arrive', how: 'code-entered', code: '/r/booster?' });
  expect(await arrive(gateway, { how: 'by-hand' })).toEqual({ type: 'arrive', how: 'by-hand' });
  expect(await arrive(gateway, { how: 'qr-code' })).toEqual({ type: 'arrive', how: 'qr-code' });
});

test('the code leads to the form of a report, with its key and with nothing else', async () => {
  await using gateway = await startApi();
  const to = async (url: string) => (await gateway.api.inject({ url })).headers['location'];
  expect(await to('/r/booster?k=0123456789abcdef')).toBe('/report?equipment=booster&k=0123456789abcdef');
  expect(await to('/r/booster?k=%26x%3d1')).toBe('/report?equipment=booster');
});
