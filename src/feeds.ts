/** The typed feeds between the parts; app.ts says who publishes and who follows. */
import type { ApiServices } from './api/services.ts';
import type { AlarmControlEvent, AlarmEvent, StormEvent } from './core/alarm.ts';
import { createFeed } from './core/feed.ts';
import type { LinkStatus } from './core/link.ts';
import type { ReadingBatch } from './core/reading.ts';
import type { TicketEvent } from './core/ticket.ts';
import type { IncidentEvent } from './incidents/step.ts';
import type { InboxAnnouncement } from './notify/inbox.ts';
import type { PolicyVersionRow, RuleChangeRow } from './store/store.ts';

export type Feeds = ApiServices['feeds'];

export function createFeeds(): Feeds {
  return {
    readings: createFeed<ReadingBatch>(),
    links: createFeed<LinkStatus>(),
    alarms: createFeed<AlarmEvent>(),
    controls: createFeed<AlarmControlEvent>(),
    storms: createFeed<StormEvent>(),
    ruleChanges: createFeed<RuleChangeRow>(),
    tickets: createFeed<TicketEvent>(),
    incidents: createFeed<IncidentEvent>(),
    policies: createFeed<PolicyVersionRow>(),
    inbox: createFeed<InboxAnnouncement>(),
    pages: createFeed<string>(),
  };
}
