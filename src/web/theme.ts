/** Ant Design's theme for long shifts: calm surfaces, colour kept for what asks for attention. Own classes: styles/. */
import { theme as antdTheme, type ThemeConfig } from 'antd';
import type { Theme } from './settings.ts';

const FONTS =
  '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", system-ui, sans-serif';
/** Smallest height that a thumb hits, CSS px (WCAG 2.5.5). */
const PHONE_CONTROL_PX = 44;
const DESK_CONTROL_PX = 36;

/** Surfaces that styles/base.css repeats as variables. */
const SURFACES = {
  dark: {
    colorBgBase: '#10161c',
    colorBgLayout: '#0c1116',
    colorBgContainer: '#161e26',
    colorBgElevated: '#1d2730',
    colorBorder: '#384753',
    colorBorderSecondary: '#2b3843',
    colorSplit: '#2b3843',
    colorPrimaryBg: '#16303a',
    colorInfoBg: '#14252c',
    colorInfoBorder: '#24424c',
  },
  light: {
    colorBgBase: '#ffffff',
    colorBgLayout: '#eef1f4',
    colorBgContainer: '#ffffff',
    colorBgElevated: '#ffffff',
    colorBorder: '#c9d1d8',
    colorBorderSecondary: '#dde3e8',
    colorSplit: '#dde3e8',
    colorPrimaryBg: '#e2f1f4',
    colorInfoBg: '#eaf5f7',
    colorInfoBorder: '#bfdfe6',
  },
} as const;

/** @param hasMotion false for people who have asked their system for less of it */
export function toAntdTheme(theme: Theme, isPhone: boolean, hasMotion: boolean): ThemeConfig {
  return {
    algorithm: theme === 'dark' ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      ...SURFACES[theme],
      colorPrimary: theme === 'dark' ? '#3a9ab0' : '#16788f',
      colorInfo: theme === 'dark' ? '#3a9ab0' : '#16788f',
      colorTextBase: theme === 'dark' ? '#dfe7ee' : '#16202a',
      // Labels and steps to come must be readable at night: --muted of styles/base.css, above 4.5 : 1.
      colorTextTertiary: theme === 'dark' ? '#93a3b1' : '#55636f',
      colorTextDescription: theme === 'dark' ? '#93a3b1' : '#55636f',
      fontFamily: FONTS,
      borderRadius: 6,
      controlHeight: isPhone ? PHONE_CONTROL_PX : DESK_CONTROL_PX,
      controlHeightSM: isPhone ? PHONE_CONTROL_PX : 30,
      motion: hasMotion,
      motionDurationMid: '0.12s',
      motionDurationSlow: '0.16s',
    },
  };
}
