/** The part of error-table.ts that refuses steps of tickets (tickets/step.ts): one table, in the place where it stood. */
import type { ErrorInfo } from './error-table.ts';

export const TICKET_ERRORS = {
  'version-conflict': {
    status: 409,
    text: {
      zh: '工单已被他人修改（现为第 {current} 版）',
      en: 'The ticket was changed by somebody else (now version {current})',
    },
  },
  'wrong-stage': {
    status: 409,
    text: {
      zh: '“{stage}”环节不能执行“{transition}”',
      en: 'Transition {transition} is not possible in stage {stage}',
    },
  },
  'missing-fields': {
    status: 422,
    text: { zh: '缺少必填内容：{fields}（依据：{rule}）', en: 'Missing: {fields} (asked for by {rule})' },
  },
  'alarm-active': {
    status: 409,
    text: {
      zh: '告警仍未恢复，不能验收：{alarms}',
      en: 'Cannot be accepted while the alarm is active: {alarms}',
    },
  },
  'alarm-blind': {
    status: 409,
    text: {
      zh: '测点数据不可信，须填写人工读数：{alarms}',
      en: 'The point cannot be seen; enter a manual reading: {alarms}',
    },
  },
  'not-your-step': {
    status: 403,
    text: {
      zh: '此步骤（{transition}）不由您办理，应由：{who}',
      en: 'Step {transition} is not yours to take; it is for {who}',
    },
  },
  'missing-certificate': {
    status: 422,
    text: {
      zh: '{person} 无有效证书 {certificates}，不能负责该工单（依据：{rule}）',
      en: '{person} holds no valid certificate {certificates} for this ticket (asked for by {rule})',
    },
  },
  'unknown-person': {
    status: 422,
    text: { zh: '{field}：“{name}”不是{expected}', en: '{field}: {name} is not {expected}' },
  },
  'wrong-form': {
    status: 422,
    text: { zh: '表单“{form}”不适用于该工单', en: 'Form {form} does not fit the ticket' },
  },
  'arrival-code-wrong': {
    status: 422,
    text: {
      zh: '所扫二维码不属于该工单（{expected}）；无码可扫的，方式改选“手动确认”',
      en: 'The code is not of this ticket’s equipment or place ({expected}); where none can be scanned, enter the arrival by hand',
    },
  },
  'late-entry-order': {
    status: 422,
    text: {
      zh: '补录时间有误：不得晚于现在，也不得早于上一步（{after}）',
      en: 'The time entered lies ahead of now or before the step before it ({after})',
    },
  },
  'breach-stands': {
    status: 409,
    text: {
      zh: '“{clocks}”超时已通报，补录不能撤销；确属记录有误的，由主管、经理或领导补录',
      en: 'The breach of {clocks} has been told; only a supervisor, manager or leader corrects it by a late entry',
    },
  },
  'own-approval': {
    status: 422,
    text: { zh: '批准人不能是本人', en: 'Nobody approves his own request' },
  },
  'own-work': {
    status: 403,
    text: {
      zh: '本轮处理人不得验收自己的处理，请由其他验收人验收（{who}）',
      en: 'Whoever has done the work of this round does not accept it; another of these does: {who}',
    },
  },
  'reopen-too-late': {
    status: 409,
    text: {
      zh: '已过重新打开的期限（{until}），请另开工单',
      en: 'It could be opened again until {until}; open a new ticket',
    },
  },
  'archive-too-early': {
    status: 409,
    text: {
      zh: '{until} 之前仍可能重新打开或尚在复核观察，暂不能存档',
      en: 'It may still be opened again, or its repair is being proven, until {until}; it is archived afterwards',
    },
  },
  'report-missing': {
    status: 409,
    text: {
      zh: '事件 {incident} 尚无终报，工单不能存档',
      en: 'Incident {incident} has no final report; the ticket cannot be archived',
    },
  },
  'incident-lasts': {
    status: 409,
    text: {
      zh: '事件 {incident} 尚未确认或结束，工单不能存档',
      en: 'Incident {incident} is not confirmed or has not ended; the ticket cannot be archived',
    },
  },
  'merge-refused': {
    status: 409,
    text: { zh: '不能合并：{reason}', en: 'The tickets cannot be merged: {reason}' },
  },
  'alarm-has-ticket': {
    status: 409,
    text: {
      zh: '该工单的告警已在工单 {number} 处理中，不能重新打开',
      en: 'Its alarm is being worked on with ticket {number}; it cannot be opened again',
    },
  },
  'nothing-to-correct': {
    status: 409,
    text: { zh: '“{field}”尚未填写，无可更正', en: 'There is no {field} yet that could be corrected' },
  },
  'contact-missing': {
    status: 409,
    text: {
      zh: '该工单没有需核实的报修人联系方式',
      en: 'The ticket has no contact of a reporter that waits to be confirmed',
    },
  },
  'contact-code-wrong': {
    status: 422,
    text: { zh: '验证码不正确，还可输入 {left} 次', en: 'Wrong code; {left} attempts left' },
  },
  'contact-code-void': {
    status: 409,
    text: {
      zh: '验证码已失效，请向前台重新获取',
      en: 'The code is not valid any more; ask the desk for another',
    },
  },
  'personal-in-use': {
    status: 409,
    text: {
      zh: '工单 {number} 尚未关闭，联系人信息仍需使用，不能销毁',
      en: 'Ticket {number} is open and still needs the contact; it cannot be destroyed yet',
    },
  },
  'words-gone': {
    status: 409,
    text: {
      zh: '该内容已隐去或已销毁，或并非录入文字',
      en: 'These words are redacted or destroyed already, or nobody has typed them',
    },
  },
  'record-kept': {
    status: 409,
    text: {
      zh: '{number} 的文字和照片不能销毁：{why}',
      en: 'Words and files of {number} are not to be destroyed: {why}',
    },
  },
  'ticket-full': {
    status: 409,
    text: { zh: '{what}已达 {max} 项', en: 'The ticket has {max} {what} already' },
  },
  'urge-limited': {
    status: 429,
    text: {
      zh: '督促过于频繁：每人对同一工单 {minutes} 分钟内最多督促 {max} 次，{until} 后可再督促',
      en: 'Urged too often: {max} times in {minutes} min by one person; again after {until}',
    },
  },
  'upload-limited': {
    status: 429,
    text: {
      zh: '上传过多：每人对同一工单 {minutes} 分钟内最多上传 {max} 个附件，{until} 后可再上传',
      en: 'Too many files: {max} in {minutes} min of one person on a ticket; again after {until}',
    },
  },
} as const satisfies Record<string, ErrorInfo>;
