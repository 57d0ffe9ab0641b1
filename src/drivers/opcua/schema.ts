/**
 * What a configuration says of OPC UA: link, equipment, profile section, point address. Defaults are written here
 * only, and no library is loaded. What a node id becomes on a server is nodes.ts; values are decode.ts.
 */
import Type, { type Static } from 'typebox';
import type { ProtocolSchema, RuleIssue } from '../../config/catalog.ts';
import { createFiller } from '../defaults.ts';

export const SECURITY_MODES = ['none', 'sign', 'sign-and-encrypt'] as const;
export type SecurityMode = (typeof SECURITY_MODES)[number];
export const SECURITY_POLICIES = ['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'] as const;
export type SecurityPolicyName = (typeof SECURITY_POLICIES)[number];

/** Highest bit of the widest integers, Int64 and UInt64. */
const LAST_BIT = 63;
const LAST_NUMERIC_ID = 2 ** 32 - 1;
const URL_PATTERN = '^opc\\.tcp://(\\[[0-9a-fA-F:.]+\\]|[^\\s/:@\\[\\]]+)(:[0-9]{1,5})?(/\\S*)?$';

const choice = <const T extends readonly string[]>(values: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });

const uri = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 500, description }));

const link = {
  url: Type.String({ maxLength: 500, pattern: URL_PATTERN, description: 'opc.tcp://host:port/path' }),
  security: choice(SECURITY_MODES, { default: 'none' }),
  policy: choice(SECURITY_POLICIES, {
    default: 'Basic256Sha256',
    description: 'Where security is not none',
  }),
  username: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'Together with password' }),
  ),
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  namespace: uri('URI of the namespace of node ids that name none'),
  timeoutMs: Type.Integer({
    minimum: 100,
    maximum: 60_000,
    default: 5_000,
    description: 'Longest wait for the answer to one service call',
  }),
  connectTimeoutMs: Type.Integer({ minimum: 100, maximum: 60_000, default: 5_000 }),
  publishingMs: Type.Integer({
    minimum: 50,
    maximum: 60_000,
    default: 500,
    description: 'How often the server sends what has changed',
  }),
  silentAfterMs: Type.Integer({
    minimum: 1_000,
    maximum: 600_000,
    default: 5_000,
    description: "Silence of the server's clock after which the connection is given up",
  }),
};

const device = {
  object: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'What {object} in node ids stands for' }),
  ),
};

const profile = {
  namespace: uri("URI of the namespace of node ids that name none; goes before the link's"),
};

const address = {
  node: Type.String({
    minLength: 3,
    maxLength: 1_000,
    description: 's={object}.CarPosition, i=1234, ns=2;s=…, nsu=urn:…;s=…; {n} is the number of the part',
  }),
  index: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Element of an array, from 0' }),
  ),
  values: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description: 'Numbers that texts (or true and false) stand for',
    }),
  ),
  bit: Type.Optional(
    Type.Integer({ minimum: 0, maximum: LAST_BIT, description: 'Bit of an integer, from 0' }),
  ),
  scale: Type.Optional(Type.Number({ default: 1 })),
  offset: Type.Optional(Type.Number({ default: 0 })),
  sentinels: Type.Optional(
    Type.Array(Type.Number(), {
      maxItems: 16,
      default: [],
      description: 'Raw values that mean "not available"',
    }),
  ),
};

const LinkSchema = Type.Object(link);
const DeviceSchema = Type.Object({ ...device, ...profile });
const AddressSchema = Type.Object(address);

export type OpcuaLink = Static<typeof LinkSchema>;
/** Object and the profile's section, as they stand merged in `Equipment.device`. */
export type OpcuaDevice = Static<typeof DeviceSchema>;
type Filled = 'scale' | 'offset' | 'sentinels';
export type OpcuaAddress = Omit<Static<typeof AddressSchema>, Filled> &
  Required<Pick<Static<typeof AddressSchema>, Filled>>;

/** Options that the loader has checked, with defaults. */
export const toOpcuaLink = createFiller<OpcuaLink>(LinkSchema);
export const toOpcuaDevice = createFiller<OpcuaDevice>(DeviceSchema);
export const toOpcuaAddress = createFiller<OpcuaAddress>(AddressSchema);

/** A node id in its text form (OPC 10000-6, 5.3.1.10), taken apart. */
export interface ParsedNodeId {
  /** As written; null where the text names no namespace. */
  readonly namespace: { readonly uri: string } | { readonly index: number } | null;
  /** `s=CarPosition`, `i=2258`, `g=…`, `b=…` */
  readonly identifier: string;
}

const NODE_ID = /^(?:nsu=([^;]+);|ns=(\d{1,5});)?([isgb])=(.+)$/s;
const IDENTIFIERS: Readonly<Record<string, RegExp>> = {
  i: /^\d{1,10}$/,
  s: /^[\s\S]+$/,
  g: /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/,
  b: /^[A-Za-z0-9+/]+={0,2}$/,
};

/** @returns null for a text that is no node id */
export function parseNodeId(text: string): ParsedNodeId | null {
  const [, uriText, indexText, kind = '', id = ''] = NODE_ID.exec(text) ?? [];
  if (IDENTIFIERS[kind]?.test(id) !== true || (kind === 'i' && Number(id) > LAST_NUMERIC_ID)) return null;
  const identifier = `${kind}=${id}`;
  // The specification escapes the two characters that would end the URI.
  if (uriText !== undefined) {
    return { namespace: { uri: uriText.replaceAll('%3B', ';').replaceAll('%25', '%') }, identifier };
  }
  if (indexText === undefined) return { namespace: null, identifier };
  const index = Number(indexText);
  return index > 65_535 ? null : { namespace: { index }, identifier };
}

export const opcuaSchema: ProtocolSchema = {
  link,
  device,
  profile,
  address,
  isPolled: false,
  shiftAddress: (options, { by, n }) => ({
    ...options,
    node: String(options['node']).replaceAll('{n}', String(n)),
    ...(options['index'] !== undefined && { index: Number(options['index']) + by }),
  }),
  checkAddress: (options) => {
    const point = toOpcuaAddress(options);
    return [...checkNode(point.node), ...checkValue(point)];
  },
  checkDevice: (device, addresses) =>
    device['object'] === undefined && addresses.some(({ node }) => String(node).includes('{object}'))
      ? [
          {
            path: 'object',
            expected: 'what {object} in the node ids of the profile stands for',
            found: 'nothing',
          },
        ]
      : [],
  checkLink: (options) => {
    const { username, password } = toOpcuaLink(options);
    if ((username === undefined) === (password === undefined)) return [];
    const path = username === undefined ? 'username' : 'password';
    return [{ path, expected: 'user name and password, or neither', found: 'nothing' }];
  },
  isBoolean: (options) => options['bit'] !== undefined,
};

function checkNode(node: string): RuleIssue[] {
  const found = JSON.stringify(node);
  const [unknown] = node.match(/\{(?!n\}|object\})[^}]*\}/) ?? [];
  if (unknown !== undefined) {
    return [{ path: 'node', expected: '{object} or {n} as the only placeholders', found: unknown }];
  }
  if (node.includes('{n}')) {
    return [{ path: 'node', expected: '{n} only in the points of parts', found }];
  }
  // A digit is an identifier of every kind that can hold a name.
  const isNodeId = parseNodeId(node.replaceAll('{object}', '1')) !== null;
  return isNodeId ? [] : [{ path: 'node', expected: 'a node id (i=…, s=…, g=…, b=…)', found }];
}

function checkValue(point: OpcuaAddress): RuleIssue[] {
  const { bit, values, scale, offset } = point;
  const issues: RuleIssue[] = [];
  const report = (path: string, expected: string, found: unknown) =>
    issues.push({ path, expected, found: JSON.stringify(found) });
  const beside = bit !== undefined ? 'bit' : values !== undefined ? 'values' : null;
  if (beside !== null && scale !== 1) report('scale', `no scale beside ${beside}`, scale);
  if (beside !== null && offset !== 0) report('offset', `no offset beside ${beside}`, offset);
  if (bit !== undefined && values !== undefined) report('values', 'bit or values', values);
  if (values !== undefined && Object.keys(values).length === 0) report('values', 'at least one text', values);
  if (scale === 0) report('scale', 'a number other than 0', scale);
  return issues;
}
