/** What the list of tickets is narrowed by, where it begins by its address, and whether the gateway must be asked for it. Pure. */

export interface TicketFilters {
  readonly state: 'open' | 'closed' | 'all';
  /** '' = all, here and below. */
  readonly text: string;
  readonly class: string;
  readonly stage: string;
  readonly priority: string;
  /** Id; '' = all. */
  readonly equipment: string;
  readonly isMine: boolean;
  /** Of what is listed; the clocks run on the page. */
  readonly isOverdue: boolean;
}

export const NO_FILTER: TicketFilters = {
  state: 'open',
  text: '',
  class: '',
  stage: '',
  priority: '',
  equipment: '',
  isMine: false,
  isOverdue: false,
};

/** Whether the gateway must be asked for it. */
export function isNarrowed(filters: TicketFilters): boolean {
  const { text, class: ticketClass, stage, priority, equipment, isMine } = filters;
  return isMine || [text, ticketClass, stage, priority, equipment].some((value) => value.trim() !== '');
}

/** `?equipment=pump-1&state=closed`: all tickets of one equipment, as its page and the past repairs of a ticket lead here. */
export function toFirstFilters(search: URLSearchParams): TicketFilters {
  const state = (['open', 'closed', 'all'] as const).find((value) => value === search.get('state'));
  return { ...NO_FILTER, equipment: search.get('equipment') ?? '', ...(state !== undefined && { state }) };
}
