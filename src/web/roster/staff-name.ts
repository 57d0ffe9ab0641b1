/** Names of colleagues for their user names; a name that is not in the list stands as it is. */
import { useStaff } from '../api/people-queries.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';

export function useStaffName(): (username: string) => string {
  const format = useFormat();
  const toName = usePersonName();
  const staff = useStaff().data?.items;
  return (username) => {
    const member = staff?.find((candidate) => candidate.username === username);
    return member === undefined ? toName(username) : format.text(member.displayName);
  };
}
