/** The table of simulated models. A new model is one file in this folder and one line here. */
import { accessController } from './access-controller.ts';
import { boosterSet } from './booster-set.ts';
import { climate } from './climate.ts';
import type { DeviceModel } from './device.ts';
import { electricityMeter } from './electricity-meter.ts';
import { firePanel } from './fire-panel.ts';
import { firePump } from './fire-pump.ts';
import { fireTank } from './fire-tank.ts';
import { generator } from './generator.ts';
import { jockeyPump } from './jockey-pump.ts';
import { leak } from './leak.ts';
import { lift } from './lift.ts';
import { sump } from './sump.ts';
import { switchboard } from './switchboard.ts';
import { testPattern } from './test-pattern.ts';
import { transferSwitchboard } from './transfer-switchboard.ts';
import { transformer } from './transformer.ts';
import { ups } from './ups.ts';
import { vacantWaterMeter, waterMeter } from './water-meter.ts';

/** Key: `model` of a scenario's device; the same name as the profile that reads it. */
export const DEVICE_MODELS: ReadonlyMap<string, DeviceModel> = new Map<string, DeviceModel>([
  ['generic-booster-2p', boosterSet],
  ['generic-sump-2p', sump],
  ['generic-fire-tank', fireTank],
  ['generic-fire-pump', firePump],
  ['generic-jockey-pump', jockeyPump],
  ['generic-fire-panel-8z', firePanel],
  ['generic-transformer', transformer],
  ['generic-switchboard', switchboard],
  ['generic-transfer-switchboard', transferSwitchboard],
  ['generic-generator', generator],
  ['generic-ups', ups],
  ['generic-lift', lift],
  ['generic-access-6d', accessController],
  ['generic-climate-mqtt', climate],
  ['generic-leak-mqtt', leak],
  ['generic-water-meter-mqtt', waterMeter],
  ['generic-water-meter-vacant-mqtt', vacantWaterMeter],
  ['generic-electricity-meter-mqtt', electricityMeter],
  // No equipment: for tests of transport, without a profile of the library.
  ['test-pattern', testPattern],
]);
