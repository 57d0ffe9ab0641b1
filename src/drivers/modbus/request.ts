/**
 * What the planner, the decoder and the connection of Modbus say to each other: reads and writes of one unit, as they
 * stand in `PollRequest.detail` and `WriteRequest.detail`. Types only.
 */
import type { RegisterFormat } from '../../profiles/decoders.ts';

/** One read of neighbouring addresses. */
export interface ModbusRequest {
  readonly unit: number;
  /** 1–4. */
  readonly functionCode: number;
  /** As on the wire, from 0. */
  readonly address: number;
  readonly count: number;
  readonly isBits: boolean;
  readonly items: readonly ModbusItem[];
  /** Scale registers among the addresses read: their exponents hold for every item that names their key. */
  readonly scales: readonly ModbusScale[];
  /** For the planner alone: what it needs to split this request and to join pieces again; without it neither is done. */
  readonly planned?: PlannedRead;
}

export interface PlannedRead {
  /** Most addresses of a request of its kind; a device that finds one too long lowers it for the pieces. */
  readonly maxCount: number;
  /** A declared block: read whole or not at all. */
  readonly isBlock: boolean;
  /** Requests that the device has refused and that this one is a piece of: none that holds one of them is made again. */
  readonly refused: readonly { readonly address: number; readonly count: number }[];
  /** Reckoned time: fixed, and for each byte of registers or bits. */
  readonly cost: { readonly fixedMs: number; readonly byteMs: number };
}

/** One point inside a request. */
export interface ModbusItem {
  readonly point: number;
  /** Distance from the first address of the request, in registers or bits. */
  readonly at: number;
  /** null = a coil or discrete input. */
  readonly format: RegisterFormat | null;
  /** `ModbusScale.key` of the register that holds the exponent of ten; null = none. */
  readonly scale: string | null;
}

export interface ModbusScale {
  /** Unique on the connection: `unit 1 holding 40071` (as on the wire). */
  readonly key: string;
  /** Distance from the first address of the request, in registers. */
  readonly at: number;
}

/** One write. Addresses as on the wire, from 0. */
export type ModbusWrite =
  | {
      readonly kind: 'coil';
      readonly unit: number;
      readonly address: number;
      readonly isOn: boolean;
      /** Function 5 or 15. */
      readonly via: 'single' | 'multiple';
    }
  | {
      readonly kind: 'registers';
      readonly unit: number;
      readonly address: number;
      /** In the order of the wire, 0–0xFFFF each. */
      readonly registers: readonly number[];
      /** Function 6 (one register only), 16 or 23. */
      readonly via: 'single' | 'multiple' | 'read-write';
    }
  | {
      readonly kind: 'part';
      readonly unit: number;
      readonly address: number;
      /** Bits of the register that change. */
      readonly mask: number;
      /** What stands under the mask afterwards. */
      readonly bits: number;
      /** Function 22; or 3, then 6 or 16. */
      readonly via: 'mask-write' | 'read-single' | 'read-multiple';
    };
