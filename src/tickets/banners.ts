/**
 * Banners: what whoever works on a ticket must see, each kind at most once. That of a repeat is repeat.ts, that of a ticket which
 * the gateway could not record or dispatch is held-back.ts.
 */
import type { Text } from '../core/text.ts';
import type { Banner, Ticket } from '../core/ticket.ts';

export type BannerKind = Exclude<Banner['kind'], 'repeat' | 'incomplete'>;

/** With the banner, at its newest. */
export function withBanner(
  { banners }: Pick<Ticket, 'banners'>,
  kind: BannerKind,
  atMs: number,
): readonly Banner[] {
  return [...withoutBanner({ banners }, kind), { kind, atMs, text: TEXTS[kind] }];
}

export function withoutBanner(
  { banners }: Pick<Ticket, 'banners'>,
  ...kinds: readonly Banner['kind'][]
): readonly Banner[] {
  const left = banners.filter(({ kind }) => !(kinds as readonly string[]).includes(kind));
  return left.length === banners.length ? banners : left;
}

export function hasBanner({ banners }: Pick<Ticket, 'banners'>, kind: BannerKind): boolean {
  return banners.some((banner) => banner.kind === kind);
}

const TEXTS: Readonly<Record<BannerKind, Text>> = {
  blind: { zh: '测点数据不可信，无法判断现场状态', en: 'The point cannot be seen' },
  'rule-changed': {
    zh: '告警规则已修改或停用，请人工判断是否处理完毕',
    en: 'The rule was changed or removed: judge by hand whether it is done',
  },
  'closed-while-active': {
    zh: '验收后告警仍未恢复，已转二次处理',
    en: 'Accepted over a standing alarm, which still stands: back to work',
  },
  'came-back': { zh: '处理完毕后告警再次发生', en: 'The alarm came back after the work was done' },
  'no-certificate': {
    zh: '责任人无所需证书（突发紧急，仅提示），请尽快派持证人员到场',
    en: 'Whoever has it lacks the certificate (an emergency: only a warning). Send somebody who holds it',
  },
  'own-acceptance': {
    zh: '处理人自行验收，请主管抽查',
    en: 'Accepted by whoever did the work: for the supervisor to check by sample',
  },
  'carried-over': {
    zh: '当日未完成，已列入主管清单，请主管确定新的完成期限',
    en: 'Still open at the end of the day: on the supervisor’s list for a new deadline',
  },
  'proposed-done': {
    zh: '告警已持续恢复正常，可确认处理完毕',
    en: 'The alarm has been normal for a while: it may be done',
  },
};
