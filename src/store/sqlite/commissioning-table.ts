/** The table of the events of commissioning: append-only. `photo` is the attachment of a `photo-added`. */
export const COMMISSIONING_TABLES: readonly string[] = [
  `create table commissioning_event (
    seq integer primary key,
    equipment text not null,
    point text,
    type text not null,
    at_ms real not null,
    photo text,
    doc text not null) strict`,
  'create index commissioning_event_equipment on commissioning_event (equipment, seq)',
  'create index commissioning_event_photo on commissioning_event (photo) where photo is not null',
  ...['update', 'delete'].map(
    (change) =>
      `create trigger commissioning_event_no_${change} before ${change} on commissioning_event ` +
      `begin select raise(abort, 'commissioning_event is append-only'); end`,
  ),
];
