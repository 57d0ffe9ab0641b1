/** Questions that are answered inside the page, as expressions for `page.evaluate`: tests have no types of the DOM. */

/** Every text with a Chinese character or full-width punctuation, but for the switch back to Chinese. string[]. */
export const CHINESE_TEXTS = `(() => {
  const chinese = /[\\p{Script=Han}\\u3001-\\u303f\\uff01-\\uff60]/u;
  const spoken = ['title', 'aria-label', 'placeholder', 'alt'];
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.closest('[data-testid="language-switch"], script, style') === null)
    .flatMap((element) => [
      ...[...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent),
      ...spoken.map((name) => element.getAttribute(name) ?? ''),
    ])
    .filter((text) => chinese.test(text));
})()`;

/** How far the page is wider than the window, CSS px; 0 = no horizontal scrolling. number. */
export const OVERFLOW_PX = `Math.max(0, document.documentElement.scrollWidth - innerWidth)`;

/**
 * What can be tapped and is smaller than 44 × 44 CSS px (WCAG 2.5.5), as text. A link inside a card that is itself the
 * target counts as the card; links and inputs may be narrow but not low. string[].
 */
export const SMALL_TARGETS = `(() => {
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const toTarget = (element) =>
    element.matches('.row-link') ? element.closest('.row-card') ?? element
    : element.matches('input') ? element.closest('.ant-input-affix-wrapper, .ant-select, label') ?? element
    : element;
  return [...document.querySelectorAll('button, a, input, textarea, [role="tab"], .ant-segmented-item')]
    .filter(isShown)
    .map((element) => {
      const box = toTarget(element).getBoundingClientRect();
      const isNarrow = element.matches('button') && box.width < 43.5;
      return box.height < 43.5 || isNarrow
        ? [element.tagName, element.dataset.testid ?? element.className, element.textContent,
           Math.round(box.width) + ' × ' + Math.round(box.height)].join(' ')
        : null;
    })
    .filter((text) => text !== null);
})()`;

/** Resolves at the first frame that shows an alarm with this text: asking from outside is late by its pauses. */
export function toRowShown(text: string, timeoutMs: number): string {
  return `new Promise((resolve, reject) => {
    const endMs = performance.now() + ${timeoutMs};
    const look = () => {
      const rows = [...document.querySelectorAll('[data-testid^="alarm-row-"]')];
      if (rows.some((row) => row.checkVisibility() && row.textContent.includes('${text}'))) resolve(null);
      else if (performance.now() > endMs) reject(new Error('no alarm of ${text} within ${timeoutMs} ms'));
      else requestAnimationFrame(look);
    };
    look();
  })`;
}

/** A frame is painted after its callbacks; an answer that never comes ends the wait. */
const ANSWER_TIMEOUT_MS = 45_000;

/**
 * How long the page takes from an action to the frame that shows its answer, ms; by the page's own marks. number.
 * @param action `click:SELECTOR` or `type:SELECTOR=TEXT` @param isAnswered expression that is true once it is shown
 */
export function toAnswerTime(action: string, isAnswered: string): string {
  const isClick = action.startsWith('click:');
  const [selector, words] = isClick ? [action.slice(6), ''] : splitLast(action.slice(5));
  const act = isClick
    ? 'element.click()'
    : `Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(element, ${JSON.stringify(words)});
       element.dispatchEvent(new Event('input', { bubbles: true }))`;
  return `new Promise((resolve, reject) => {
    const element = document.querySelector(${JSON.stringify(selector)});
    if (element === null) return reject(new Error(${JSON.stringify(`nothing at ${selector}`)}));
    performance.mark('riser-action');
    ${act};
    const look = () => {
      const { duration } = performance.measure('riser-answer', 'riser-action');
      if (duration > ${ANSWER_TIMEOUT_MS}) reject(new Error('no answer'));
      else if (!(${isAnswered})) requestAnimationFrame(look);
      else requestAnimationFrame(() => setTimeout(() =>
        resolve(performance.measure('riser-answer', 'riser-action').duration)));
    };
    look();
  })`;
}

/** At the last `=`, which selectors have as well. */
function splitLast(text: string): readonly [string, string] {
  const at = text.lastIndexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

/**
 * From now on watches every point inside `selector` at every change of the page. Breaches of "no value while bad" and
 * points that were bad and are shown as good again are kept in `window.riserWatch`.
 */
export function toPointWatch(selector: string): string {
  return `(() => {
    const watch = { shownWhileBad: [], goodAgain: [], seenBad: 0 };
    const bad = new Set();
    const root = document.querySelector('${selector}');
    const look = () => {
      for (const point of root.querySelectorAll('.point')) {
        const id = point.dataset.testid;
        const isBad = Number(point.dataset.quality ?? 128) >= 128;
        const shown = point.querySelector('.value')?.textContent;
        if (isBad && shown !== '—') watch.shownWhileBad.push(id + ' ' + shown);
        if (!isBad && bad.delete(id)) watch.goodAgain.push(id);
        if (isBad) bad.add(id);
        watch.seenBad = Math.max(watch.seenBad, bad.size);
      }
    };
    new MutationObserver(look).observe(root,
      { subtree: true, childList: true, characterData: true, attributes: true });
    window.riserWatch = watch;
  })()`;
}

export interface PointWatch {
  readonly shownWhileBad: readonly string[];
  readonly goodAgain: readonly string[];
  readonly seenBad: number;
}

/**
 * Where the curve of the trend on show has been drawn, CSS px from the left and top of the plot; null = nowhere.
 * Found by its colour in the light theme (src/web/equipment/trend-plot.tsx). Ink | null.
 */
export const TREND_INK = `(() => {
  const canvas = document.querySelector('[data-testid="trend-plot"] canvas');
  if (canvas === null) return null;
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const ink = { left: Infinity, right: -1, top: Infinity, bottom: -1 };
  for (let at = 0; at < data.length; at += 4) {
    const isCurve = Math.abs(data[at] - 22) + Math.abs(data[at + 1] - 120) + Math.abs(data[at + 2] - 143) < 24
      && data[at + 3] > 200;
    if (!isCurve) continue;
    const x = (at / 4) % width;
    const y = Math.floor(at / 4 / width);
    ink.left = Math.min(ink.left, x);
    ink.right = Math.max(ink.right, x);
    ink.top = Math.min(ink.top, y);
    ink.bottom = Math.max(ink.bottom, y);
  }
  return ink.right < 0 ? null : ink;
})()`;

export interface Ink {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** For the beginning of a page: counts every tone that is started, as the ear would. */
export const COUNT_TONES = `(() => {
  const { prototype } = OscillatorNode;
  const start = prototype.start;
  prototype.start = function (...given) {
    window.riserTones = (window.riserTones ?? 0) + 1;
    start.apply(this, given);
  };
})()`;
/**
 * For the beginning of a page: sound is held back until somebody touches the page, as browsers do. A question to the page
 * counts as a touch, so that the browser's own rule cannot be relied on here.
 */
export const HOLD_SOUND = `(() => {
  const Real = AudioContext;
  window.AudioContext = class extends Real {
    constructor() {
      super();
      void this.suspend();
    }
  };
})()`;
/** Tones since `COUNT_TONES`. */
export const TONES = 'window.riserTones ?? 0';
