/**
 * Who and what an emergency cannot do without (service-workflow.md §2, §3), whatever a site decides: it is an incident where it is
 * a fire or people are in a lift, somebody has been there, somebody else accepts it, those who do the work may take its steps,
 * and a grave one owes its final report. Each mistake is told in both languages: it is read on the page as well.
 */
import { GRADE_NAMES } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { TransitionType } from '../tickets/transitions.ts';
import { DRILL_RANGE_MS } from './drill-length.ts';
import { matches } from './match.ts';
import type { Actor, Match } from './policy.ts';
import { type Report, type Rows, type SoundParts, toKinds, toRow } from './policy-check.ts';
import { quote } from './problems.ts';
import { toMs } from './words.ts';

export function checkDanger(parts: SoundParts, report: Report): void {
  checkIncidents(parts, report);
  checkGrades(parts, report);
  checkPaths(parts, report);
  checkForms(parts, report);
  checkHands(parts, report);
  checkOwnAcceptance(parts, report);
  checkAlsoMay(parts, report);
  checkQuiet(parts, report);
  checkDrills(parts, report);
}

const EMERGENCY: Match = { priority: ['emergency'] };

/** Emergencies that are incidents wherever they happen; what callers say of others is looked for in their words besides. */
const INCIDENTS: readonly { readonly match: Match; readonly words: Text }[] = [
  { match: { class: ['fire'], ...EMERGENCY }, words: { zh: '火警', en: 'fire' } },
  {
    match: { class: ['help'], ...EMERGENCY },
    words: { zh: '求助（电梯困人）', en: 'help (people in a lift)' },
  },
  {
    match: { class: ['engineering'], source: ['equipment-alarm'], ...EMERGENCY },
    words: { zh: '设备告警（电梯困人）', en: 'equipment alarms (people in a lift)' },
  },
];

function checkIncidents({ incidents }: SoundParts, report: Report): void {
  if (incidents === undefined) return;
  const rows = incidents.from.map((match) => ({ match }));
  for (const { match, words } of INCIDENTS) {
    const kinds = toKinds(rows, [{ match }]).filter((kind) => matches(match, kind));
    if (kinds.every((kind) => toRow(rows, kind) >= 0)) continue;
    const expected = {
      zh: `“${words.zh}”类突发紧急全部作为突发事件的条件`,
      en: `rows that make an incident of every emergency of ${words.en}`,
    };
    report(['incidents', 'from'], expected, rows.length === 0 ? NONE : SOME);
  }
}

/** A grade that owes its final report, and none graver that does not. */
function checkGrades({ incidents }: SoundParts, report: Report): void {
  if (incidents === undefined) return;
  const { majorGrades } = incidents;
  const least = Math.max(...majorGrades.map((grade) => GRADE_NAMES.indexOf(grade)));
  const lacking = GRADE_NAMES.slice(0, Math.max(least, 1)).filter((grade) => !majorGrades.includes(grade));
  if (lacking.length === 0) return;
  const found = { zh: `缺 ${lacking.join('、')}`, en: `a list without ${lacking.join(', ')}` };
  report(['incidents', 'majorGrades'], GRADES, found);
}

function checkPaths({ paths }: SoundParts, report: Report): void {
  const met = new Set(toEmergencies(paths ?? []).map((kind) => toRow(paths ?? [], kind)));
  for (const [index, { stages, optional }] of (paths ?? []).entries()) {
    if (!met.has(index)) continue;
    for (const [stage, expected] of [
      ['on-site', BEEN_THERE],
      ['accepted', SOMEBODY_ELSE],
    ] as const) {
      const place = optional.indexOf(stage);
      if (!stages.includes(stage)) report(['paths', index, 'stages'], expected, NONE);
      else if (place >= 0) report(['paths', index, 'optional', place], expected, quote(stage));
    }
  }
}

/** One form is sent by one person: what has to be two people's, or two moments', is not on one. */
function checkForms({ forms }: SoundParts, report: Report): void {
  for (const [index, { match, transitions }] of (forms ?? []).entries()) {
    if (toEmergencies([{ match }]).every((kind) => !matches(match, kind))) continue;
    for (const [first, second, expected] of [
      ['dispatch', 'arrive', BEEN_THERE],
      ['done', 'accept', SOMEBODY_ELSE],
    ] as const) {
      if (transitions.includes(first) && transitions.includes(second))
        report(['forms', index, 'transitions'], expected, transitions.join(', '));
    }
  }
}

const HANDS: readonly TransitionType[] = ['dispatch', 'arrive', 'confirm-fire', 'fire-step', 'entrapment'];
/** Who looks on, keeps the records or the machine, or is the one who waits for help. */
const IDLE: readonly Actor[] = ['admin', 'auditor', 'archivist', 'occupant', 'reporter'];

function checkHands({ actors }: SoundParts, report: Report): void {
  if (actors === undefined) return;
  for (const step of HANDS) {
    if (actors[step].some((actor) => !IDLE.includes(actor))) continue;
    report(['actors', step], AT_WORK, actors[step].length === 0 ? NONE : actors[step].join(', '));
  }
}

function checkOwnAcceptance({ ownAcceptance }: SoundParts, report: Report): void {
  for (const [index, match] of (ownAcceptance ?? []).entries()) {
    if (toEmergencies([{ match }]).some((kind) => matches(match, kind)))
      report(['ownAcceptance', index], OWN, match.priority === undefined ? ALL : quote('emergency'));
  }
}

function checkAlsoMay({ alsoMay }: SoundParts, report: Report): void {
  for (const [index, { match }] of (alsoMay ?? []).entries()) {
    if (toEmergencies([{ match }]).some((kind) => matches(match, kind)))
      report(['alsoMay', index, 'match'], ALSO, match.priority === undefined ? ALL : quote('emergency'));
  }
}

function checkQuiet({ quiet, priorityOf }: SoundParts, report: Report): void {
  for (const [index, severity] of (quiet?.severities ?? []).entries()) {
    if (priorityOf?.[severity] === 'emergency')
      report(['quiet', 'severities', index], QUIET, quote(severity));
  }
}

function checkDrills({ drills }: SoundParts, report: Report): void {
  if (drills === undefined) return;
  const longestMs = toMs(drills.longest);
  if (longestMs < DRILL_RANGE_MS.least || longestMs > DRILL_RANGE_MS.most)
    report(['drills', 'longest'], DRILLS, quote(drills.longest));
}

function toEmergencies(rows: Rows) {
  return toKinds(rows, [{ match: EMERGENCY }]).filter((kind) => matches(EMERGENCY, kind));
}

const NONE: Text = { zh: '无', en: 'none' };
const SOME: Text = { zh: '漏掉其中一部分', en: 'a list that leaves some out' };
const ALL: Text = { zh: '不分优先级的一行', en: 'a row for all priorities' };
const BEEN_THERE: Text = {
  zh: '到场（on-site）为必经环节，由到场人单独登记：突发紧急须有人到过现场',
  en: '"on-site" as a stage that is not passed over, with a form of its own: somebody has been at an emergency',
};
const SOMEBODY_ELSE: Text = {
  zh: '验收（accepted）为必经环节，且不与处理完毕同表：突发紧急须由他人验收',
  en: '"accepted" as a stage that is not passed over nor on one form with done: somebody else accepts an emergency',
};
const AT_WORK: Text = {
  zh: '至少一个在现场或前台办事的岗位：仅有审计、管理、档案或报修人时无人能办',
  en: 'somebody who does the work: auditors, administrators, archivists and reporters do not',
};
const OWN: Text = {
  zh: '不含突发紧急的条件：突发紧急一律由他人验收',
  en: 'a row that reaches no emergency: those are accepted by somebody else',
};
const ALSO: Text = {
  zh: '不含突发紧急的条件：突发紧急由 actors 所列人员办理',
  en: 'a row that reaches no emergency: who takes its steps stands under actors',
};
const GRADES: Text = {
  zh: '自特别重大起、不间断的等级（至少 extra-major）：重大事件须有最终报告',
  en: 'grades from extra-major on without a gap: what is grave owes its final report',
};
const DRILLS: Text = {
  zh: '10 分钟至 24 小时：演练期间该设备的真实告警均按演练处理',
  en: 'from 10min to 24h: while a drill lasts, real alarms of its equipment count as an exercise',
};
const QUIET: Text = {
  zh: '优先级低于突发紧急的告警级别：突发紧急不能静默',
  en: 'a severity that is less than an emergency: those are never quiet',
};
