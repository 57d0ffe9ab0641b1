/**
 * Duty counted minute by minute, straight from the words: a shift begins in the first minute in which the clock on the
 * wall shows its beginning or later, and ends in the first that shows its end or later. Shares nothing with src/people.
 */
import type { Assignment, Post, Roster } from '../../src/core/duty.ts';

const MINUTE_MS = 60_000;

export interface Window {
  readonly fromMs: number;
  /** What the wall shows in each minute from `fromMs` on: `2026-11-28 03:00`. */
  readonly wall: readonly string[];
}

export function createWindow(timeZone: string, fromMs: number, days: number): Window {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const wall = Array.from({ length: days * 1440 }, (_, minute) => format.format(fromMs + minute * MINUTE_MS));
  return { fromMs, wall };
}

export interface NaiveEntry {
  readonly assignment: Assignment;
  readonly post: Post;
  /** Indexes of minutes, the second excluded. */
  readonly from: number;
  readonly to: number;
}

export function toNaiveEntries(roster: Roster, { wall }: Window): readonly NaiveEntry[] {
  const firstAt = (text: string): number => {
    const found = wall.findIndex((shown) => shown >= text);
    return found < 0 ? wall.length : found;
  };
  return roster.assignments.flatMap((assignment) => {
    const shift = roster.shifts.find(({ id }) => id === assignment.shift);
    const post = roster.posts.find(({ id }) => id === assignment.post);
    if (shift === undefined || post === undefined) return [];
    const [from, to] = [shift.from, shift.to <= shift.from ? shift.to + 1440 : shift.to].map((minute) =>
      firstAt(`${toDate(assignment.date, Math.floor(minute / 1440))} ${toClock(minute % 1440)}`),
    );
    return [{ assignment, post, from: from ?? 0, to: to ?? 0 }];
  });
}

function toDate(date: string, days: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
}

function toClock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
