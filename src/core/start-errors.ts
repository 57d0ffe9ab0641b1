/** The part of error-table.ts that a start, a data directory or an account answers with: one table, in its place there. */
import type { ErrorInfo } from './error-table.ts';

export const START_ERRORS = {
  'config-invalid': {
    status: 500,
    text: { zh: '配置有 {count} 处错误', en: '{count} problems in the configuration' },
  },
  'port-in-use': {
    status: 500,
    text: { zh: '端口 {host}:{port} 已被占用', en: 'Port {host}:{port} is in use by another program' },
  },
  'address-not-usable': {
    status: 500,
    text: {
      zh: '地址 {host}:{port} 不可用（{reason}）',
      en: 'Address {host}:{port} cannot be used ({reason})',
    },
  },
  'data-not-writable': {
    status: 500,
    text: {
      zh: '数据目录 {path} 不可写（{reason}）',
      en: 'Data directory {path} is not writable ({reason})',
    },
  },
  'data-locked': {
    status: 500,
    text: {
      zh: '数据目录 {path} 正被另一个网关使用（进程 {pid}）',
      en: 'Data directory {path} is in use by another gateway (process {pid})',
    },
  },
  'data-from-demo': {
    status: 500,
    text: {
      zh: '数据目录 {path} 由 demo 创建，run 不使用',
      en: 'Data directory {path} was made by demo; run refuses it',
    },
  },
  'data-too-new': {
    status: 500,
    text: {
      zh: '数据目录由更新的版本创建（{found} > {known}）',
      en: 'The data directory was made by a newer version ({found} > {known})',
    },
  },
  'data-damaged': {
    status: 500,
    text: { zh: '数据库 {path} 已损坏（{reason}）', en: 'The database {path} is damaged ({reason})' },
  },
  'certificate-unusable': {
    status: 500,
    text: {
      zh: '证书或私钥 {path} 不可用（{reason}）',
      en: 'Certificate or key {path} cannot be used ({reason})',
    },
  },
  'demo-not-on-loopback': {
    status: 500,
    text: { zh: '演示账号只能在本机地址上使用', en: 'The demo accounts may only be used on loopback' },
  },
  'user-exists': {
    status: 409,
    text: { zh: '用户 {username} 已存在', en: 'User {username} exists already' },
  },
  'user-unknown': { status: 404, text: { zh: '没有用户 {username}', en: 'There is no user {username}' } },
  'last-admin': {
    status: 409,
    text: {
      zh: '至少须保留一名启用的系统管理员',
      en: 'At least one administrator with an open account has to stay',
    },
  },
  'roles-mixed': {
    status: 422,
    text: {
      zh: '承包商、业主账号不能兼任内部岗位',
      en: 'An account of a contractor or occupant holds no role of the house beside',
    },
  },
  'weak-password': {
    status: 422,
    text: {
      zh: '密码至少 {min} 个字符，且不能是演示密码',
      en: 'A password has at least {min} characters and is not the demo password',
    },
  },
} as const satisfies Record<string, ErrorInfo>;
