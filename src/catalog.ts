/** The catalog of plug-in schemas that the loader checks configurations against: every rule type, every protocol. */

import { internalProtocol } from './acquisition/internal-schema.ts';
import type { Catalog } from './config/catalog.ts';
import { DRIVERS } from './drivers/index.ts';
import { RULE_TYPES } from './rules/index.ts';

export const CATALOG: Catalog = {
  rules: RULE_TYPES,
  protocols: {
    internal: internalProtocol,
    ...Object.fromEntries(Object.entries(DRIVERS).map(([protocol, entry]) => [protocol, entry.schema])),
  },
};
