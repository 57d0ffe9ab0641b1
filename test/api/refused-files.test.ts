/** Policies and rosters as people send them, over HTTP to what really reads them: every mistake comes back with its place. */
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDutyBoard } from '../../src/people/duty-board.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { createRig, TEXT } from '../policies/rig.ts';
import { createFakeClock } from '../support/clock.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { bearer, createGateway, startApi } from './support.ts';

const API = '/api/v1';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly params: {
    readonly count: number;
    readonly problems: readonly {
      readonly file: string;
      readonly line: number;
      readonly column: number;
      readonly path: string;
      readonly expected: string;
      readonly found: string;
    }[];
  };
}

const places = ({ params }: Refusal) => params.problems.map(({ line, path }) => `${line} ${path}`);
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

describe('a policy', () => {
  async function start() {
    const rig = createRig();
    const policies = await rig.open();
    const gateway = createGateway();
    Object.assign(gateway.services, { policies });
    const started = await startApi({}, gateway);
    const send = async (text: string, path = 'versions'): Promise<Refusal> => {
      const payload = path === 'check' ? { text } : { text, reason: 'try' };
      const url = `${API}/policy/${path}`;
      return (await started.api.inject({ method: 'POST', url, headers: bearer('admin'), payload })).json();
    };
    return Object.assign(started, { rig, send });
  }

  test('that is no YAML, or of another kind, is refused with the place', async () => {
    await using gateway = await start();
    const broken = await gateway.send('version: 2\nname: [zh: 服务');
    expect(broken).toMatchObject({ status: 422, code: 'policy-invalid' });
    expect(broken.params.problems[0]).toMatchObject({
      line: expect.any(Number),
      expected: expect.any(String),
      found: expect.any(String),
    });
    expect(await gateway.send('version: 99\n')).toMatchObject({ code: 'policy-invalid' });
    expect(await gateway.send('- a\n- list\n')).toMatchObject({ code: 'policy-invalid' });
  });

  test('with wrong times and unknown names is refused with all of them, line by line', async () => {
    await using gateway = await start();
    const wrong = TEXT.replace('limit: 90s', 'limit: soon')
      .replace('record: [desk, duty, first-receiver]', 'record: [desk, king]')
      .replace('- transition: record', '- transition: teleport');
    const refusal = await gateway.send(wrong);
    expect(refusal).toMatchObject({ status: 422, code: 'policy-invalid' });
    const lines = refusal.params.problems.map(({ line }) => line);
    for (const part of ['limit: soon', ', king]', 'teleport'])
      expect(lines, part).toContain(lineOf(wrong, part));
    expect(refusal.params.count).toBe(refusal.params.problems.length);
    expect(await gateway.send(wrong, 'check')).toMatchObject({ params: refusal.params });
    expect(gateway.rig.rows.size, 'nothing was stored of it').toBe(1);
  });
});

describe('a roster', () => {
  async function start() {
    const store = await openStore({ directory: temporaryDirectory(), log: pino({ level: 'silent' }) });
    onTestFinished(() => store.close());
    const site = () => ({ timeZone: 'Asia/Shanghai', calendars: new Map(), parents: new Map() });
    const board = await openDutyBoard({ store, clock: createFakeClock(), site, createId: () => 'id' });
    const gateway = createGateway();
    Object.assign(gateway.services, { roster: board, staff: board });
    const started = await startApi({}, gateway);
    const send = async (text: string, query = 'version=0&name=roster.yaml'): Promise<Refusal> =>
      (
        await started.api.inject({
          method: 'PUT',
          url: `${API}/roster?${query}`,
          headers: { ...bearer('admin'), 'content-type': 'application/octet-stream' },
          payload: Buffer.from(text),
        })
      ).json();
    return Object.assign(started, { board, send });
  }

  const HEAD = `version: 1
shifts:
  - { id: day, name: { zh: 白班, en: Day }, from: "08:00", to: "20:00" }
posts:
  - { id: desk, name: { zh: 前台, en: Desk }, role: desk }
`;

  test('with wrong times is refused with the place of each, and nothing of it is in force', async () => {
    await using gateway = await start();
    const refusal = await gateway.send(
      HEAD.replace('"08:00"', '"25:00"').replace('role: desk', 'role: pirate'),
    );
    expect(refusal).toMatchObject({ status: 422, code: 'roster-invalid', params: { count: 2 } });
    expect(places(refusal)).toEqual(['3 shifts[0].from', '5 posts[0].role']);
    expect(refusal.params.problems[0]).toMatchObject({
      file: 'roster.yaml',
      expected: expect.stringContaining('time of day'),
      found: '"25:00"',
    });
    expect(gateway.board.roster()).toBeNull();
  });

  test('with unknown people, posts, shifts and days is refused with all of them', async () => {
    await using gateway = await start();
    const refusal = await gateway.send(
      `${HEAD}assignments:\n  - { date: 2026-02-30, post: dsek, shift: night, username: nobody }\n`,
    );
    expect(refusal.code).toBe('roster-invalid');
    expect(places(refusal)).toEqual([
      '7 assignments[0].date',
      '7 assignments[0].post',
      '7 assignments[0].shift',
      '7 assignments[0].username',
    ]);
    expect(refusal.params.problems[1]?.found).toContain('did you mean');
  });

  test('that is no YAML, or a table without a roster to change, is refused in words', async () => {
    await using gateway = await start();
    expect(await gateway.send('shifts: [')).toMatchObject({ status: 422, code: 'roster-invalid' });
    expect(await gateway.send('日期,岗位\n', 'version=0&format=csv')).toMatchObject({ code: 'not-found' });
    expect(await gateway.send(HEAD, 'version=7')).toMatchObject({ status: 409, code: 'roster-changed' });
  });

  test('as a table with mistakes is refused with the row of each', async () => {
    await using gateway = await start();
    await gateway.send(HEAD);
    expect(gateway.board.roster()?.version).toBe(1);
    const table = (
      await gateway.api.inject({ url: `${API}/roster/export?format=csv`, headers: bearer('admin') })
    ).body;
    const [head = ''] = table.split('\n');
    const refusal = await gateway.send(
      `${head.trimEnd()}\n2026-13-40,desk,day,nobody\n`,
      'version=1&format=csv&name=roster.csv',
    );
    expect(refusal).toMatchObject({ status: 422, code: 'roster-invalid' });
    expect(refusal.params.problems.length).toBeGreaterThan(0);
    for (const { file, line } of refusal.params.problems) expect([file, line]).toEqual(['roster.csv', 2]);
    expect(gateway.board.roster()?.version).toBe(1);
  });
});
