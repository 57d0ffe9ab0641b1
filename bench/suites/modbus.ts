/** Modbus alone: the wire against libraries, pipelining, the poll plan, many connections. */
import { toManyScene } from '../modbus/many.ts';
import { PIPELINING } from '../modbus/pipelining.ts';
import { PLANS } from '../modbus/plans.ts';
import { toSaturatedScene } from '../modbus/saturated.ts';
import type { Suite } from '../suite.ts';

export const modbus: Suite = {
  summary: 'Modbus TCP saturated, pipelined and with 1,000 connections; the poll plan against the best one',
  timing: {
    full: { warmUpMs: 2_000, windowMs: 10_000, alarmsMs: 0, repetitions: 3 },
    quick: { warmUpMs: 1_000, windowMs: 3_000, alarmsMs: 0, repetitions: 1 },
  },
  scenes: (scale) => [toSaturatedScene(scale), PIPELINING, PLANS, toManyScene(scale)],
};
