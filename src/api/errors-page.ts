/** The page that the `type` of every problem document points to: all codes with status and meaning. */
import { ERRORS } from '../core/errors.ts';

export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, text }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td lang="zh-CN">${escape(text.zh)}</td><td>${escape(text.en)}</td></tr>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Riser: error codes</title></head><body>',
    '<h1>Error codes 错误代码</h1><table border="1" cellpadding="6">',
    '<tr><th>code</th><th>status</th><th>含义</th><th>meaning</th></tr>',
    ...rows,
    '</table></body></html>',
  ].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
