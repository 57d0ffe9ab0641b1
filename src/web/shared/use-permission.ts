/** What the person who is logged in may do. Only hides buttons: the gateway decides. */
import { useSession } from '../api/queries.ts';
import type { Permission } from '../api/types.ts';

export function usePermission(permission: Permission): boolean {
  return useSession().data?.permissions.includes(permission) ?? false;
}
