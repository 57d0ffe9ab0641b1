/** One commissioned equipment with its points, as every step on it is answered. */
import { RiserError } from '../core/errors.ts';
import { type EquipmentId, toId } from '../core/ids.ts';
import { toCommissionView, toPointView } from './commissioning-schema.ts';
import { NOUNS } from './nouns.ts';
import type { ApiServices } from './services.ts';

/** @throws RiserError `not-found` */
export function toDetail({ commissioning }: Pick<ApiServices, 'commissioning'>, id: string) {
  const found = commissioning.equipment(toId<EquipmentId>(id));
  if (found === null) throw new RiserError('not-found', { what: NOUNS.commissioning });
  return {
    commission: toCommissionView(found),
    points: commissioning.points(toId<EquipmentId>(id)).map(toPointView),
  };
}
