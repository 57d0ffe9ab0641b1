/**
 * Reasons in the language of who reads them. The sentences that stand here as text are those of drivers and acquisition;
 * test/drivers/modbus/reasons.test.ts has the commonest ones said by who says them.
 */
import { describe, expect, test } from 'vitest';
import { toReasons, toReasonText } from '../../src/core/reason.ts';

test.each<readonly [string, string, string]>([
  ['connect refused by 10.0.0.5:502', 'connect-refused', '10.0.0.5:502 拒绝连接'],
  ['no route to plc:502', 'host-unreachable', '网络不通，到不了 plc:502'],
  ['no answer to connecting from plc:502 in 3000 ms', 'connect-timeout', '连接 plc:502 超时'],
  ['connection closed by dial-in DTU0001', 'connection-closed', 'DTU（DTU0001） 关闭了连接'],
  ['no modem has dialled in as DTU0001', 'registration-missing', 'DTU 未上线（注册包 DTU0001）'],
  [
    '/dev/serial/by-id/usb-1 is not there: is the adapter plugged in?',
    'serial-missing',
    '找不到串口 /dev/serial/by-id/usb-1，请检查转换器是否插好',
  ],
  ['/dev/ttyS1 is used by another program', 'in-use', '/dev/ttyS1 被其他程序占用'],
  ['no answer from unit 3', 'silent-units', '3号站无应答'],
  ['no answer from unit 3, unit 4 and 2 more', 'silent-units', '3号站、4号站等另外 2 台无应答'],
  [
    'no answer from any device: no answer to unit 1 holding 0–19 in 500 ms',
    'all-silent',
    '所有设备均无应答：1号站 保持寄存器 0–19 在 500 ms 内无应答',
  ],
  ['exception 2 to unit 1 coil 20 = 1', 'exception', '1号站 线圈 20 = 1：设备返回异常码 2（非法数据地址）'],
  ['The write failed: connect refused by plc:502', 'write-failed', '写入失败：plc:502 拒绝连接'],
  ['revert waits: locked out by li: bearing', 'revert-waits', '等待恢复原值：已由 li 挂牌（bearing）'],
  ['Link plant is down', 'link-down', '链路 plant 不通'],
])('"%s" is %s', (sentence, code, zh) => {
  expect(toReasons(sentence)).toMatchObject([{ code, text: { zh, en: sentence } }]);
  expect(toReasonText(sentence)).toEqual({ zh, en: sentence });
});

test('parameters stand as they are in the sentence', () => {
  expect(toReasons('no answer from unit 3, unit 4 and 2 more')[0]?.params).toEqual({
    devices: 'unit 3, unit 4 and 2 more',
  });
  expect(toReasons('no answer to connecting from plc:502')[0]?.params).toEqual({ place: 'plc:502' });
});

describe('two ways to one device', () => {
  test('have each their own reason', () => {
    const both = 'connect refused by a:502; no route to b:502';
    expect(toReasons(both).map(({ code, params }) => [code, params['place']])).toEqual([
      ['connect-refused', 'a:502'],
      ['host-unreachable', 'b:502'],
    ]);
    expect(toReasonText(both)).toEqual({ zh: 'a:502 拒绝连接；网络不通，到不了 b:502', en: both });
  });

  test('are kept apart when both say the same', () => {
    expect(toReasons('connect refused by a:502; connect refused by b:502')).toHaveLength(2);
  });
});

test('a sentence without a row keeps its English in both languages and hides nothing', () => {
  const sentence = 'the server is in state 7';
  expect(toReasons(sentence)).toEqual([{ code: 'other', params: {}, text: { zh: sentence, en: sentence } }]);
  expect(toReasonText('')).toEqual({ zh: '', en: '' });
});
