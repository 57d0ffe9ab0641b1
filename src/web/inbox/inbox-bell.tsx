/**
 * The bell of the shell: how many messages nobody has looked at, and each one shown as it arrives. What rings until somebody
 * looks is the siren's (shell/siren.tsx).
 */
import BellOutlined from '@ant-design/icons/BellOutlined';
import { App, Badge, Button } from 'antd';
import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { isUnread, useInbox } from '../api/message-queries.ts';
import type { LiveEvents } from '../api/types.ts';
import { onMessage } from '../live/message-feed.ts';
import { useSettings } from '../settings.ts';
import { useFormat } from '../shared/use-format.ts';
import { playSignal } from '../sound.ts';

const SHOWN_S = 10;

export function InboxBell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const inbox = useInbox().data;
  const unread = inbox?.items.filter(isUnread).length ?? 0;
  useArrivals();
  return (
    <Badge count={unread} size="small" offset={[-6, 8]}>
      <Button
        type="text"
        icon={<BellOutlined />}
        aria-label={t('inbox.title')}
        title={t('inbox.title')}
        data-testid="nav-inbox"
        data-unread={unread}
        onClick={() => void navigate('/inbox')}
      />
    </Badge>
  );
}

/** The chime of what is not an emergency; a muted page rings nothing. */
function useArrivals(): void {
  const { isMuted } = useSettings();
  const show = useShow();
  const receive = useEffectEvent((arrival: LiveEvents['message']) => {
    show(arrival);
    if (arrival.sound === 'chime' && !isMuted) playSignal('normal');
  });
  useEffect(() => onMessage((arrival) => receive(arrival)), []);
}

function useShow(): (arrival: LiveEvents['message']) => void {
  const format = useFormat();
  const navigate = useNavigate();
  const { notification } = App.useApp();
  return ({ sound, message }) => {
    if (sound === 'none') return;
    notification.open({
      key: message.id,
      title: format.text(message.subject),
      description: <span className="prewrap">{format.text(message.body)}</span>,
      duration: sound === 'siren' ? 0 : SHOWN_S,
      className: sound === 'siren' ? 'notification-life-safety' : 'notification-message',
      onClick: () => {
        notification.destroy(message.id);
        void navigate(message.ticket === null ? '/inbox' : `/tickets/${message.ticket}`);
      },
    });
  };
}
