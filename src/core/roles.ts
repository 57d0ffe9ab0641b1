/** The closed list of roles. What each may do is people/permissions.ts. */

export const ROLE_NAMES = ['admin', 'supervisor', 'desk', 'engineer'] as const;
export type Role = (typeof ROLE_NAMES)[number];
