/**
 * A small catalog of the tests' own: a wire protocol that is asked and one that is told, the gateway's own, two rule
 * types and the derived ones.
 */
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
  isPolled: true,
  shiftAddress: (address, { by }) => ({ ...address, register: Number(address['register']) + by }),
  checkAddress: ({ bit, scale }) =>
    bit !== undefined && scale !== 1
      ? [{ path: 'scale', expected: 'no scale beside bit', found: String(scale) }]
      : [],
  isBoolean: ({ bit }) => bit !== undefined,
};

const other: ProtocolSchema = { ...bus, link: { url: Type.String() }, device: {}, profile: {} };

/** Addresses in text; nothing says when a value is too old but the profile. */
const push: ProtocolSchema = {
  link: { url: Type.Optional(Type.String()), listen: Type.Optional(Type.Integer()) },
  device: { topic: Type.String() },
  profile: { availability: Type.Optional(Type.String()) },
  address: { topic: Type.String() },
  isPolled: false,
  checkLink: ({ url, listen }) =>
    url !== undefined && listen !== undefined
      ? [{ path: 'listen', expected: 'url or listen', found: 'both' }]
      : [],
  shiftAddress: (address, { n }) => ({
    ...address,
    topic: String(address['topic']).replaceAll('{n}', String(n)),
  }),
  checkAddress: ({ topic }) =>
    String(topic).includes('{n}')
      ? [{ path: 'topic', expected: 'no {n} outside of parts', found: String(topic) }]
      : [],
  checkPoint: ({ staleAfterMs }, { availability }) =>
    staleAfterMs === null && availability === undefined
      ? [{ path: 'staleAfter', expected: 'staleAfter, or availability in the profile', found: 'neither' }]
      : [],
  isBoolean: () => false,
};

const internal: ProtocolSchema = {
  link: {},
  device: {},
  profile: {},
  address: { figure: Type.String() },
  isPolled: true,
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
  protocols: { internal, bus, other, push },
};
