/** What rules may ask of the site beside samples: its zone and its calendars. */
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import { isWithinCalendar } from '../core/calendar.ts';
import type { RuleEnvironment } from './rule.ts';

export function createRuleEnvironment({ site, calendars }: SiteModel): RuleEnvironment {
  return {
    timeZone: site.timeZone,
    isWithin: (id, wallMs) => isWithinCalendar(defined(calendars.get(id), `calendar ${id}`), wallMs),
  };
}
