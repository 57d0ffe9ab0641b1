/** The sheet of an entrapment as it begins: lift, rescue line and maintainer from the register. */
import { expect, test } from 'vitest';
import type { Contact, SiteModel } from '../../src/config/model.ts';
import { type ContactId, type EquipmentId, type LocationId, toId } from '../../src/core/ids.ts';
import { beginEntrapment, toEntrapmentSheet, toEntrapmentSheetAt } from '../../src/incidents/sheets.ts';
import { findIncident } from '../../src/incidents/step.ts';
import { BEGAN_MS, begin, MODEL, makeContact, makeModel, makeTicket, POLICY } from './fixtures.ts';

const LIFT = toId<EquipmentId>('lift-1');

function withContacts(...contacts: readonly Contact[]) {
  return makeModel({ contacts: new Map(contacts.map((one): [ContactId, Contact] => [one.id, one])) });
}

test('it names the lift, the rescue line for lifts and the maintainer with his first number', () => {
  const expected = {
    liftCode: '设备lift-1',
    rescueLine: '96333',
    maintainer: '单位lift-firm 010-1',
    floor: '',
    people: null,
    steps: {},
  };
  expect(toEntrapmentSheet(MODEL, LIFT)).toEqual(expected);
  expect(toEntrapmentSheet(MODEL, toId('lift-1-door'))).toEqual(expected);
});

test('a maintainer that the lift itself names comes first', () => {
  const own = makeContact('own-firm', { kind: 'maintainer', method: '777' });
  const model = withContacts(...MODEL.contacts.values(), own);
  const lift = model.equipment.get(LIFT);
  if (lift === undefined) throw new Error('no lift');
  const equipment = new Map([...model.equipment, [LIFT, { ...lift, contact: own.id }]]);
  expect(toEntrapmentSheet({ ...model, equipment }, LIFT)?.maintainer).toBe('单位own-firm 777');
});

test('what the register does not know is left empty, and nobody is called who repairs something else', () => {
  const pumps = makeContact('pump-firm', { kind: 'maintainer', for: ['pump'] });
  const sheet = toEntrapmentSheet(withContacts(pumps), LIFT);
  expect(sheet).toMatchObject({ rescueLine: '' });
  expect(sheet).not.toHaveProperty('maintainer');
  const common = makeContact('city', { kind: 'rescue-line', method: '12345' });
  expect(toEntrapmentSheet(withContacts(pumps, common), LIFT)?.rescueLine).toBe('12345');
});

test('only a lift has one', () => {
  expect(toEntrapmentSheet(MODEL, toId('pump-1'))).toBeNull();
  expect(toEntrapmentSheet(MODEL, toId('nothing'))).toBeNull();
});

test('of a place where only lifts are it leaves open which one it is, of one lift alone it names it', () => {
  const shaft = toId<LocationId>('a-shaft');
  expect(toEntrapmentSheetAt(MODEL, shaft)).toMatchObject({ liftCode: '', rescueLine: '96333' });
  const alone = makeModel();
  const one = { ...alone, equipment: new Map([...alone.equipment].filter(([id]) => id !== 'lift-2')) };
  expect(toEntrapmentSheetAt(one, shaft)).toMatchObject({ liftCode: '设备lift-1' });
  expect(toEntrapmentSheetAt(MODEL, toId('a-room'))).toBeNull();
  expect(toEntrapmentSheetAt(MODEL, null)).toBeNull();
});

test('help that is asked for at a lift is an entrapment, other work there and other help is none', () => {
  const kindOf = (given: object) => begin(makeTicket(null, { class: 'help', ...given })).kind;
  expect(kindOf({ location: toId('a-shaft') })).toBe('entrapment');
  expect(kindOf({ location: toId('a-shaft'), class: 'engineering' })).toBe('other');
  expect(kindOf({ location: toId('a-room') })).toBe('other');
});

test('help at a lift that stands alone and the alarm of that lift are one incident', () => {
  const model = makeModel();
  const equipment = new Map([...model.equipment].filter(([id]) => id !== 'lift-2'));
  const call = makeTicket(null, { class: 'help', location: toId('a-shaft') });
  const find = (one: SiteModel) =>
    findIncident([begin(call, one)], makeTicket('lift-1'), one, POLICY, BEGAN_MS + 1);
  expect(find({ ...model, equipment })).not.toBeNull();
  expect(find(model)).toBeNull();
});

test('on a ticket that is there already it begins once, and the record says so', () => {
  const sheet = toEntrapmentSheet(MODEL, LIFT);
  const ticket = makeTicket('lift-1');
  const step = beginEntrapment(ticket, sheet, POLICY, BEGAN_MS);
  expect(step?.ticket).toMatchObject({ entrapment: sheet, version: ticket.version + 1 });
  expect(step?.events).toMatchObject([
    { type: 'sheet-filled', by: 'gateway', detail: { rescueLine: '96333' } },
  ]);
  expect(step && beginEntrapment(step.ticket, sheet, POLICY, BEGAN_MS)).toBeNull();
  expect(beginEntrapment(ticket, null, POLICY, BEGAN_MS)).toBeNull();
});
