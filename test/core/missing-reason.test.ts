/** Why part of a history is missing, in the language of who reads it. The sentences are those of the stores. */
import { expect, test } from 'vitest';
import { toMissingReasons, toMissingText } from '../../src/core/missing-reason.ts';

const FROM = '2027-01-15T08:04:59.001Z';
const TO = '2027-01-15T08:10:00.000Z';

test.each<readonly [string, string, string]>([
  [
    `InfluxDB: ${FROM} to ${TO} was not read within 15000 ms`,
    'out-of-time',
    `InfluxDB：${FROM} 至 ${TO} 的数据未能在 15000 ms 内读完`,
  ],
  [
    `InfluxDB: ${FROM} to ${TO} was not read: no answer within 5000 ms`,
    'cut-off',
    `InfluxDB：${FROM} 至 ${TO} 的数据读取中断：5000 ms 内无应答`,
  ],
  [
    `journal: part of ${FROM} to ${TO} is damaged`,
    'damaged',
    `本地日志库：${FROM} 至 ${TO} 的部分数据已损坏`,
  ],
  ['journal: a part is gone', 'gone', '本地日志库：部分数据已不存在'],
  [
    `journal: part of ${FROM} to … cannot be read (EIO: i/o error, read)`,
    'unreadable',
    `本地日志库：${FROM} 至 … 的部分数据读不出来（EIO: i/o error, read）`,
  ],
  [
    `journal: part of ${FROM} to ${TO} names unknown points`,
    'unknown-points',
    `本地日志库：${FROM} 至 ${TO} 的部分数据对应的点位已无从查考`,
  ],
  ['journal: nothing of 00000007.log can be read', 'unreadable', '本地日志库：文件 00000007.log 读不出来'],
  [
    'InfluxDB: connect ECONNREFUSED 127.0.0.1:8086',
    'connect-refused',
    'InfluxDB：拒绝连接（127.0.0.1:8086）',
  ],
  ['InfluxDB: database not found: riser', 'database-missing', 'InfluxDB：没有数据库 riser'],
  [
    'InfluxDB: 401 authorization failed',
    'not-allowed',
    'InfluxDB：用户名、密码或权限不对（authorization failed）',
  ],
  ['InfluxDB: something new', 'other', 'InfluxDB：something new'],
  ['not done after 15000 ms', 'out-of-time', '15000 ms 内未能读完'],
])('%s', (sentence, code, zh) => {
  const [reason, ...others] = toMissingReasons(sentence);
  expect(others).toEqual([]);
  expect(reason).toMatchObject({ code, text: { zh, en: sentence } });
});

test('parameters are as the sentence has them; the store is one', () => {
  expect(toMissingReasons(`InfluxDB: ${FROM} to ${TO} was not read within 15000 ms`)[0]?.params).toEqual({
    source: 'InfluxDB',
    from: FROM,
    to: TO,
    ms: '15000',
  });
});

test('several reasons are one for each; a server’s own words are not taken apart', () => {
  const sentence = 'journal: a part is damaged; InfluxDB: 500 first; second';
  expect(toMissingReasons(sentence).map(({ code }) => code)).toEqual(['damaged', 'other']);
  expect(toMissingText(sentence)).toEqual({
    zh: '本地日志库：部分数据已损坏；InfluxDB：500 first; second',
    en: sentence,
  });
});

test('instants are shown as the caller wants them, in both languages', () => {
  const sentence = `journal: part of ${FROM} to ${TO} is damaged`;
  expect(toMissingText(sentence, (ms) => `<${ms}>`)).toEqual({
    zh: `本地日志库：<${Date.parse(FROM)}> 至 <${Date.parse(TO)}> 的部分数据已损坏`,
    en: `journal: part of <${Date.parse(FROM)}> to <${Date.parse(TO)}> is damaged`,
  });
});
