/** The shortest policy that is one: every part that a file must have, once. Reads ten times as fast as a shipped one. */
import { TRANSITION_NAMES } from '../../../src/config/policy-words.ts';

export const SMALL_POLICY = `version: 2
name: { zh: 小, en: Small }
calendars: [{ id: work, name: { zh: 班, en: Work }, week: { mon-fri: ["09:00-17:00"] } }]
priorityOf: { life-safety: emergency, high: urgent, medium: normal, low: normal }
priorityFrom: [{ class: [fire], priority: emergency }, { class: [help], kind: lift, priority: emergency }]
flowFrom: [{ match: { source: [owner-call] }, flow: daily }, { flow: public-area }]
attendanceFrom: [{ attendance: immediate }]
paths:
  - { match: { priority: [emergency] }, stages: [received, recorded, on-site, done, accepted, closed, archived] }
  - { match: { flow: [daily] }, stages: [received, recorded, agreed, done, closed, archived] }
  - { stages: [received, recorded, dispatched, done, closed, archived], optional: [dispatched] }
forms: [{ id: short, name: { zh: 短, en: Short }, match: {}, transitions: [done, close] }]
actors: { ${TRANSITION_NAMES.map((name) => `${name}: [desk]`).join(', ')} }
guards: [{ transition: done, fields: [result], rule: { zh: 结果, en: Result } }]
clocks:
  - id: all
    name: { zh: 全程, en: All }
    start: [received]
    stop: [done]
    limits: [{ match: { isDifficult: true }, limit: 7d }, { limit: 8h, calendar: work }]
report: { recipients: [{ role: leader, when: at-once }, { role: manager, when: { unanswered: 2min } }] }
escalation: { unanswered: 5min, ladder: [{ role: supervisor, after: 0 }], breach: supervisor }
incidents: { from: [{ priority: [emergency] }], majorGrades: [extra-major] }
staff: { approvers: [desk], waitApprovers: [desk] }
`;
