/** A place in the roster as people say it: day, post, shift. */
import type { Roster } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';

interface Slot {
  readonly date: string;
  readonly post: string;
  readonly shift: string;
}

/** What the roster does not know any more stands by its id. */
export function useSlotText(roster: Roster): (slot: Slot) => string {
  const format = useFormat();
  return ({ date, post, shift }) => {
    const postName = roster.posts.find(({ id }) => id === post)?.name;
    const shiftName = roster.shifts.find(({ id }) => id === shift)?.name;
    const words = [postName, shiftName].map((name, at) =>
      name === undefined ? (at === 0 ? post : shift) : format.text(name),
    );
    return [date, ...words].join(' ');
  };
}
