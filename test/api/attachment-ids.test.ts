/** Uploads over HTTP into the folder itself: whatever id a file is given, the folder takes it. */
import { expect, test } from 'vitest';
import { createAttachments } from '../../src/attachments/attachments.ts';
import { isId } from '../../src/core/ids.ts';
import { createTemporaryDirectory } from '../support/temp.ts';
import { bearer, createGateway, NOW_MS, startApi, TICKET } from './support.ts';

/** Ids are random: with a first character that a name may not have in more than half of them, so many would never all pass. */
const UPLOADS = 12;
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

test('every upload is stored, under a name that the folder knows again', async () => {
  const directory = createTemporaryDirectory();
  const attachments = createAttachments({
    directory: directory.path,
    known: async () => new Set(),
    wallMs: () => NOW_MS,
    onSweepFailed: () => {},
  });
  await attachments.start();
  try {
    await using gateway = await startApi({}, createGateway({ attachments }));
    for (let at = 0; at < UPLOADS; at += 1) {
      const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n';
      const response = await gateway.api.inject({
        method: 'POST',
        url: `/api/v1/tickets/${TICKET.id}/attachments?version=3`,
        headers: { ...bearer('engineer'), 'content-type': 'multipart/form-data; boundary=x' },
        payload: Buffer.concat([Buffer.from(head), PNG, Buffer.from('\r\n--x--\r\n')]),
      });
      expect(response.statusCode, response.body).toBe(201);
    }
    const ids = gateway.submitted.map((command) =>
      command.type === 'ticket-transition' && command.transitions[0].type === 'attach'
        ? command.transitions[0].attachment.id
        : '',
    );
    expect(new Set(ids).size).toBe(UPLOADS);
    expect(ids.filter((id) => !isId(id))).toEqual([]);
    expect(attachments.counters()).toMatchObject({ files: UPLOADS, received: UPLOADS, failed: 0 });
  } finally {
    await attachments.stop();
    directory.remove();
  }
});
