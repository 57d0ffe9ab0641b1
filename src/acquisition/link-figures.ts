/**
 * Figures of links that several equipment share, as values of the gateway's own points (devices/riser-gateway-link.yaml).
 * An equipment answers as long as one of its points, or of its parts, is not silent: the question of its `offline` rule.
 */
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { LinkId } from '../core/ids.ts';
import { isUnanswered, QUALITIES } from '../core/quality.ts';

/** Key: name in the point's address. NaN = not known. */
export type LinkFigures = Readonly<Record<string, (link?: string) => number>>;

/** @param qualityOf of the latest reading of a point, by its index */
export function createLinkFigures(model: SiteModel, qualityOf: (point: number) => number): LinkFigures {
  const links = toDevices(model);
  const devicesOf = (link = ''): Devices => links.get(link as LinkId) ?? [];
  const countAnswering = (devices: Devices): number =>
    devices.filter((points) => points.some((point) => !isUnanswered(qualityOf(point)))).length;
  return {
    'link-devices': (link) => devicesOf(link).length,
    'link-answering': (link) => countAnswering(devicesOf(link)),
    'link-up': (link) => {
      const devices = devicesOf(link);
      if (countAnswering(devices) > 0) return 1;
      // A device that has not been asked may yet answer.
      const isAsked = devices.every((points) =>
        points.some((point) => qualityOf(point) !== QUALITIES['no-data'].code),
      );
      return isAsked && devices.length > 0 ? 0 : Number.NaN;
    },
  };
}

/** Points of each device of a link. */
type Devices = readonly (readonly number[])[];

function toDevices(model: SiteModel): ReadonlyMap<LinkId, Devices> {
  const polled = model.points.filter(({ link }) => link !== null);
  const byLink = Map.groupBy(polled, ({ link }) => defined(link, 'link of a point'));
  const deviceOf = (id: (typeof polled)[number]['equipment']) => model.equipment.get(id)?.parent ?? id;
  return new Map(
    [...byLink].map(([link, points]) => {
      const devices = Map.groupBy(points, ({ equipment }) => deviceOf(equipment));
      return [link, [...devices.values()].map((ofDevice) => ofDevice.map(({ index }) => index))];
    }),
  );
}
