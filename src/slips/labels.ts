/**
 * Labels on the equipment (service-workflow.md §1, "QR code = on site"): `/r/{equipment}?k={key}`. The key is an HMAC of the equipment
 * with the secret of this installation, so that only who has stood before the label knows it: ids stand on every page. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type EquipmentId, ID_PATTERN, isId, toId } from '../core/ids.ts';
import type { LabelPort } from './port.ts';

/** 64 bits: beyond guessing over a network, and the code stays coarse enough for a phone in a plant room. */
const KEY_CHARS = 16;
const ID = ID_PATTERN.slice(1, -1);
/** `…/r/pump-1?k=…`, or the page that it leads to, `…/report?equipment=pump-1&k=…`. */
const LABEL = new RegExp(
  `(?:^|/)(?:r/(?<id>${ID})/?\\?(?:[^#]*&)?|report\\?equipment=(?<of>${ID})&(?:[^#]*&)?)k=(?<key>[0-9a-f]{${KEY_CHARS}})(?:[&#].*)?$`,
);

/** @param secret of the installation (store/label-secret.ts) */
export function createLabels(secret: string): LabelPort {
  const toKey = (equipment: EquipmentId): string =>
    createHmac('sha256', secret).update(`label/${equipment}`).digest('hex').slice(0, KEY_CHARS);
  return {
    pathOf: (equipment) => `/r/${equipment}?k=${toKey(equipment)}`,
    read(code) {
      const { id, of, key = '' } = LABEL.exec(code.trim())?.groups ?? {};
      const named = id ?? of ?? '';
      if (!isId(named)) return null;
      const own = toKey(toId(named));
      return timingSafeEqual(Buffer.from(own), Buffer.from(key)) ? toId(named) : null;
    },
    withoutKey: (code) => code.replace(/([?&])k=[^&#]*/g, '$1'),
  };
}
