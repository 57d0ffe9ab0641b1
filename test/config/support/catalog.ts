/** A small catalog of the tests' own: one wire protocol, the gateway's own, two rule types and the derived ones. */
import Type from 'typebox';
import type { Catalog, ProtocolSchema, RuleTypeSchema } from '../../../src/config/catalog.ts';

const bus: ProtocolSchema = {
  link: {
    host: Type.String({ minLength: 1 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 502 }),
    timeoutMs: Type.Integer({ minimum: 50, default: 1000 }),
    password: Type.Optional(Type.String({ minLength: 8 })),
  },
  device: { unit: Type.Integer({ minimum: 0, maximum: 255, default: 1 }) },
  profile: { maxRegisters: Type.Integer({ minimum: 1, maximum: 125, default: 100 }) },
  address: {
    register: Type.Integer({ minimum: 0, maximum: 999 }),
    bit: Type.Optional(Type.Integer({ minimum: 0, maximum: 15 })),
    scale: Type.Number({ default: 1 }),
  },
  shiftAddress: (address, by) => ({ ...address, register: Number(address['register']) + by }),
  checkAddress: ({ bit, scale }) =>
    bit !== undefined && scale !== 1
      ? [{ path: 'scale', expected: 'no scale beside bit', found: String(scale) }]
      : [],
  isBoolean: ({ bit }) => bit !== undefined,
};

const other: ProtocolSchema = { ...bus, link: { url: Type.String() }, device: {}, profile: {} };

const internal: ProtocolSchema = {
  link: {},
  device: {},
  profile: {},
  address: { figure: Type.String() },
  shiftAddress: (address) => address,
  checkAddress: () => [],
  isBoolean: () => false,
};

const Limit = Type.Object(
  {
    limit: Type.Number(),
    deadband: Type.Optional(Type.Number({ minimum: 0, default: 0 })),
    severity: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

const threshold: RuleTypeSchema = {
  properties: { point: Type.String(), lo: Type.Optional(Limit), hi: Type.Optional(Limit) },
  pointRefs: ({ point }) => [String(point)],
  check: ({ lo, hi }) =>
    lo === undefined && hi === undefined
      ? [{ path: '', expected: 'at least one of lo, hi', found: 'none' }]
      : [],
};

const state: RuleTypeSchema = {
  properties: { point: Type.String(), in: Type.Array(Type.Number(), { minItems: 1 }) },
  pointRefs: ({ point }) => [String(point)],
  check: () => [],
};

const derived: RuleTypeSchema = { properties: {}, pointRefs: () => [], check: () => [] };

export const TEST_CATALOG: Catalog = {
  rules: { threshold, state, offline: derived, 'bad-data': derived },
  protocols: { internal, bus, other },
};
