/** Language, theme and sound: what this browser remembers. */
import MoonOutlined from '@ant-design/icons/MoonOutlined';
import MutedOutlined from '@ant-design/icons/MutedOutlined';
import SoundOutlined from '@ant-design/icons/SoundOutlined';
import SunOutlined from '@ant-design/icons/SunOutlined';
import WarningOutlined from '@ant-design/icons/WarningOutlined';
import { Button, Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { changeSettings, useSettings } from '../settings.ts';
import { unlockSound, useIsSoundBlocked } from '../sound.ts';

export function LanguageSwitch() {
  const { t } = useTranslation();
  const { language } = useSettings();
  return (
    <Button
      type="text"
      aria-label={t('shell.languageLabel')}
      data-testid="language-switch"
      onClick={() => changeSettings({ language: language === 'zh' ? 'en' : 'zh' })}
    >
      {t('shell.language')}
    </Button>
  );
}

export function ThemeSwitch() {
  const { t } = useTranslation();
  const { theme } = useSettings();
  const isDark = theme === 'dark';
  return (
    <IconButton
      label={isDark ? t('shell.themeLight') : t('shell.themeDark')}
      icon={isDark ? <SunOutlined /> : <MoonOutlined />}
      testId="theme-switch"
      onClick={() => changeSettings({ theme: isDark ? 'light' : 'dark' })}
    />
  );
}

/** Muted, sounding, or blocked by the browser: the third must not look like the second. */
export function SoundSwitch() {
  const { t } = useTranslation();
  const { isMuted } = useSettings();
  const isBlocked = useIsSoundBlocked();
  if (isBlocked && !isMuted) {
    return (
      <IconButton
        label={t('shell.soundBlocked')}
        icon={<WarningOutlined className="attention" />}
        testId="sound-switch"
        onClick={() => void unlockSound()}
      />
    );
  }
  return (
    <IconButton
      label={isMuted ? t('shell.unmute') : t('shell.mute')}
      icon={isMuted ? <MutedOutlined className="attention" /> : <SoundOutlined />}
      testId="sound-switch"
      onClick={() => changeSettings({ isMuted: !isMuted })}
    />
  );
}

interface IconButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly testId: string;
  readonly onClick: () => void;
}

function IconButton({ label, icon, testId, onClick }: IconButtonProps) {
  return (
    <Tooltip title={label}>
      <Button type="text" aria-label={label} icon={icon} data-testid={testId} onClick={onClick} />
    </Tooltip>
  );
}
