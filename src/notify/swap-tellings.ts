/**
 * A swap of duty (换班) as those learn of it whom it concerns: the colleague who is asked, the supervisor who must agree, and once it
 * is decided those whose shifts it moves. Which swaps are possible, and who may decide, is people/.
 */
import type { Roster, SwapRequest } from '../core/duty.ts';
import type { Text } from '../core/text.ts';
import type { Addressee, Telling } from './telling.ts';
import { ASK, same } from './wording.ts';

export type SwapOutcome = 'asked' | 'agreed' | 'approved' | 'refused' | 'withdrawn';

export interface SwapNotice {
  readonly swap: SwapRequest;
  readonly outcome: SwapOutcome;
  /** Who has done it. */
  readonly by: string;
  readonly atMs: number;
  /** Why it was refused or withdrawn; empty = no reason was given. */
  readonly note: string;
}

/** By the role that holds `roster.approve` and leads the shift (people/permissions.ts); who has a part in it is not asked. */
const APPROVER = 'supervisor';

/**
 * @param roster as it names posts and shifts
 * @param nameOf name of a user as people say it
 */
export function toSwapTelling(
  { swap, outcome, by, atMs, note }: SwapNotice,
  roster: Pick<Roster, 'posts' | 'shifts'>,
  nameOf: (username: string) => Text,
): Telling {
  const [from, to] = [nameOf(swap.from), nameOf(swap.to)];
  return {
    kind: 'information',
    priority: 'normal',
    to: toAddressees(swap, outcome, by),
    fact: toFact(swap, outcome, nameOf(by), note),
    about: {
      ticket: null,
      incident: null,
      occurrence: null,
      location: null,
      isDrill: false,
      number: swap.id.slice(0, SHOWN_CHARS),
      word: { zh: '换班', en: 'Swap' },
      where: toSlot(swap, roster),
      what: { zh: `${from.zh}与${to.zh}换班`, en: `${from.en} swaps with ${to.en}` },
    },
    part: `swap-${outcome}`,
    version: Math.floor(atMs / 1_000),
    by,
    hours: null,
  };
}

/** Of an id that nobody types in. */
const SHOWN_CHARS = 8;

function toAddressees(swap: SwapRequest, outcome: SwapOutcome, by: string): readonly Addressee[] {
  const parties = [...new Set([swap.from, swap.to, swap.by])];
  const others = parties.filter((name) => name !== by);
  const approver: Addressee = { anyOf: [APPROVER], except: parties, ask: ASK['approve-swap'] };
  if (outcome === 'agreed') return [...others.map((name) => ({ anyOf: [name], ask: ASK.know })), approver];
  if (outcome !== 'asked') return others.map((name) => ({ anyOf: [name], ask: ASK.know }));
  return [
    ...others.map(
      (name): Addressee => ({ anyOf: [name], ask: name === swap.to ? ASK['agree-swap'] : ASK['drop-swap'] }),
    ),
    // Before whoever takes over has agreed there is nothing to approve.
    ...(by === swap.to ? [approver] : []),
  ];
}

function toFact({ inReturn, reason }: SwapRequest, outcome: SwapOutcome, by: Text, note: string): Text {
  const back: Text =
    inReturn === null
      ? same('')
      : { zh: `，换回 ${inReturn.date} 的班次`, en: `, for the shift of ${inReturn.date} in return` };
  const why = note.trim() === '' ? same('') : { zh: `：${note}`, en: `: ${note}` };
  switch (outcome) {
    case 'asked':
      return {
        zh: `${by.zh}申请换班（${reason}）${back.zh}`,
        en: `${by.en} asks for a swap (${reason})${back.en}`,
      };
    case 'agreed':
      return { zh: `${by.zh}已同意换班${back.zh}`, en: `${by.en} has agreed to the swap${back.en}` };
    case 'approved':
      return { zh: `${by.zh}已批准换班${back.zh}`, en: `${by.en} has approved the swap${back.en}` };
    case 'refused':
      return { zh: `${by.zh}未批准换班${why.zh}`, en: `${by.en} has refused the swap${why.en}` };
    default:
      return { zh: `${by.zh}撤回换班申请${why.zh}`, en: `${by.en} has withdrawn the request${why.en}` };
  }
}

function toSlot(
  { date, post, shift }: Pick<SwapRequest, 'date' | 'post' | 'shift'>,
  { posts, shifts }: Pick<Roster, 'posts' | 'shifts'>,
): Text {
  const at = posts.find(({ id }) => id === post)?.name ?? same(post);
  const when = shifts.find(({ id }) => id === shift)?.name ?? same(shift);
  return { zh: `${date} ${at.zh} ${when.zh}`, en: `${date} ${at.en} ${when.en}` };
}
