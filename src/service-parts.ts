/**
 * Joins the service around tickets with the running gateway: versions of the policy, people on duty, handovers, attachments,
 * messages. Opened before the engine, which starts with the policy in force and tells people what it decides.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createAttachments } from './attachments/attachments.ts';
import type { Attachments } from './attachments/port.ts';
import { createClosedAccounts } from './closed-accounts.ts';
import type { SiteModel } from './config/model.ts';
import type { NotifySettings } from './config/notify.ts';
import type { Policy } from './config/policy.ts';
import { toPolicyOrigin } from './config/policy-file.ts';
import { defined } from './core/assert.ts';
import type { Clock } from './core/clock.ts';
import type { Feed } from './core/feed.ts';
import type { Message } from './core/message.ts';
import type { Ticket } from './core/ticket.ts';
import type { EnginePeople } from './engine/context.ts';
import type { Engine } from './engine/engine.ts';
import { createEnginePeople } from './engine-people.ts';
import { type Handovers, openHandovers } from './handover/handovers.ts';
import type { HandoverSources } from './handover/port.ts';
import type { InboxAnnouncement } from './notify/inbox.ts';
import { createChannels, toChannelRules } from './notify/index.ts';
import { NOTIFY_LIMITS } from './notify/limits.ts';
import type { Recipient } from './notify/notifier.ts';
import { createOutbox, type Outbox } from './notify/outbox.ts';
import { toDropReason } from './notify/still-true.ts';
import { createToMessages, type ToMessages } from './notify/to-messages.ts';
import type { DutyView } from './people/duty.ts';
import { type DutyBoard, openDutyBoard, RELOAD_MS, type SwapChange } from './people/duty-board.ts';
import { toToldNames } from './people/told-gaps.ts';
import { openPolicies, type Policies } from './policies/policies.ts';
import type { PolicyVersionRow, Store } from './store/store.ts';
import { createSwapTeller } from './swap-teller.ts';

export interface ServicePartsOptions {
  /** With the policy as its file has it. */
  readonly model: SiteModel;
  readonly notify: NotifySettings;
  readonly version: string;
  readonly store: Store;
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policyChanges: Feed<PolicyVersionRow>;
  readonly announcements: Feed<InboxAnnouncement>;
  /** User name of whoever has just opened a page. */
  readonly pages: Feed<string>;
  /** What a handover lists, as it stands when it is asked for. */
  readonly handoverSources: () => Promise<HandoverSources>;
}

export interface ServiceParts {
  readonly policies: Policies;
  readonly board: DutyBoard;
  readonly handovers: Handovers;
  readonly attachments: Attachments;
  /** Of the policy that new tickets are opened under. */
  policy(): Policy;
  /** For the engine. */
  readonly toMessages: ToMessages;
  readonly people: EnginePeople;
  /** The engine runs: messages are sent from now on, an approved policy is in force at once. */
  start(
    engine: Engine,
    boot: readonly Message[],
    usePolicy: (policy: Policy) => Promise<void>,
  ): Promise<void>;
  accept(messages: readonly Message[]): void;
  outbox(): ReturnType<Outbox['status']> | null;
  /** Before the store is closed. */
  stop(): Promise<void>;
}

/** @throws RiserError `store-failed` */
export async function openServiceParts(options: ServicePartsOptions): Promise<ServiceParts> {
  const { model, store, clock, log, notify } = options;
  const policies = await openPolicies({
    file: model.policy,
    origin: defined(toPolicyOrigin(model.policy), 'a policy that was read from its file'),
    store,
    clock,
    log,
    onChange: (row) => options.policyChanges.publish(row),
    heldSteps: (policy) => board.heldSteps(policy, hasOwners(model)),
  });
  let onStaff: ((view: DutyView) => void) | null = null;
  let onSwap: ((change: SwapChange) => void) | null = null;
  const board = await openDutyBoard({
    store,
    clock,
    createId: randomUUID,
    site: () => toDutySite(model, policies.inForce().policy),
    onChange: (view) => onStaff?.(view),
    onSwap: (change) => onSwap?.(change),
  });
  const handovers = await openHandovers({
    store,
    clock,
    createId: randomUUID,
    sources: options.handoverSources,
  });
  const attachments = await startAttachments(options);
  // Before the engine runs: from its first commit on the sender counts by itself.
  const failedBefore = await store.queries.messagesFailedSince(
    clock.now().wallMs - NOTIFY_LIMITS.failedWindowMs,
  );
  const duty = (): DutyView => board.view();
  let outbox: Outbox | null = null;
  let reloading: NodeJS.Timeout | null = null;
  const endPages = options.pages.subscribe((username) => outbox?.hurry(username));
  return {
    policies,
    board,
    handovers,
    attachments,
    policy: () => policies.inForce().policy,
    toMessages: createToMessages({
      duty,
      channels: toChannelRules(notify),
      ownerOf: (ticket) => toOwner(model, ticket),
      timeZone: model.site.timeZone,
    }),
    people: createEnginePeople(duty, model.site.timeZone),
    async start(engine, boot, usePolicy) {
      outbox = startOutbox(options, engine, duty, failedBefore);
      outbox.accept(boot);
      outbox.start();
      policies.follow(usePolicy);
      onStaff = createClosedAccounts(engine, log);
      onStaff(board.view());
      onSwap = createSwapTeller(engine, board, log);
      reloading = startReloads(board, log);
    },
    accept: (messages) => outbox?.accept(messages),
    outbox: () => outbox?.status() ?? null,
    async stop() {
      if (reloading !== null) clearInterval(reloading);
      onStaff = null;
      onSwap = null;
      endPages();
      await outbox?.stop();
      await attachments.stop();
    },
  };
}

async function startAttachments({
  dataDirectory,
  store,
  clock,
  log,
}: ServicePartsOptions): Promise<Attachments> {
  const attachments = createAttachments({
    directory: dataDirectory,
    known: async (ids) =>
      (await store.queries.knownAttachments(ids)).union(await store.queries.commissioningPhotos(ids)),
    wallMs: () => clock.now().wallMs,
    onSweepFailed: (error) => log.warn({ err: error }, 'attachments without a ticket could not be swept'),
  });
  await attachments.start();
  return attachments;
}

/** What another process has changed of people and duty is seen. */
function startReloads(board: DutyBoard, log: Logger): NodeJS.Timeout {
  const reload = (): void =>
    void board
      .reload()
      .catch((error: unknown) => log.warn({ err: error }, 'staff and roster could not be read again'));
  return setInterval(reload, RELOAD_MS);
}

function toDutySite(model: SiteModel, policy: Policy) {
  const { site, calendars, locations } = model;
  return {
    timeZone: site.timeZone,
    calendars: new Map([...policy.calendars, ...calendars]),
    parents: new Map([...locations].map(([id, { parent }]) => [id, parent])),
    told: toToldNames(policy),
    steps: { policy, hasOwners: hasOwners(model) },
  };
}

/** Whoever accepts the work on an equipment is named there. */
function hasOwners({ equipment }: SiteModel): boolean {
  return [...equipment.values()].every(({ responsible }) => responsible !== null);
}

function toOwner(model: SiteModel, { equipment }: Ticket): string | null {
  return equipment === null ? null : (model.equipment.get(equipment)?.responsible ?? null);
}

function startOutbox(
  { notify, clock, log, version, announcements }: ServicePartsOptions,
  engine: Engine,
  duty: () => DutyView,
  failedBefore: readonly Message[],
): Outbox {
  const channels = createChannels({
    settings: notify,
    clock,
    announce: (announcement) => announcements.publish(announcement),
    linkTo: ({ ticket, feedback }) =>
      feedback !== undefined ? `/duty/feedback/${feedback}` : ticket === null ? null : `/tickets/${ticket}`,
    userAgent: `Riser/${version}`,
  });
  return createOutbox({
    channels,
    port: engine,
    clock,
    log,
    toRecipient: (id, channel) => toRecipient(duty(), id, channel, clock.now().wallMs),
    toDropReason: (message) =>
      toDropReason(message, {
        ticket: (id) => engine.ticket(id),
        feedback: (id) => engine.feedback(id),
      }),
    failedBefore,
  });
}

function toRecipient(duty: DutyView, id: string, _channel: string, atMs: number): Recipient | null {
  const person = duty.person(id, atMs);
  if (person === null) return null;
  const { username, name, language, ways } = person;
  return { id: username, name: name[language], language, addresses: ways.map(({ address }) => address) };
}
