/**
 * The words of messages, in both languages: short, the matter first, what to do last, so that a phone's lock screen shows
 * what counts. Channels may cut the end (fit.ts), never the beginning.
 *
 *   【演练】【突发紧急】1号楼 2号客梯：轿厢困人
 *   情况已核实属实。请立即到场处置。工单 GC20261121-0001
 */
import { MESSAGE_KINDS, type MessageKind } from '../core/message.ts';
import type { Language, Text } from '../core/text.ts';
import type { About } from './telling.ts';

/** What the recipient has to do. */
export const ASK = {
  attend: { zh: '请立即到场处置', en: 'Go there at once' },
  direct: { zh: '请组织处置', en: 'Direct the response' },
  know: { zh: '请知悉', en: 'For your attention' },
  dispatch: { zh: '请立即派单', en: 'Dispatch it now' },
  redirect: { zh: '请确认或改派责任人', en: 'Confirm who has it, or redirect it' },
  record: { zh: '请录入并派单', en: 'Record and dispatch it' },
  sign: { zh: '请签收并复述确认', en: 'Sign for it and read it back' },
  'go-on': { zh: '您已到场，请继续处置', en: 'You are on site: go on' },
  act: { zh: '请按新的时限处理', en: 'Act within the new limits' },
  hurry: { zh: '请尽快处理', en: 'Act on it soon' },
  oversee: { zh: '请督办', en: 'See to it' },
  support: { zh: '请协调处理', en: 'Support is needed' },
  rework: { zh: '请重新处理', en: 'Deal with it again' },
  accept: { zh: '请验收', en: 'Check and accept the work' },
  visit: { zh: '请回访', en: 'Make the return visit' },
  verify: { zh: '仍须到场核实', en: 'It still has to be verified on site' },
  stop: { zh: '无须再处理', en: 'Nothing more to do' },
  report: { zh: '请按时报送', en: 'Send the report in time' },
  ring: { zh: '请电话告知报修人', en: 'Ring the reporter and say so' },
  'ring-them': { zh: '请电话通知未送达的人员', en: 'Ring those who were not reached' },
  'end-wait': { zh: '如不同意，请恢复处理', en: 'If you do not agree, end the wait' },
  'clear-difficult': { zh: '如不同意，请撤销疑难认定', en: 'If you do not agree, withdraw it' },
  object: { zh: '如未批准，请立即致电前台', en: 'If you have not approved it, ring the desk at once' },
  answer: { zh: '请处理并告知反馈人', en: 'Handle it and tell whoever gave it' },
  prove: { zh: '请督促验收，或结束调试', en: 'Have it proven and signed, or end the commissioning' },
  watch: { zh: '请安排人员值守', en: 'Have it watched by people' },
  'agree-swap': { zh: '请同意换班，或撤回', en: 'Agree to it, or withdraw it' },
  'drop-swap': { zh: '如不同意，请撤回换班申请', en: 'If you do not agree, withdraw it' },
  'approve-swap': { zh: '请审批换班', en: 'Approve or refuse the swap' },
  none: { zh: '', en: '' },
} as const satisfies Record<string, Text>;
export type Ask = keyof typeof ASK;

const DRILL: Text = { zh: '演练', en: 'DRILL' };
const TICKET: Text = { zh: '工单', en: 'Ticket' };
const INCIDENT: Text = { zh: '事件', en: 'Incident' };
const FEEDBACK: Text = { zh: '反馈', en: 'Feedback' };
const COMMISSIONING: Text = { zh: '调试', en: 'Commissioning' };
/** Of what people have written: the whole stands on the ticket. */
const MAX_WHAT_CHARS = 200;

export function toSubject(kind: MessageKind, about: About): Text {
  return both((language) => {
    const tags = [...(about.isDrill ? [DRILL] : []), MESSAGE_KINDS[kind]].map((tag) => tag[language]);
    const head =
      language === 'zh' ? tags.map((tag) => `【${tag}】`).join('') : tags.map((tag) => `[${tag}] `).join('');
    const where = about.where[language].trim();
    const what = shorten(about.what[language].trim(), MAX_WHAT_CHARS);
    if (where === '' || what === '') return `${head}${where}${what}`;
    return `${head}${where}${language === 'zh' ? '：' : ': '}${what}`;
  });
}

function toNumberWord({ word, feedback, ticket, incident }: About): Text {
  if (word !== undefined) return word;
  if (feedback !== undefined) return FEEDBACK;
  if (ticket !== null) return TICKET;
  return incident === null ? COMMISSIONING : INCIDENT;
}

/** @param missing whom it was meant for, where nobody of them can be told */
export function toBody(about: About, fact: Text | null, ask: Text, missing: Text | null): Text {
  const number = toNumberWord(about);
  return both((language) => {
    const sentences = [missing?.[language], fact?.[language], ask[language]]
      .map((text) => text?.trim() ?? '')
      .filter((text) => text !== '')
      .map((text) => toSentence(text, language));
    return [...sentences, `${number[language]} ${about.number}`].join(language === 'zh' ? '' : ' ');
  });
}

export function toMissing(name: Text): Text {
  return {
    zh: `原应通知“${name.zh}”，现无人可通知`,
    en: `Meant for “${name.en}”, of whom nobody can be told`,
  };
}

/** The same words in both languages: as a person has typed them. */
export function same(text: string): Text {
  return { zh: text, en: text };
}

export function joinTexts(a: Text, b: Text): Text {
  return { zh: `${a.zh}${b.zh}`, en: `${a.en}${b.en}` };
}

/** Local times of a site: `14:05`, with the date where it is another day than `nowMs`. */
export function createLocalTime(timeZone: string): (atMs: number, nowMs: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (atMs, nowMs) => {
    const [date = '', time = ''] = format.format(atMs).split(' ');
    return date === format.format(nowMs).split(' ')[0] ? time : `${date} ${time}`;
  };
}

function both(make: (language: Language) => string): Text {
  return { zh: make('zh'), en: make('en') };
}

function toSentence(text: string, language: Language): string {
  if (/[。.!！?？]$/.test(text)) return text;
  return language === 'zh' ? `${text}。` : `${text}.`;
}

function shorten(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1).toWellFormed()}…`;
}
