/**
 * Changes of the rules that the loader adds (`offline`, `…-bad-data`): how soon, how urgent, when, by whom. What they judge
 * cannot be changed, and silence is always an alarm.
 */
import Type, { type Static } from 'typebox';
import { didYouMean, type Problems, quote } from '../config/problems.ts';
import { closed } from '../config/schema.ts';
import type { Located } from '../config/source.ts';
import { validate } from '../config/validate.ts';
import { Id, LongTextSchema, oneOf, TextSchema } from '../config/words.ts';
import { toId } from '../core/ids.ts';
import { KINDS } from '../core/kinds.ts';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { TICKET_CLASS_NAMES } from '../core/ticket.ts';
import type { FaultKindTexts } from './fault-kinds.ts';
import { mergeChange } from './merge.ts';
import type { Unit } from './profile.ts';
import { type ChangeContext, type RuleChange, splitChange } from './rule-change.ts';
import { checkCalendar } from './rule-checks.ts';
import { type RuleTemplate, withVersion } from './rules.ts';
import { ruleProperties } from './schema.ts';

const DerivedSchema = closed({
  severity: oneOf(SEVERITY_NAMES.filter((name) => name !== 'life-safety')),
  text: TextSchema,
  guidance: Type.Optional(LongTextSchema),
  class: oneOf(TICKET_CLASS_NAMES),
  faultKind: Id,
  onDelayMs: ruleProperties.onDelayMs,
  offDelayMs: ruleProperties.offDelayMs,
  unknownHoldMs: ruleProperties.unknownHoldMs,
  ticket: Type.Boolean(),
  calendar: Type.Optional(Id),
  latch: Type.Boolean(),
  reAlarmMs: ruleProperties.reAlarmMs,
});
type DerivedEntry = Static<typeof DerivedSchema>;

/** The unit with one of its derived rules changed or switched off; the unit itself when something is wrong. */
export function changeDerived(unit: Unit, change: RuleChange, context: ChangeContext): Unit {
  const { problems } = context;
  const { at } = change;
  const before = unit.rules.find(({ id }) => id === change.rule);
  if (before === undefined) {
    const known = unit.rules.map(({ id }) => id);
    const found = `${quote(change.rule)}${didYouMean(change.rule, known)}`;
    problems.add(at.source, [...at.path, 'id'], 'a rule of this equipment', found);
    return unit;
  }
  const known = problems.count;
  const split = splitChange(change, problems);
  if (split === null) return unit;
  const merged = { ...at, value: mergeChange({ ...toEntry(before) }, split.properties) };
  const entry = validate(DerivedSchema, merged, { problems, env: null });
  if (entry === null) return unit;
  checkCalendar(entry.calendar, ['calendar'], { ...context, at });
  const isOn = split.isOn ?? true;
  if (before.type === 'offline' && !isOn) {
    const expected = 'true (a silent device is always an alarm)';
    problems.add(at.source, [...at.path, 'enabled'], expected, 'false');
  } else if (KINDS[unit.kind].isLifeSafety) checkGuarded(before, entry, isOn, at, problems);
  if (problems.count > known) return unit;
  const rules = unit.rules.flatMap((rule) => {
    if (rule !== before) return [rule];
    return isOn ? [toTemplate(before, entry, unit.faultKinds)] : [];
  });
  return { ...unit, rules };
}

/** While its data is missing no alarm of life safety can come from it. */
function checkGuarded(
  before: RuleTemplate,
  entry: DerivedEntry,
  isOn: boolean,
  { source, path }: Located,
  problems: Problems,
): void {
  const report = (key: string, expected: string, found: string): void =>
    problems.add(source, [...path, key], `${expected} (equipment of life safety)`, found);
  if (!isOn) report('enabled', 'true', 'false');
  if (entry.calendar !== undefined) report('calendar', 'nothing', quote(entry.calendar));
  if (!entry.ticket) report('ticket', 'true', 'false');
  if (SEVERITY_NAMES.indexOf(entry.severity) > SEVERITY_NAMES.indexOf(before.severity)) {
    report('severity', `at least ${before.severity}`, quote(entry.severity));
  }
}

function toEntry(rule: RuleTemplate): DerivedEntry {
  return {
    severity: rule.severity as DerivedEntry['severity'],
    text: rule.text,
    ...(rule.guidance !== null && { guidance: rule.guidance }),
    class: rule.class,
    faultKind: rule.faultKind,
    onDelayMs: rule.onDelayMs,
    offDelayMs: rule.offDelayMs,
    unknownHoldMs: rule.unknownHoldMs,
    ticket: rule.opensTicket,
    ...(rule.calendar !== null && { calendar: rule.calendar }),
    latch: rule.isLatching,
    ...(rule.reAlarmMs !== null && { reAlarmMs: rule.reAlarmMs }),
  };
}

function toTemplate(before: RuleTemplate, entry: DerivedEntry, faultKinds: FaultKindTexts): RuleTemplate {
  const { ticket, latch, calendar, guidance, reAlarmMs, ...same } = entry;
  const { version: _version, ...rest } = before;
  return withVersion({
    ...rest,
    ...same,
    // A kind of its own that the profile does not name is called as the rule is.
    faultKindText:
      entry.faultKind === before.faultKind
        ? before.faultKindText
        : (faultKinds.get(entry.faultKind) ?? entry.text),
    guidance: guidance ?? null,
    calendar: calendar === undefined ? null : toId(calendar),
    reAlarmMs: reAlarmMs ?? null,
    opensTicket: ticket,
    isLatching: latch,
  });
}
