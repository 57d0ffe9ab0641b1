/** Turns an explanation of the engine into the shape of the public API. */
import type { RuleExplanation } from '../engine/alarm-view.ts';
import type { ExplanationView } from './explain-schema.ts';

export function toExplanationView(explanation: RuleExplanation): ExplanationView {
  const { readings, layers, causes, ...rest } = explanation;
  return {
    isLive: true,
    ...rest,
    readings: [...readings],
    layers: layers.map(({ detail, ...layer }) => ({ ...layer, detail: { ...detail } })),
    causes: [...causes],
  };
}
