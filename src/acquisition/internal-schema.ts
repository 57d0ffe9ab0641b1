/** Addresses of the gateway's own points (protocol `internal`): the name of a figure that app.ts supplies, and of which link. */
import Type from 'typebox';
import type { ProtocolSchema } from '../config/catalog.ts';

export const internalProtocol: ProtocolSchema = {
  link: {},
  device: {},
  profile: {},
  address: {
    figure: Type.String({ minLength: 1, maxLength: 64 }),
    /** Filled in by the loader (config/gateway.ts). */
    link: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  isPolled: true,
  shiftAddress: (address) => address,
  checkAddress: () => [],
  isBoolean: () => false,
};
