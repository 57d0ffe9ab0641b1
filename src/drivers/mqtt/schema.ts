/**
 * What a configuration says of MQTT: link (a broker elsewhere, or the gateway's own), equipment, profile section,
 * point address. Defaults are written here only. Checks across properties stand beside the schema; references and
 * positions in files are the loader's business.
 */
import Type, { type Static, type TSchema } from 'typebox';
import type { ProtocolSchema, RuleIssue } from '../../config/catalog.ts';
import { isLoopback } from '../../core/loopback.ts';
import { createFiller } from '../defaults.ts';
import { JSON_PATH_EXPECTED, JSON_PATH_PATTERN, parseJsonPath } from './json-path.ts';

const closed = <P extends Record<string, TSchema>>(properties: P, options: object = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });

const Pem = Type.String({
  minLength: 1,
  maxLength: 64 * 1024,
  expected: 'the path of a PEM file, or its content by a "file:" reference',
});
const Name = Type.String({ minLength: 1, maxLength: 256 });
const Secret = Type.String({ minLength: 1, maxLength: 4_096 });

/** A level: `+`, or text in which `{topic}` and `{n}` stand for the base topic and the number of the part. */
const LEVEL = '(?:\\+|(?:[^+#{}/\\u0000]|\\{topic\\}|\\{n\\})*)';
const TopicTemplate = Type.String({
  minLength: 1,
  maxLength: 512,
  pattern: `^(?!\\$)${LEVEL}(?:/${LEVEL})*$`,
  expected: 'a topic such as {topic}/state, {topic}/door/{n} or {topic}/+/state',
});
/** Of one device: no wildcard, and no part. */
const ExactTopicTemplate = Type.String({
  minLength: 1,
  maxLength: 512,
  pattern: '^(?!\\$)(?:[^+#{}\\u0000]|\\{topic\\})*$',
  expected: 'a topic without wildcards such as {topic}/status',
});
const JsonPathText = Type.String({
  maxLength: 256,
  pattern: JSON_PATH_PATTERN,
  expected: JSON_PATH_EXPECTED,
});
const Plain = Type.Union([Type.String({ maxLength: 256 }), Type.Number(), Type.Boolean()]);

const UserSchema = closed({
  name: Name,
  password: Secret,
  topics: Type.Array(
    Type.String({
      maxLength: 512,
      pattern: '^(?!\\$)(?:(?:\\+|[^+#/\\u0000]*)/)*(?:#|\\+|[^+#/\\u0000]*)$',
      expected: 'a topic filter such as site/demo/pump-1/#',
    }),
    { minItems: 1, maxItems: 1_000, description: 'What it may publish and read' },
  ),
});

const ListenSchema = closed({
  host: Type.String({ minLength: 1, maxLength: 253, default: '127.0.0.1' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, default: 1_883 }),
  users: Type.Array(UserSchema, { maxItems: 10_000, default: [] }),
  tls: Type.Optional(closed({ cert: Pem, key: Pem })),
});

const link = {
  url: Type.Optional(
    Type.String({
      pattern: '^mqtts?://[^\\s/?#@]+$',
      maxLength: 512,
      expected: 'a broker as mqtt://host:port or mqtts://host:port, without user name',
    }),
  ),
  username: Type.Optional(Name),
  password: Type.Optional(Secret),
  clientId: Type.Optional(Name),
  ca: Type.Optional(Pem),
  keepAliveS: Type.Integer({
    minimum: 1,
    maximum: 3_600,
    default: 15,
    description: 'A broker that is silent for half as long again is given up',
  }),
  connectTimeoutMs: Type.Integer({ minimum: 50, maximum: 60_000, default: 5_000 }),
  protocolVersion: Type.Integer({
    minimum: 4,
    maximum: 5,
    default: 4,
    description: '4 = MQTT 3.1.1, 5 = MQTT 5',
  }),
  listen: Type.Optional(ListenSchema),
};

const device = {
  topic: Type.String({
    minLength: 1,
    maxLength: 512,
    pattern: '^(?!\\$)[^+#{}\\u0000]+$',
    expected: 'a base topic without wildcards such as site/demo/access-1',
    description: 'What {topic} stands for in the profile',
  }),
};

export const TIME_FORMATS = ['ms', 's', 'iso'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

const profile = {
  availability: Type.Optional(
    closed({
      topic: ExactTopicTemplate,
      path: Type.Optional(JsonPathText),
      online: Type.Array(Plain, { minItems: 1, maxItems: 16 }),
      offline: Type.Array(Plain, { minItems: 1, maxItems: 16 }),
    }),
  ),
  time: Type.Optional(
    closed({
      path: JsonPathText,
      format: Type.Unsafe<TimeFormat>({ type: 'string', enum: [...TIME_FORMATS] }),
    }),
  ),
  maxPayloadBytes: Type.Integer({ minimum: 1, maximum: 1024 * 1024, default: 64 * 1024 }),
};

const address = {
  topic: TopicTemplate,
  path: Type.Optional(Type.String({ maxLength: 256, pattern: '^\\$', expected: JSON_PATH_EXPECTED })),
  values: Type.Optional(
    Type.Record(Type.String({ maxLength: 256 }), Type.Number(), {
      description: 'Texts and booleans of the device, and the numbers that they stand for',
    }),
  ),
  scale: Type.Optional(Type.Number({ default: 1 })),
  offset: Type.Optional(Type.Number({ default: 0 })),
  sentinels: Type.Optional(
    Type.Array(Plain, { maxItems: 16, default: [], description: 'Raw values that mean "not available"' }),
  ),
  bit: Type.Optional(Type.Integer({ minimum: 0, maximum: 52 })),
  isOptional: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'A message without this member says nothing about the point',
    }),
  ),
};

const LinkSchema = Type.Object(link);
const DeviceSchema = Type.Object({ ...device, ...profile });
const AddressSchema = Type.Object(address);

export type MqttLink = Static<typeof LinkSchema>;
export type Listen = Static<typeof ListenSchema>;
export type BrokerUser = Static<typeof UserSchema>;
export type PlainValue = Static<typeof Plain>;
/** Base topic and the profile's section, as they stand merged in `Equipment.device`. */
export type MqttDevice = Static<typeof DeviceSchema>;
type AddressEntry = Static<typeof AddressSchema>;
type Free = 'path' | 'values' | 'bit';
export type MqttAddress = Required<Omit<AddressEntry, Free>> & Pick<AddressEntry, Free>;

/** Options that the loader has checked, with defaults. */
export const toMqttLink = createFiller<MqttLink>(LinkSchema);
export const toMqttDevice = createFiller<MqttDevice>(DeviceSchema);
export const toMqttAddress = createFiller<MqttAddress>(AddressSchema);

/** What is wrong across the properties of a link. */
function checkLink({ url, listen, ...client }: MqttLink): readonly RuleIssue[] {
  if (client.password !== undefined && client.username === undefined)
    return [{ path: 'username', expected: 'a user name beside the password', found: 'nothing' }];
  if (url === undefined && listen === undefined)
    return [{ path: '', expected: 'url (a broker) or listen (its own)', found: 'neither' }];
  if (listen === undefined) return [];
  if (url !== undefined) return [{ path: 'listen', expected: 'url or listen, not both', found: 'both' }];
  const ofClient = (['username', 'password', 'clientId', 'ca'] as const).find(
    (key) => client[key] !== undefined,
  );
  if (ofClient !== undefined)
    return [{ path: ofClient, expected: 'nothing beside listen (it belongs to url)', found: 'a value' }];
  if (isLoopback(listen.host)) return [];
  const where = `to listen on ${listen.host}`;
  if (listen.tls === undefined)
    return [
      {
        path: 'listen.tls',
        expected: `certificate and key ${where} (passwords must not travel in the clear)`,
        found: 'nothing',
      },
    ];
  if (listen.users.length > 0) return [];
  return [
    { path: 'listen.users', expected: `at least one user ${where} (anybody could publish)`, found: 'none' },
  ];
}

/** Two brokers of ours cannot listen on one port. Clients of a broker elsewhere may share it. */
function toListenEndpoints({ listen }: MqttLink): readonly string[] {
  return listen === undefined ? [] : [`listen ${listen.host.toLowerCase()}:${listen.port}`];
}

/** The first of them in plain English, for who starts a driver without the loader; null = none. */
export function toLinkProblem(link: MqttLink): string | null {
  const [issue] = checkLink(link);
  return issue === undefined
    ? null
    : `${issue.path || 'the link'}: expected ${issue.expected}, found ${issue.found}`;
}

export const mqttSchema: ProtocolSchema = {
  link,
  device,
  profile,
  address,
  isPolled: false,
  shiftAddress: (options, { n }) => ({
    ...options,
    topic: withNumber(options['topic'], n),
    ...(options['path'] === undefined ? {} : { path: withNumber(options['path'], n) }),
  }),
  checkLink: (options) => checkLink(toMqttLink(options)),
  toEndpoints: (options) => toListenEndpoints(toMqttLink(options)),
  toListener: (options) => toMqttLink(options).listen ?? null,
  checkAddress: (options) => checkAddress(toMqttAddress(options)),
  checkPoint: ({ staleAfterMs }, section) =>
    staleAfterMs !== null || section['availability'] !== undefined
      ? []
      : [{ path: 'staleAfter', expected: 'staleAfter, or availability in the profile', found: 'neither' }],
  isBoolean: (options) => options['bit'] !== undefined,
};

function withNumber(template: unknown, n: number): string {
  return String(template).replaceAll('{n}', String(n));
}

function checkAddress(point: MqttAddress): RuleIssue[] {
  const issues: RuleIssue[] = [];
  const report = (path: string, expected: string, found: unknown) =>
    issues.push({ path, expected, found: JSON.stringify(found) });
  for (const key of ['topic', 'path'] as const) {
    if (point[key]?.includes('{n}')) report(key, 'no {n} outside of parts', point[key]);
  }
  if (issues.length === 0 && point.path !== undefined && parseJsonPath(point.path) === null) {
    report('path', JSON_PATH_EXPECTED, point.path);
  }
  if (point.scale === 0) report('scale', 'a number other than 0', point.scale);
  for (const key of ['bit', 'values'] as const) {
    if (point[key] === undefined) continue;
    if (point.scale !== 1) report('scale', `no scale beside ${key}`, point.scale);
    if (point.offset !== 0) report('offset', `no offset beside ${key}`, point.offset);
  }
  if (point.bit !== undefined && point.values !== undefined) report('values', 'bit or values', point.values);
  if (point.isOptional && point.path === undefined) report('isOptional', 'a path beside isOptional', true);
  return issues;
}
