/** A change of data by property: what a change does not name stays, what it says null of goes. Knows nothing of rules. */

type Data = Readonly<Record<string, unknown>>;

/** A copy. Mappings are merged at every depth, lists and all else are replaced. */
export function mergeChange(base: Data, change: Data): Data {
  const merged = { ...base };
  for (const [key, value] of Object.entries(change)) {
    // A key of the prototype's would be a change of every object there is.
    if (key === '__proto__') continue;
    const before = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isData(value) ? mergeChange(isData(before) ? before : {}, value) : value;
  }
  return merged;
}

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
