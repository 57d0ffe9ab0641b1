/** Joins the live stream to the query cache for as long as somebody is logged in, and shows its state to the page. */
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from 'react';
import { keys } from '../api/queries.ts';
import { createEventHandler } from './cache.ts';
import { createLiveConnection, type LiveConnection, type LiveState } from './connection.ts';

const LiveContext = createContext<LiveConnection | null>(null);
const EVENTS_URL = '/api/v1/events';

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const [connection] = useState(() =>
    createLiveConnection({
      url: EVENTS_URL,
      onEvent: createEventHandler(client),
      // A stream cannot say "401"; the session query can, and its null leads to the login page.
      onBroken: () => void client.invalidateQueries({ queryKey: keys.session }),
    }),
  );
  useEffect(() => {
    connection.start();
    return () => connection.stop();
  }, [connection]);
  return <LiveContext value={connection}>{children}</LiveContext>;
}

/** State of the stream; call it below a LiveProvider. */
export function useLiveState(): LiveState {
  const connection = use(LiveContext);
  if (connection === null) throw new Error('useLiveState stands outside of LiveProvider');
  return useSyncExternalStore(connection.subscribe, connection.getState);
}
