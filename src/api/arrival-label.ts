/** Whether an arrival was scanned: the engine is told, and the key of a label goes no further than here. */
import type { Transition } from '../tickets/transitions.ts';
import type { ApiServices } from './services.ts';

/** Of an arrival: only what a label of this installation says counts as scanned; what was typed is said to be typed. */
export function withLabel(transition: Transition, { labels }: Pick<ApiServices, 'labels'>): Transition {
  if (transition.type !== 'arrive') return transition;
  const { code = '' } = transition;
  if (code.trim() === '') return transition;
  const equipment = labels.read(code);
  if (equipment !== null) return { ...transition, how: 'qr-code', code: equipment };
  return { ...transition, how: 'code-entered', code: labels.withoutKey(code) };
}
