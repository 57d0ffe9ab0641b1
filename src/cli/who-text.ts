/** What `who` prints: one block for each step of the ladder, both languages. What would be told is people/who.ts's business. */
import type { Contact } from '../config/model.ts';
import { CONTACT_KINDS } from '../core/duty.ts';
import type { Text } from '../core/text.ts';
import { PRIORITIES, TICKET_CLASSES } from '../core/ticket.ts';
import type { Candidate } from '../people/assignee.ts';
import type { OnCall, Standing } from '../people/duty.ts';
import type { CertificateNotice } from '../people/port.ts';
import { toLocalText } from '../people/shift-time.ts';
import type { WhoAnswer, WhoStep } from '../people/who.ts';

const STANDINGS: Readonly<Record<Standing, Text>> = {
  duty: { zh: '当值', en: 'on duty' },
  standby: { zh: '备勤', en: 'stand-by' },
  off: { zh: '不当班', en: 'off duty' },
};
/** Begins every line about something that is missing. */
const MARK = '  ! ';

export function toWhoText(
  answer: WhoAnswer,
  notices: readonly CertificateNotice[],
  timeZone: string,
  data: { readonly path: string; readonly isThere: boolean },
): string {
  const { class: ticketClass, priority } = answer.settings;
  const lines = [
    `${answer.localTime} ${timeZone} · ${both(TICKET_CLASSES[ticketClass].text)} · ${both(PRIORITIES[priority].text)}`,
    ...toHeldLines(answer.heldUntilMs, timeZone),
    ...answer.steps.flatMap((step, index) => ['', ...toStepLines(step, index + 1, timeZone)]),
    '',
    '建议责任人 / Proposed assignee',
    ...toProposalLines(answer.proposal.candidates),
    '',
    '外部联系 / Outside numbers',
    ...(answer.contacts.length === 0 ? ['  无 / none'] : answer.contacts.map(toContactLine)),
    ...toSection('排班缺口 / Gaps of the roster', answer.gaps.map(both)),
    '',
    '数据目录 / Data directory',
    data.isThere ? `  ${data.path}` : `${MARK}${both(toNoData(data.path))}`,
    ...toSection('证书到期 / Certificates that run out', notices.map(toNoticeLine)),
  ];
  return `${lines.join('\n')}\n`;
}

function both({ zh, en }: Text): string {
  return zh === en ? zh : `${zh} / ${en}`;
}

function toSection(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `${MARK}${line}`)];
}

function toHeldLines(heldUntilMs: number | null, timeZone: string): readonly string[] {
  if (heldUntilMs === null) return [];
  if (!Number.isFinite(heldUntilMs)) return ['只记录，不打扰任何人 / recorded, wakes nobody'];
  const at = toLocalText(timeZone, heldUntilMs);
  return [`只记录，${at} 起通知 / recorded, told from ${at} on`];
}

function toStepLines(step: WhoStep, number: number, timeZone: string): readonly string[] {
  return [
    `${number}. ${both(step.when)}: ${both(step.assigneeText)}`,
    ...step.people.map((person) => toPersonLine(person, timeZone)),
    ...step.gaps.map((gap) => `${MARK}${both(gap)}`),
  ];
}

function toPersonLine({ name, username, standing, untilMs, ways }: OnCall, timeZone: string): string {
  const until = untilMs === null ? '' : ` → ${toLocalText(timeZone, untilMs)}`;
  const reached = ways.map(({ way, address }) => `${way} ${address}`).join(', ');
  return `  ${both(name)} (${username}) · ${both(STANDINGS[standing])}${until}${reached === '' ? '' : ` · ${reached}`}`;
}

/** More help nobody at night. */
const SHOWN_CANDIDATES = 5;

function toProposalLines(candidates: readonly Candidate[]): readonly string[] {
  if (candidates.length === 0) return [`${MARK}无人可派 / nobody`];
  return candidates.slice(0, SHOWN_CANDIDATES).map(({ person, isFit, reasons }) => {
    const why = { zh: reasons.map(({ zh }) => zh).join('，'), en: reasons.map(({ en }) => en).join(', ') };
    return `${isFit ? '  ' : MARK}${person.name.zh} (${person.username}): ${both(why)}`;
  });
}

function toContactLine({ name, kind, method, phones }: Contact): string {
  const numbers = phones.length > 0 ? phones : [method];
  return `  ${both(name)} · ${both(CONTACT_KINDS[kind])} · ${numbers.join(', ')}`;
}

function toNoticeLine({ username, kind, validTo, daysLeft }: CertificateNotice): string {
  return daysLeft < 0
    ? `${username} ${kind}: 已过期 / has run out on ${validTo}`
    : `${username} ${kind}: 剩 ${daysLeft} 天 / ${daysLeft} days left (${validTo})`;
}

function toNoData(path: string): Text {
  return {
    zh: `${path} 中没有数据，未读取账号和排班：请用 --data 指明网关的数据目录`,
    en: `no data in ${path}, no accounts and no roster were read: name the gateway’s own with --data`,
  };
}
