/** What the decision loop asks of people, answered by the roster and the staff as they stand (people/): joined for the engine. */
import { KINDS } from './core/kinds.ts';
import { isRole } from './core/roles.ts';
import type { AssigneeQuestion, EnginePeople } from './engine/context.ts';
import { chooseAssignee, type TicketFacts, toFirstReceiver } from './people/assignee.ts';
import type { DutyView } from './people/duty.ts';
import { isKnownAs } from './people/naming.ts';
import { toLocalDate } from './people/shift-time.ts';
import { holdsOn } from './people/staff-book.ts';

/** @param duty as it stands: asked anew with every question @param timeZone of the site: certificates hold for local days */
export function createEnginePeople(duty: () => DutyView, timeZone: string): Required<EnginePeople> {
  return {
    firstReceiver: (atMs) => toFirstReceiver(duty(), atMs),
    onDuty: (name, atMs, near) => {
      const view = duty();
      if (!isRole(name) && view.book.staff.has(name)) return name;
      const members = view.membersOf(name, atMs, near);
      const there = ['duty', 'standby'].map((standing) => members.filter((one) => one.standing === standing));
      const best = there.find((some) => some.length > 0) ?? [];
      // An account that is named like its role, and is there, is whoever was meant.
      return (best.find(({ username }) => username === name) ?? best[0])?.username ?? null;
    },
    propose: (question) => {
      const { atMs, policy, openLoad } = question;
      return chooseAssignee(toFacts(question), duty(), openLoad, policy, { atMs, timeZone });
    },
    certificateState: (username, certificate, atMs) => {
      const member = duty().book.staff.get(username);
      return member === undefined ? null : holdsOn(member, certificate, toLocalDate(timeZone, atMs));
    },
    isKnown: (name, as, atMs, { staff }) => isKnownAs(duty(), name, as, atMs, staff),
  };
}

function toFacts({ kind, location, routed, settings, isLifeSafety }: AssigneeQuestion): TicketFacts {
  const system = kind === null ? null : KINDS[kind].system;
  return { kind, system, location, assignee: routed, settings, isLifeSafety };
}
