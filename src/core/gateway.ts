/** Who signs what the gateway does by itself, in records, histories and audit. */
export const GATEWAY = 'gateway';
