/** Fire water as a scenario joins it: panel → fire pump, tank → both pumps, and one main between them. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../simulators/scenario.ts';
import { createSimulation } from '../../simulators/simulation.ts';

describe('a scenario of tank, pumps and panel', () => {
  const scenario = parseScenario(
    `version: 1
endpoints:
  - { id: room, port: 0 }
devices:
  - { id: panel, model: generic-fire-panel-8z, endpoint: room, unit: 4, parts: [a, b, c, d, e, f, g, h] }
  - { id: jockey, model: generic-jockey-pump, endpoint: room, unit: 3, upstream: { water: tank, main: fire } }
  - { id: fire, model: generic-fire-pump, endpoint: room, unit: 2, upstream: { water: tank, linkage: panel } }
  - { id: tank, model: generic-fire-tank, endpoint: room, unit: 1 }
`,
    'fire.yaml',
  );
  const start = () => {
    const simulation = createSimulation(scenario);
    const word = (unit: number, address: number): number =>
      simulation.unit('room', unit)?.image.holding.get(address) ?? -1;
    return { simulation, word };
  };

  it('joins the pumps on one main: the jockey holds the pressure of the fire pump', () => {
    const { simulation, word } = start();
    const before = word(3, 7);
    let lowest = Infinity;
    for (let at = 0; at < 7_200; at++) {
      simulation.advance(1_000);
      lowest = Math.min(lowest, word(2, 2));
    }
    expect(word(3, 7) - before).toBeGreaterThan(2);
    expect(lowest).toBeGreaterThan(840);
  });

  it('lets the panel start the fire pump, and a leak of the tank run it dry', () => {
    const { simulation, word } = start();
    simulation.setFault('c', 'manual-call-point', true);
    simulation.advance(1_000);
    expect(word(2, 0)).toBe(0b011_0111);
    simulation.setFault('tank', 'leak', true);
    simulation.advance(180_000);
    expect(word(2, 1)).toBe(57);
    expect(word(2, 0) & 0b10).toBe(0b10);
  });

  it('lets the fire pump draw the tank down when a pipe bursts', () => {
    const { simulation } = start();
    simulation.setFault('fire', 'pipe-burst', true);
    simulation.advance(600_000);
    expect(simulation.unit('room', 1)?.image.input.get(0)).toBeLessThan(3_000);
  });
});
