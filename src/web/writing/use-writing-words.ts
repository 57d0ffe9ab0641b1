/** Values, equipment and obstacles of writing as people read them. */
import { useTranslation } from 'react-i18next';
import type { Equipment, PointDefinition, PointWriting } from '../api/types.ts';
import { isBadCode } from '../live/point-state.ts';
import { readings } from '../live/readings.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { useQualityText } from '../shared/use-quality-text.ts';
import type { Obstacle } from './obstacles.ts';
import { toChoices } from './write-values.ts';

type ShownPoint = Pick<PointDefinition, 'decimals' | 'states' | 'type' | 'unit'>;

/** `0.450 MPa`, the name of the state, or that nobody knows it. */
export function useValueText(): (point: ShownPoint, value: number | null) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (point, value) => {
    if (value === null) return t('writing.unknownValue');
    const isWord = point.states.some((state) => state.value === value) || point.type === 'boolean';
    return [format.value(point, value), isWord ? '' : point.unit].filter((part) => part !== '').join(' ');
  };
}

/** The value of this moment, or why it is not known. Renders nothing by itself: follow the point beside it. */
export function usePresentText(): (point: PointDefinition) => string {
  const { t } = useTranslation();
  const toValueText = useValueText();
  const toQualityText = useQualityText();
  return (point) => {
    const state = readings.get(point.id);
    if (state === undefined || state.value === null || isBadCode(state.qualityCode)) {
      const reason = state === undefined ? null : toQualityText(state.qualityCode);
      return reason === null ? t('writing.unknownValue') : t('writing.unknownBecause', { reason });
    }
    return toValueText(point, state.value);
  };
}

/** `0.300 ~ 0.550 MPa`, or the names of the values to choose from. */
export function useAllowedText(): (point: PointDefinition, write: PointWriting) => string {
  const { t } = useTranslation();
  const toValueText = useValueText();
  const format = useFormat();
  return (point, write) => {
    const choices = toChoices(point, write);
    if (choices !== null)
      return choices.map((value) => toValueText(point, value)).join(t('common.separator'));
    return t('writing.range', { min: format.value(point, write.min), max: toValueText(point, write.max) });
  };
}

/** Of a part with the name of what it is a part of: `1#生活变频供水设备 1号水泵`. */
export function useFullName(): (id: string, all: readonly Equipment[]) => string {
  const format = useFormat();
  return function toFullName(id, all): string {
    const equipment = all.find((candidate) => candidate.id === id);
    if (equipment === undefined) return id;
    const name = format.text(equipment.name);
    return equipment.parent === null ? name : `${toFullName(equipment.parent, all)} ${name}`;
  };
}

export function useObstacleText(): (obstacle: Obstacle) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  return (obstacle) => {
    switch (obstacle.type) {
      case 'locked-out':
        return t('obstacle.locked-out', { by: toName(obstacle.tag.lockOut.by) });
      case 'link': {
        const { name, state } = obstacle.link;
        return t('obstacle.link', { link: format.text(name), state: t(`link.${state}`) });
      }
      case 'interlock': {
        const text = format.text(obstacle.text);
        return obstacle.isKnown
          ? t('obstacle.interlock', { text })
          : t('obstacle.interlock-unknown', { text });
      }
      case 'under-way':
        return t('obstacle.under-way');
      default:
        return obstacle satisfies never;
    }
  };
}
