/** What this browser remembers: language, theme, muted sound. Nothing of the site and no session. */
import { useSyncExternalStore } from 'react';
import type { Language } from '../core/text.ts';

export type Theme = 'light' | 'dark';

export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
  readonly isMuted: boolean;
}

const STORAGE_KEY = 'riser.settings';
const listeners = new Set<() => void>();
let stored = read();
let current = resolve(stored);

export function getSettings(): Settings {
  return current;
}

/** Takes effect at once and is kept for the next visit, where the browser allows storage. */
export function changeSettings(change: Partial<Settings>): void {
  stored = { ...stored, ...change };
  current = resolve(stored);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(stored));
  } catch {
    // Private windows may refuse storage; the setting then holds until the page is closed.
  }
  for (const listener of listeners) listener();
}

/** @returns a function that ends the subscription. */
export function subscribeSettings(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSettings(): Settings {
  return useSyncExternalStore(subscribeSettings, getSettings);
}

function resolve(values: Partial<Settings>): Settings {
  const prefersLight = window.matchMedia('(prefers-color-scheme: light)').matches;
  return {
    language: values.language ?? 'zh',
    theme: values.theme ?? (prefersLight ? 'light' : 'dark'),
    isMuted: values.isMuted ?? false,
  };
}

function read(): Partial<Settings> {
  try {
    return parse(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}'));
  } catch {
    return {};
  }
}

function parse(value: unknown): Partial<Settings> {
  if (typeof value !== 'object' || value === null) return {};
  const raw = value as Record<string, unknown>;
  return {
    ...((raw['language'] === 'zh' || raw['language'] === 'en') && { language: raw['language'] }),
    ...((raw['theme'] === 'light' || raw['theme'] === 'dark') && { theme: raw['theme'] }),
    ...(typeof raw['isMuted'] === 'boolean' && { isMuted: raw['isMuted'] }),
  };
}
