/** What the decision loop asks of people, answered by the roster and the staff as they stand (people/): joined for the engine. */
import { KINDS } from './core/kinds.ts';
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
      if (view.book.staff.has(name)) return name;
      return view.membersOf(name, atMs, near).find(({ standing }) => standing === 'duty')?.username ?? null;
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
