/** Short tones for new alarms through WebAudio. Says when the browser blocks sound; who rings when is alarms/'s business. */
import { useSyncExternalStore } from 'react';

/** Frequencies in Hz of one signal, played one after the other. */
const SIGNALS = {
  urgent: [880, 660, 880, 660, 880],
  normal: [660, 880],
} as const;
const TONE_S = 0.16;
const GAP_S = 0.06;
const LOUDNESS_RATIO = 0.25;

let context: AudioContext | null = null;
const listeners = new Set<() => void>();

/** Browsers allow sound only after a click or key press; call this from one. */
export async function unlockSound(): Promise<void> {
  await audio().resume();
  notify();
}

/** Plays nothing while the browser blocks sound; `useIsSoundBlocked` shows that. */
export function playSignal(kind: keyof typeof SIGNALS): void {
  const target = audio();
  notify();
  if (target.state !== 'running') return;
  SIGNALS[kind].forEach((frequencyHz, index) => {
    playTone(target, frequencyHz, target.currentTime + index * (TONE_S + GAP_S));
  });
}

export function useIsSoundBlocked(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => audio().state !== 'running',
  );
}

function playTone(target: AudioContext, frequencyHz: number, atS: number): void {
  const oscillator = target.createOscillator();
  const gain = target.createGain();
  oscillator.frequency.value = frequencyHz;
  gain.gain.setValueAtTime(LOUDNESS_RATIO, atS);
  gain.gain.exponentialRampToValueAtTime(0.001, atS + TONE_S);
  oscillator.connect(gain).connect(target.destination);
  oscillator.start(atS);
  oscillator.stop(atS + TONE_S);
}

function audio(): AudioContext {
  if (context === null) {
    context = new AudioContext();
    context.addEventListener('statechange', notify);
    const unlock = () => void unlockSound();
    window.addEventListener('pointerdown', unlock, { once: true });
    window.addEventListener('keydown', unlock, { once: true });
  }
  return context;
}

function notify(): void {
  for (const listener of listeners) listener();
}
