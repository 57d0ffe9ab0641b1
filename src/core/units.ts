/** The closed list of units; a profile that names another is refused. Symbols after GB 3100/3102 and SI usage. */

export const UNITS = {
  none: '',
  bar: 'bar',
  kilopascal: 'kPa',
  megapascal: 'MPa',
  metre: 'm',
  centimetre: 'cm',
  millimetre: 'mm',
  percent: '%',
  hertz: 'Hz',
  'revolution-per-minute': 'r/min',
  ampere: 'A',
  milliampere: 'mA',
  volt: 'V',
  kilowatt: 'kW',
  'kilowatt-hour': 'kWh',
  'kilovolt-ampere': 'kVA',
  'metre-per-second': 'm/s',
  'litre-per-second': 'L/s',
  kilogram: 'kg',
  minute: 'min',
  celsius: '°C',
  'cubic-metre': 'm³',
  'cubic-metre-per-hour': 'm³/h',
  litre: 'L',
  second: 's',
  millisecond: 'ms',
  hour: 'h',
  byte: 'B',
  count: '',
} as const satisfies Record<string, string>;

export type Unit = keyof typeof UNITS;
export const UNIT_NAMES = Object.keys(UNITS) as readonly Unit[];
