/** Too many files of one person on a ticket: refused before the file is received, with the time from which it goes on, and counted. */
import { expect, test } from 'vitest';
import type { Attachment, Ticket } from '../../src/core/ticket.ts';
import { bearer, createGateway, NOW_MS, startApi, TICKET, toPerson } from './support.ts';

const MINUTE_MS = 60_000;

test('the thirty-first file within the hour', async () => {
  const gateway = createGateway();
  const { username: by } = toPerson('engineer');
  const attachments = Array.from({ length: 30 }, (_, at): Attachment => {
    const id = `file-${at}` as Attachment['id'];
    const atMs = NOW_MS - (30 - at) * MINUTE_MS;
    return { id, name: 'a.jpg', mediaType: 'image/jpeg', bytes: 1, sha256: '00', by, atMs };
  });
  const ticket: Ticket = { ...TICKET, attachments };
  let received = 0;
  Object.assign(gateway.services.queries, { ticket: async () => ticket });
  Object.assign(gateway.services.attachments, { receive: async () => received++ });
  await using started = await startApi({}, gateway);
  const response = await started.api.inject({
    method: 'POST',
    url: `/api/v1/tickets/${TICKET.id}/attachments?version=${TICKET.version}`,
    headers: { ...bearer('engineer'), 'content-type': 'multipart/form-data; boundary=x' },
    payload:
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n\xff\r\n--x--\r\n',
  });
  expect(response.json()).toMatchObject({
    status: 429,
    code: 'upload-limited',
    params: { max: 30, minutes: 60, until: new Date(NOW_MS + 30 * MINUTE_MS).toISOString() },
  });
  expect(response.json().title).toMatch(/again after \d{4}-\d\d-\d\d \d\d:\d\d/);
  expect([received, started.submitted]).toEqual([0, []]);
  const metrics = (await started.api.inject({ url: '/metrics', headers: bearer('admin') })).body;
  expect(metrics).toContain('riser_http_problems_total{code="upload-limited"} 1');
});
