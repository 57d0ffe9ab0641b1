/** The part of error-table.ts about people, attachments, slips and incidents: one table, in its place there. */
import type { ErrorInfo } from './error-table.ts';

export const SERVICE_ERRORS = {
  // people and duty
  'roster-invalid': {
    status: 422,
    text: { zh: '排班表有 {count} 处错误', en: '{count} mistakes in the roster' },
  },
  'roster-changed': {
    status: 409,
    text: {
      zh: '排班表已被他人更新（现为第 {current} 版）',
      en: 'The roster was changed by somebody else (now version {current})',
    },
  },
  'staff-changed': {
    status: 409,
    text: {
      zh: '{username} 的资料已被他人修改',
      en: 'What is known of {username} was changed by somebody else meanwhile',
    },
  },
  'swap-not-possible': {
    status: 422,
    text: { zh: '不能换班：{reason}', en: 'The swap is not possible: {reason}' },
  },
  'swap-approver': {
    status: 403,
    text: {
      zh: '换班须由申请人和当事人以外的人批准',
      en: 'A swap is approved by somebody who neither asked for it nor is part of it',
    },
  },
  'swap-not-agreed': {
    status: 409,
    text: {
      zh: '接班人 {to} 尚未同意换班，不能批准',
      en: '{to}, who would take the shift over, has not agreed yet',
    },
  },
  'swap-of-others': {
    status: 403,
    text: {
      zh: '换班须由接班人本人同意',
      en: 'Only whoever takes the shift over can agree to it',
    },
  },
  'handover-one-person': {
    status: 422,
    text: { zh: '交班人与接班人不能是同一人', en: 'A handover is between two different people' },
  },
  'handover-of-others': {
    status: 403,
    text: {
      zh: '只有交班人和接班人本人可以签字',
      en: 'Only the two people of the handover sign it, each for themselves',
    },
  },
  'handover-signed': { status: 409, text: { zh: '您已签字', en: 'You have signed it already' } },
  // attachments
  'attachment-too-large': {
    status: 413,
    text: { zh: '附件不得超过 {megabytes} MB', en: 'An attachment has {megabytes} MB at most' },
  },
  'attachment-kind': {
    status: 415,
    text: {
      zh: '附件只接受 JPEG、PNG、WebP、HEIC 照片和 PDF 文件',
      en: 'Attachments are photos (JPEG, PNG, WebP, HEIC) or PDF',
    },
  },
  'attachments-full': {
    status: 507,
    text: { zh: '附件存储空间已满', en: 'There is no room for more attachments' },
  },
  'attachments-busy': {
    status: 503,
    text: { zh: '同时上传的附件过多，请稍后再试', en: 'Too many attachments at once; try again' },
  },
  'attachment-failed': {
    status: 503,
    text: {
      zh: '附件未能保存或读取（{reason}）',
      en: 'The attachment could not be stored or read ({reason})',
    },
  },
  'slip-used': {
    status: 409,
    text: { zh: '纸质单 {number} 已使用或已作废', en: 'Slip {number} has been used or voided' },
  },
  'range-not-satisfiable': {
    status: 416,
    text: { zh: '请求的范围超出文件（共 {bytes} 字节）', en: 'The file has only {bytes} bytes' },
  },
  'incident-ended': {
    status: 409,
    text: { zh: '该事件已结束', en: 'The incident is over' },
  },
  'incident-open': {
    status: 409,
    text: {
      zh: '事件性质尚未确认，不能结束',
      en: 'Nobody has said yet what the incident was; it cannot be ended',
    },
  },
  'report-not-written': {
    status: 409,
    text: { zh: '尚未填写该类事件报告', en: 'No such report has been written yet' },
  },
  // feedback
  'feedback-open': {
    status: 409,
    text: {
      zh: '反馈 {number} 尚未归档，反馈人信息仍需使用，不能销毁',
      en: 'Feedback {number} is not filed and still needs whoever gave it; it cannot be destroyed yet',
    },
  },
  'feedback-full': {
    status: 409,
    text: {
      zh: '未归档的反馈已达 {max} 条，请先处理并归档',
      en: '{max} entries of feedback are open; file some of them first',
    },
  },
  // commissioning
  'commissioning-open': {
    status: 409,
    text: { zh: '所选设备均已在调试中', en: 'All of it is in commissioning already' },
  },
  'commissioning-not-open': {
    status: 409,
    text: { zh: '该设备未在调试', en: 'The equipment is not in commissioning' },
  },
  'commissioning-life-safety': {
    status: 422,
    text: {
      zh: '其中 {count} 条生命安全告警在验收前不派单、不通知，须明确确认并另行安排人员值守',
      en: '{count} life-safety alarms will open no ticket until they are proven: say so explicitly, and have somebody watch',
    },
  },
  'commissioning-approval': {
    status: 422,
    text: {
      zh: '生命安全告警静默，须由另一名主管、经理、领导或电梯安全管理员批准，每次最长 {hours} 小时',
      en: 'Silent life safety needs the approval of another person (supervisor, manager, leader or lift safety manager), {hours} hours at most',
    },
  },
  'commissioning-value-not-good': {
    status: 409,
    text: {
      zh: '网关当前没有该点位的有效数值（{quality}），不能核对',
      en: 'The gateway has no good value of the point now ({quality}); it cannot be compared',
    },
  },
  'commissioning-value-differs': {
    status: 422,
    text: {
      zh: '网关显示 {shown}，现场读数 {panel}，超出允差 {tolerance}：请复核，或说明原因',
      en: 'The gateway shows {shown}, the panel {panel}, more than {tolerance} apart: check it, or say why',
    },
  },
  'commissioning-steps-missing': {
    status: 422,
    text: { zh: '点位 {point} 还缺：{steps}', en: 'Point {point} still lacks: {steps}' },
  },
  'commissioning-not-waivable': {
    status: 422,
    text: {
      zh: '生命安全点位的告警和工单必须实际验证，不能以说明代替',
      en: 'Alarms and tickets of a life-safety point have to be proven; no reason stands in for it',
    },
  },
  'commissioning-signed': {
    status: 409,
    text: {
      zh: '该点位已由 {by} 签字验收；如需重做，请先撤回签字',
      en: '{by} has signed the point; take the signature back to prove it anew',
    },
  },
  'commissioning-not-signed': { status: 409, text: { zh: '该点位尚未签字', en: 'The point is not signed' } },
  'commissioning-photos': {
    status: 409,
    text: { zh: '每个点位最多 {max} 张照片', en: 'A point has {max} photos at most' },
  },
} as const satisfies Record<string, ErrorInfo>;
