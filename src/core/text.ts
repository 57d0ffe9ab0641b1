/** Text that people read, in both languages. Records keep both as rendered when they were made. */

export interface Text {
  readonly zh: string;
  readonly en: string;
}

export type Language = keyof Text;

/** Fills `{name}` in both languages; an unknown name stays as it is, so that a missing parameter is seen. */
export function renderText(template: Text, params: Readonly<Record<string, string | number | Text>>): Text {
  return { zh: fill(template.zh, params, 'zh'), en: fill(template.en, params, 'en') };
}

function fill(
  template: string,
  params: Readonly<Record<string, string | number | Text>>,
  language: Language,
): string {
  return template.replace(/\{([a-zA-Z][\w-]*)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'object' ? value[language] : String(value);
  });
}
