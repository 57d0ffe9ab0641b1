/** Longest texts that the API takes (core/limits.ts `textChars` and `shortTextChars`). */
export const MAX_TEXT_CHARS = 4_000;
export const MAX_LINE_CHARS = 200;
