/** The layers that decide who is told: the occurrence, what hides it, and its ticket or why there is none. */
import { isSetAside } from '../alarms/annunciation.ts';
import type { LayerVerdict } from '../alarms/explanation.ts';
import type { AlarmLevel } from '../alarms/step.ts';
import type { RuleDef } from '../config/model.ts';
import type { AlarmControl, Occurrence } from '../core/alarm.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { toTicketFirstOut } from './first-out.ts';
import { say } from './why-judged.ts';

export function explainOccurrence(open: Occurrence | null): LayerVerdict {
  if (open === null) return say('occurrence', 'none', { zh: '当前没有告警', en: 'no open occurrence' });
  const { id, isActive, acknowledged, count, onsetAtMs, onsetAfterMs, raisedAtMs, returnedAtMs } = open;
  const { reAlarms, reAlarmDueAtMs, isDrill } = open;
  const text = isActive
    ? { zh: '告警未恢复', en: 'the alarm is active' }
    : { zh: '告警已恢复，尚未了结', en: 'the alarm has returned and is still open' };
  const detail = { id, acknowledged, count, onsetAtMs, onsetAfterMs, raisedAtMs, returnedAtMs };
  return say('occurrence', isActive ? 'active' : 'returned', text, {
    ...detail,
    reAlarms,
    reAlarmDueAtMs,
    isDrill,
  });
}

export function explainLatch({ isLatching }: RuleDef, open: Occurrence | null): LayerVerdict {
  if (open?.isLatched)
    return say('latch', 'latched', { zh: '已自保持，等待复位', en: 'waits for its reset' });
  const text = isLatching
    ? { zh: '恢复后保持，直至复位', en: 'will stay after its return until it is reset' }
    : { zh: '不自保持', en: 'does not latch' };
  return say('latch', isLatching ? 'armed' : 'off', text);
}

export function explainSuppression(open: Occurrence | null, wanted: AlarmLevel['suppression']): LayerVerdict {
  const suppression = open === null ? wanted : open.suppression;
  if (suppression !== null)
    return say('suppression', suppression.reason, suppression.text, { ...suppression });
  const by = open?.explainedBy ?? null;
  const dueAtMs = open?.ticketDueAtMs ?? null;
  if (by !== null) {
    const name: Text = {
      zh: `${by.equipmentName.zh} ${by.text.zh}`,
      en: `${by.equipmentName.en}, ${by.text.en}`,
    };
    if (dueAtMs === null)
      return say(
        'suppression',
        'explained',
        { zh: `由“${name.zh}”引起`, en: `because of ${name.en}` },
        { by },
      );
    const text = {
      zh: `“${name.zh}”已消除，等待自行恢复`,
      en: `${name.en} has gone; it may return by itself`,
    };
    return say('suppression', 'settling', text, { by, dueAtMs });
  }
  if (dueAtMs !== null)
    return say(
      'suppression',
      'waiting',
      { zh: '等待查明是否由上级引起', en: 'waits for a possible cause' },
      { dueAtMs },
    );
  return say('suppression', 'none', { zh: '未被抑制', en: 'nothing suppresses it' });
}

export function explainShelf(control: AlarmControl | null): LayerVerdict {
  const shelf = control?.shelf ?? null;
  if (shelf === null) return say('shelf', 'none', { zh: '未搁置', en: 'not shelved' });
  const text = { zh: `${shelf.by} 搁置：${shelf.reason}`, en: `shelved by ${shelf.by}: ${shelf.reason}` };
  return say('shelf', 'shelved', text, { ...shelf });
}

export function explainService(control: AlarmControl | null): LayerVerdict {
  const service = control?.outOfService ?? null;
  if (service === null) return say('service', 'none', { zh: '在用', en: 'in service' });
  const text = {
    zh: `停用，工作票 ${service.permit}，批准人 ${service.approver}：${service.reason}`,
    en: `out of service under permit ${service.permit}, approved by ${service.approver}: ${service.reason}`,
  };
  return say('service', 'out-of-service', text, { ...service });
}

export function explainChatter(open: Occurrence | null): LayerVerdict {
  const chatter = open?.chatter ?? null;
  if (chatter === null) return say('chatter', 'none', { zh: '无频繁报警', en: 'does not chatter' });
  const text = {
    zh: `频繁报警 ${chatter.raises} 次，平静 ${Math.round(chatter.holdMs / 1_000)} 秒后才算恢复`,
    en: `raised ${chatter.raises} times; returns after ${Math.round(chatter.holdMs / 1_000)} s of quiet`,
  };
  return say('chatter', 'chattering', text, { ...chatter });
}

export function explainStorm(open: Occurrence | null): LayerVerdict {
  const storm = open?.storm ?? null;
  if (storm === null) return say('storm', 'none', { zh: '不属于告警风暴', en: 'belongs to no storm' });
  return say('storm', 'grouped', { zh: '并入告警风暴', en: 'told with the others of a storm' }, { storm });
}

/**
 * The recorded reason why there is no ticket, where there is none; of several alarms on one ticket, which came first.
 * @param ticket the open one; @param firstOutMs policy.alarms.firstOutMs
 * @param isMute a point that the rule judges is unproven
 */
export function explainTicket(
  rule: RuleDef,
  open: Occurrence | null,
  ticket: Ticket | null,
  firstOutMs: number,
  isMute: boolean,
): LayerVerdict {
  if (ticket !== null) {
    const { number, stage, assignee } = ticket;
    return say(
      'ticket',
      'opened',
      { zh: `工单 ${number}`, en: `ticket ${number}` },
      { number, stage, assignee, firstOut: open && toTicketFirstOut(ticket, open.id, firstOutMs) },
    );
  }
  const [verdict, text] = toNoTicket(rule, open, isMute);
  return say('ticket', verdict, text);
}

function toNoTicket(rule: RuleDef, open: Occurrence | null, isMute: boolean): readonly [string, Text] {
  if (isMute) return ['commissioning', COMMISSIONING];
  if (open === null) return ['no-alarm', { zh: '没有告警，不派单', en: 'no alarm, no ticket' }];
  if (!rule.opensTicket)
    return ['listed-only', { zh: '该规则只提示，不派单', en: 'the rule is listed only' }];
  if (isSetAside(open))
    return ['hidden', { zh: '搁置、停用或抑制期间不派单', en: 'none while it is hidden' }];
  if (open.explainedBy !== null && open.isActive)
    return ['explained', { zh: '由上级故障的工单处理', en: 'the ticket of the cause stands' }];
  if (open.ticketDueAtMs !== null) return ['waiting', { zh: '等待派单', en: 'waits to be opened' }];
  return ['closed', { zh: '工单已关闭或撤销', en: 'its ticket is closed or cancelled' }];
}

const COMMISSIONING: Text = {
  zh: '调试中，点位未验收：告警只列出，不派单，不通知人员',
  en: 'in commissioning, a point of it is not signed: its alarms are listed, open no ticket and ring nobody',
};
