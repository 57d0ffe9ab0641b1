/**
 * What the gateway's own data and the shapes of the API have in common: the shapes say nothing of what may be changed. Data
 * that fits the read-only form of a shape is handed over as it is, uncopied.
 */
export type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;
