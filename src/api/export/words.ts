/** The words of an exported file, as the building-services trade says them. */
export type Language = 'zh' | 'en';

export const WORDS = {
  zh: {
    time: '时间',
    utcMs: 'UTC 毫秒',
    point: '点位',
    equipment: '设备',
    name: '名称',
    value: '数值',
    state: '状态',
    unit: '单位',
    quality: '品质',
    mean: '平均值',
    min: '最小值',
    max: '最大值',
    last: '末值',
    count: '读数个数',
    sheet: '历史数据',
    incomplete: '数据不完整',
    tooManyRows: '行数超出工作簿上限，请缩短时间段或改用 CSV',
  },
  en: {
    time: 'time',
    utcMs: 'UTC ms',
    point: 'point',
    equipment: 'equipment',
    name: 'name',
    value: 'value',
    state: 'state',
    unit: 'unit',
    quality: 'quality',
    mean: 'mean',
    min: 'min',
    max: 'max',
    last: 'last',
    count: 'readings',
    sheet: 'History',
    incomplete: 'incomplete',
    tooManyRows: 'more rows than a workbook holds; choose a shorter range, or CSV',
  },
} as const satisfies Record<Language, Readonly<Record<string, string>>>;

/** The language that `Accept-Language` likes best of the two; without any of them Chinese. */
export function toLanguage(accepted: string | undefined): Language {
  const wanted = (accepted ?? '').split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const weight = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find((one) => one !== undefined);
    return { tag, weight: weight === undefined ? 1 : Number(weight) };
  });
  const weigh = (language: Language): number =>
    Math.max(
      0,
      ...wanted
        .filter(({ tag }) => tag === language || tag.startsWith(`${language}-`))
        .map(({ weight }) => weight),
    );
  return weigh('en') > weigh('zh') ? 'en' : 'zh';
}
