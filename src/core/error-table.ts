/**
 * Every code of an error that the world causes, once, with its HTTP status and its text; docs/errors.md repeats the table
 * and a test compares the two. Codes are never reused. The errors themselves are errors.ts.
 */
import { SERVICE_ERRORS } from './service-errors.ts';
import { START_ERRORS } from './start-errors.ts';
import type { Text } from './text.ts';
import { TICKET_ERRORS } from './ticket-errors.ts';

export interface ErrorInfo {
  readonly status: number;
  readonly text: Text;
}

export const ERRORS = {
  // requests
  'bad-request': { status: 400, text: { zh: '请求内容有误', en: 'The request is not valid' } },
  'unknown-field': { status: 400, text: { zh: '未知字段：{fields}', en: 'Unknown field: {fields}' } },
  'not-authenticated': { status: 401, text: { zh: '请先登录', en: 'Log in first' } },
  'wrong-credentials': { status: 401, text: { zh: '用户名或密码错误', en: 'Wrong user name or password' } },
  'not-permitted': {
    status: 403,
    text: { zh: '没有权限：{permission}', en: 'Permission missing: {permission}' },
  },
  'cross-site': { status: 403, text: { zh: '拒绝跨站请求', en: 'Cross-site request refused' } },
  'not-found': { status: 404, text: { zh: '没有这个{what}', en: 'There is no such {what}' } },
  'wrong-method': { status: 405, text: { zh: '不支持该方法', en: 'Method not supported here' } },
  'body-too-large': { status: 413, text: { zh: '请求内容过大', en: 'The request body is too large' } },
  'wrong-media-type': { status: 415, text: { zh: '请求须为 JSON', en: 'The request must be JSON' } },
  'too-many-requests': {
    status: 429,
    text: { zh: '请求过于频繁，请稍后再试', en: 'Too many requests; try again later' },
  },
  'report-limited': {
    status: 429,
    text: {
      zh: '报修过于频繁，请稍后再试；紧急情况请直接致电{desk}',
      en: 'Too many reports; try again later. In an emergency ring {desk}',
    },
  },
  'too-many-streams': { status: 503, text: { zh: '实时连接数已满', en: 'Too many live connections' } },
  internal: { status: 500, text: { zh: '网关内部错误', en: 'Internal error of the gateway' } },
  // alarms and tickets
  'already-acknowledged': {
    status: 409,
    text: { zh: '该告警已被 {by} 确认', en: 'Already acknowledged by {by}' },
  },
  'alarm-ended': { status: 409, text: { zh: '该告警已结束', en: 'The alarm has ended' } },
  'shelve-not-allowed': {
    status: 403,
    text: { zh: '{severity}级别的告警不可搁置', en: 'Alarms of severity {severity} are never shelved' },
  },
  'shelve-too-long': {
    status: 422,
    text: { zh: '最长可搁置 {minutes} 分钟', en: 'Shelved for {minutes} min at most' },
  },
  'not-shelved': { status: 409, text: { zh: '该告警未搁置', en: 'The alarm is not shelved' } },
  'approval-required': {
    status: 422,
    text: {
      zh: '停用须有工作票号，并由申请人以外的人批准',
      en: 'Out of service needs a work permit and the approval of another person',
    },
  },
  'not-out-of-service': {
    status: 409,
    text: { zh: '该告警未停用', en: 'The alarm is not out of service' },
  },
  'end-not-ahead': { status: 422, text: { zh: '截止时间须晚于现在', en: 'The end must lie ahead' } },
  'end-too-far': {
    status: 422,
    text: {
      zh: '时间过远：最多为 {days} 天之后',
      en: 'The time lies too far ahead: {days} days at most',
    },
  },
  'reset-not-allowed': {
    status: 409,
    text: {
      zh: '告警恢复并确认后才能复位',
      en: 'Reset is possible once the alarm has returned and is acknowledged',
    },
  },
  'drill-too-long': {
    status: 422,
    text: { zh: '演练最长 {hours} 小时', en: 'A drill lasts {hours} h at most' },
  },
  'no-drill': { status: 409, text: { zh: '该设备未在演练', en: 'No drill is under way there' } },
  // changes of rules
  'rule-change-invalid': {
    status: 422,
    text: { zh: '规则修改有 {count} 处不符合要求', en: 'The change of the rule has {count} mistakes' },
  },
  'rule-changed': {
    status: 409,
    text: {
      zh: '规则在此期间已变更，请按现行规则重新提出',
      en: 'The rule has changed since; propose the change anew',
    },
  },
  'rule-change-decided': {
    status: 409,
    text: { zh: '该修改已审批或已撤回', en: 'The change has been decided or withdrawn' },
  },
  'another-approver-required': {
    status: 403,
    text: { zh: '规则修改须由另一人审批', en: 'The change has to be reviewed by another person' },
  },
  'change-of-another': {
    status: 403,
    text: { zh: '只能撤回本人提出的修改', en: 'Only its author withdraws a change' },
  },
  'rule-changes-full': {
    status: 409,
    text: {
      zh: '待审批的修改已达 {max} 项，请先处理',
      en: '{max} changes wait for a review; decide these first',
    },
  },
  // versions of the policy
  'policy-invalid': {
    status: 422,
    text: { zh: '服务标准有 {count} 处不符合要求', en: 'The policy has {count} mistakes' },
  },
  'policy-unchanged': {
    status: 409,
    text: {
      zh: '内容与现行或待审批的版本 {version} 相同',
      en: 'The same as version {version}, which is in force or waits for a review',
    },
  },
  'policy-changed': {
    status: 409,
    text: {
      zh: '现行服务标准在此期间已变更，请重新比对后审批',
      en: 'Another version of the policy is in force since; compare again before you approve',
    },
  },
  'policy-decided': {
    status: 409,
    text: { zh: '该版本已审批或已撤回', en: 'The version has been decided or withdrawn' },
  },
  'policies-full': {
    status: 409,
    text: {
      zh: '待审批的服务标准已达 {max} 项，请先处理',
      en: '{max} versions of the policy wait for a review; decide these first',
    },
  },
  'backtest-range': {
    status: 422,
    text: {
      zh: '回测的起止时间有误，或超过 {days} 天',
      en: 'The range of a backtest must have its end behind its beginning, and {days} days at most',
    },
  },
  'backtest-refused': {
    status: 422,
    text: { zh: '回测的规则修改有误：{change} {reason}', en: 'A change does not fit: {change} {reason}' },
  },
  'backtest-queue-full': {
    status: 503,
    text: { zh: '排队的回测已达 {max} 项', en: '{max} backtests are waiting already' },
  },
  'backtest-stopping': {
    status: 503,
    text: { zh: '网关正在停止，不再接受回测', en: 'The gateway is stopping; no backtest begins' },
  },
  'backtest-failed': {
    status: 500,
    text: { zh: '回测失败（{reason}）', en: 'The backtest failed ({reason})' },
  },
  'rule-tests-failed': {
    status: 500,
    text: { zh: '规则测试未能执行（{reason}）', en: 'The tests of the rule could not be run ({reason})' },
  },
  'rule-tests-busy': {
    status: 503,
    text: { zh: '规则测试排队过多，请稍后再试', en: 'Too many rule tests are waiting; try again' },
  },
  'backtest-required': {
    status: 409,
    text: {
      zh: '该修改尚无回测结果；不经回测批准须注明',
      en: 'The change has no backtest; approving it without one has to be said',
    },
  },
  ...TICKET_ERRORS,
  // writing
  'not-writable': {
    status: 409,
    text: { zh: '测点 {point} 不可远程写入', en: 'Point {point} cannot be written' },
  },
  'life-safety-write': {
    status: 403,
    text: {
      zh: '{kind}属于生命安全设备，禁止远程写入',
      en: '{kind}: life-safety equipment is never written remotely',
    },
  },
  'locked-out': {
    status: 409,
    text: {
      zh: '设备已挂牌上锁（{by}：{reason}），禁止操作',
      en: 'The equipment is locked out ({by}: {reason})',
    },
  },
  'not-locked-out': { status: 409, text: { zh: '设备未挂牌', en: 'The equipment is not locked out' } },
  'tag-of-another': {
    status: 403,
    text: {
      zh: '只有挂牌人 {by}、主管或管理员可以摘牌',
      en: 'Only {by}, who hung the tag, a supervisor or an administrator takes it off',
    },
  },
  'value-not-allowed': {
    status: 422,
    text: { zh: '{value} 不在允许范围内（{allowed}）', en: '{value} is not allowed ({allowed})' },
  },
  'reason-required': {
    status: 422,
    text: { zh: '请填写原因（不超过 {max} 字）', en: 'Give a reason of at most {max} characters' },
  },
  interlocked: { status: 409, text: { zh: '联锁条件不满足：{why}', en: 'Interlocked: {why}' } },
  'write-busy': {
    status: 409,
    text: { zh: '该测点或链路正在写入，请稍候', en: 'A write is under way or waiting; try again' },
  },
  'write-failed': {
    status: 502,
    text: { zh: '写入失败：{reason}', en: 'The write failed: {reason}' },
  },
  'link-down': { status: 503, text: { zh: '链路 {link} 不通', en: 'Link {link} is down' } },
  'engine-busy': { status: 503, text: { zh: '网关繁忙，请重试', en: 'The gateway is busy; try again' } },
  'store-failed': {
    status: 503,
    text: { zh: '数据未能写入，操作未生效', en: 'Could not be stored; nothing was changed' },
  },
  // history
  'history-failed': {
    status: 503,
    text: { zh: '历史数据读取失败：{reason}', en: 'The history could not be read: {reason}' },
  },
  'history-busy': {
    status: 503,
    text: { zh: '历史数据查询过多，请稍后再试', en: 'Too many questions about the past at once; try again' },
  },
  'file-not-writable': {
    status: 500,
    text: { zh: '文件 {path} 无法写入（{reason}）', en: 'The file {path} cannot be written ({reason})' },
  },
  stopped: { status: 503, text: { zh: '操作已取消', en: 'Stopped before the end' } },
  // backups
  'backup-running': { status: 409, text: { zh: '正在备份，请稍后再试', en: 'A backup is under way' } },
  'backup-not-configured': {
    status: 409,
    text: { zh: '项目配置未设置定时备份（backup）', en: 'The site file has no `backup`' },
  },
  'backup-failed': {
    status: 500,
    text: { zh: '备份或恢复失败：{path}（{reason}）', en: 'Backup or restore failed at {path} ({reason})' },
  },
  'backup-no-space': {
    status: 500,
    text: {
      zh: '磁盘空间不足：{path} 需要 {needed}，剩余 {free}',
      en: 'Not enough space at {path}: {needed} needed, {free} free',
    },
  },
  'backup-target': {
    status: 500,
    text: {
      zh: '备份存放目录 {path} 不可用（{reason}）',
      en: 'Backups cannot be put into {path} ({reason})',
    },
  },
  'backup-damaged': {
    status: 500,
    text: {
      zh: '备份 {path} 不完整或已损坏（{reason}）',
      en: 'The backup {path} is incomplete or damaged ({reason})',
    },
  },
  'restore-refused': {
    status: 500,
    text: { zh: '不能恢复到 {path}（{reason}）', en: 'Cannot restore into {path} ({reason})' },
  },
  // simulation
  'no-simulation': { status: 404, text: { zh: '当前未运行模拟设备', en: 'No simulator is running' } },
  'unknown-fault': {
    status: 404,
    text: { zh: '设备 {equipment} 没有故障“{fault}”', en: 'Equipment {equipment} has no fault {fault}' },
  },
  'simulator-unreachable': {
    status: 502,
    text: { zh: '模拟设备无应答', en: 'The simulator does not answer' },
  },
  ...START_ERRORS,
  ...SERVICE_ERRORS,
} as const satisfies Record<string, ErrorInfo>;
