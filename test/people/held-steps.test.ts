/** A step that the policy demands and that no account may take is said where policies are judged and gaps are listed. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { ROLE_NAMES, type Role } from '../../src/core/roles.ts';
import { findHeldSteps } from '../../src/people/held-steps.ts';
import type { StaffMember } from '../../src/people/staff-book.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { member } from './fixtures.ts';

const all = (...except: readonly Role[]): readonly StaffMember[] =>
  ROLE_NAMES.filter((role) => !except.includes(role)).map((role) => member(`the-${role}`, [role]));
const find = (policy: Policy, people: readonly StaffMember[], hasOwners = false) =>
  findHeldSteps(policy, new Map(people.map((one) => [one.username, one])), hasOwners);

describe('a step that nobody can take', () => {
  test('is named with its role: the acceptance of a hospital without an area manager', () => {
    const held = find(hospitalPolicy, all('area-manager'));
    expect(held.map(({ step, roles }) => [step, roles])).toEqual([['accept', ['area-manager']]]);
    expect(held[0]?.text.zh).toContain('“已验收”（accept）无人可办理：没有启用的账号具有“区域责任人”角色');
    expect(held[0]?.text.en).toContain('no active account holds: Area responsible person');
  });

  test('is none where an account is there, or all equipment has an owner', () => {
    expect(find(hospitalPolicy, all())).toEqual([]);
    expect(find(hospitalPolicy, all('area-manager'), true)).toEqual([]);
    expect(find(defaultPolicy, all())).toEqual([]);
  });

  test('is one again when the only account is disabled', () => {
    const people = [...all('area-manager'), member('guo', ['area-manager'], { isDisabled: true })];
    expect(find(hospitalPolicy, people).map(({ step }) => step)).toEqual(['accept']);
  });

  test('names all steps that wait for a role, in the order of the path', () => {
    const held = find(defaultPolicy, all('desk', 'duty', 'archivist', 'owner-service'));
    expect(held.map(({ step }) => step)).toEqual(['agree', 'close', 'archive']);
  });

  test('is not looked for before there are accounts', () => {
    expect(find(hospitalPolicy, [])).toEqual([]);
  });
});
