/**
 * Exception codes of Modbus devices as people know them.
 *
 * Sources: MODBUS Application Protocol Specification V1.1b3, §7; GB/T 19582.1—2008 for the Chinese names.
 */
import type { Text } from './text.ts';

/** Key: code. */
const NAMES: Readonly<Record<number, Text>> = {
  1: { zh: '非法功能', en: 'Illegal function' },
  2: { zh: '非法数据地址', en: 'Illegal data address' },
  3: { zh: '非法数据值', en: 'Illegal data value' },
  4: { zh: '从站设备故障', en: 'Server device failure' },
  5: { zh: '确认（处理需时较长）', en: 'Acknowledge' },
  6: { zh: '从站设备忙', en: 'Server device busy' },
  8: { zh: '存储奇偶性差错', en: 'Memory parity error' },
  10: { zh: '网关路径不可用', en: 'Gateway path unavailable' },
  11: { zh: '网关目标设备无响应', en: 'Gateway target device failed to respond' },
};

/** A code that the standard does not name is the maker's own. */
export function toExceptionText(code: number): Text {
  return NAMES[code] ?? { zh: `厂家自定义异常码 ${code}`, en: `Exception ${code}, not in the standard` };
}
