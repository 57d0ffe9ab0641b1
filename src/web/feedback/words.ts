/** Choices of the forms, in the order in which people look for them; their texts are in locales/. */
export const SOURCES = [
  'desk',
  'call',
  'visit',
  'survey',
  'letter',
  'suggestion-box',
  'meeting',
  'return-visit',
  'other',
] as const;
export const CHANNELS = ['in-person', 'phone', 'paper', 'online'] as const;
export const SUBJECTS = [
  'repairs',
  'facilities',
  'security',
  'cleaning',
  'greenery',
  'parking',
  'desk',
  'fees',
  'other',
] as const;
export const WAYS = ['in-person', 'phone', 'letter', 'notice'] as const;
export const PRIORITIES = ['normal', 'urgent', 'emergency'] as const;
/** core/limits.ts `textChars`. */
export const MAX_TEXT_CHARS = 4_000;
/** core/limits.ts `shortTextChars`. */
export const MAX_LINE_CHARS = 200;
