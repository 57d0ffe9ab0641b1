/** The table of simulated models. A new model is one file in this folder and one line here. */
import { boosterSet } from './booster-set.ts';
import type { DeviceModel } from './device.ts';
import { sump } from './sump.ts';

/** Key: `model` of a scenario's device; the same name as the profile that reads it. */
export const DEVICE_MODELS: ReadonlyMap<string, DeviceModel> = new Map([
  ['generic-booster-2p', boosterSet],
  ['generic-sump-2p', sump],
]);
