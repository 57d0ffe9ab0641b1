/** Locations and contacts of a site: the tree of places with their full names, and whom to reach. */
import type { Static } from 'typebox';
import { type ContactId, type LocationId, toId } from '../core/ids.ts';
import type { Contact, Location } from './model.ts';
import { below, createRegister, type Register, toRawId } from './register.ts';
import { ContactSchema, LocationSchema } from './schema.ts';
import type { Located } from './source.ts';
import { type Checking, validate } from './validate.ts';

interface Read<Id, Item> {
  readonly items: ReadonlyMap<Id, Item>;
  readonly register: Register;
}

interface Entry {
  readonly at: Located;
  readonly entry: Static<typeof LocationSchema>;
}

/** Takes the ids of all items first, so that a reference to a faulty item is not a second problem. */
export function takeIds(items: readonly Located[], what: string, { problems }: Checking): Register {
  const register = createRegister(what, problems);
  for (const item of items) {
    const id = toRawId(item);
    if (id !== null) register.take(id, below(item, 'id'));
  }
  return register;
}

export function readContacts(items: readonly Located[], checking: Checking): Read<ContactId, Contact> {
  const register = takeIds(items, 'a contact', checking);
  const contacts = items.flatMap((item) => validate(ContactSchema, item, checking) ?? []);
  const entries = contacts.map(
    (contact) => [toId<ContactId>(contact.id), { ...contact, id: toId<ContactId>(contact.id) }] as const,
  );
  return { items: new Map(entries), register };
}

export function readLocations(items: readonly Located[], checking: Checking): Read<LocationId, Location> {
  const register = takeIds(items, 'a location', checking);
  const entries = new Map<string, Entry>();
  for (const at of items) {
    const entry = validate(LocationSchema, at, checking);
    if (entry === null) continue;
    if (entry.parent !== undefined) register.check(entry.parent, below(at, 'parent'));
    entries.set(entry.id, { at, entry });
  }
  for (const { at, entry } of entries.values()) checkCircle(entry.id, at, entries, checking);
  const locations = [...entries.values()].map(({ entry }) => toLocation(entry, entries));
  return { items: new Map(locations.map((location) => [location.id, location])), register };
}

function toLocation(entry: Entry['entry'], entries: ReadonlyMap<string, Entry>): Location {
  const chain = toChain(entry.id, entries).map((id) => entries.get(id)?.entry.name ?? { zh: '', en: '' });
  const path = { zh: chain.map(({ zh }) => zh).join(' '), en: chain.map(({ en }) => en).join(' ') };
  return {
    id: toId(entry.id),
    parent: entry.parent === undefined ? null : toId(entry.parent),
    name: entry.name,
    path,
  };
}

/** Ids from the top down to the location; ends where a circle would begin. */
function toChain(id: string, entries: ReadonlyMap<string, Entry>): readonly string[] {
  const chain: string[] = [];
  let next: string | undefined = id;
  while (next !== undefined && entries.has(next) && !chain.includes(next)) {
    chain.unshift(next);
    next = entries.get(next)?.entry.parent;
  }
  return chain;
}

function checkCircle(
  id: string,
  at: Located,
  entries: ReadonlyMap<string, Entry>,
  { problems }: Checking,
): void {
  const top = toChain(id, entries)[0];
  const above = top === undefined ? undefined : entries.get(top)?.entry.parent;
  if (above === id)
    problems.add(at.source, [...at.path, 'parent'], 'a location outside itself', `a circle through "${id}"`);
}
