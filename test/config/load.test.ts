/** What a sound site file becomes: settings with defaults, references, includes, a frozen model. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LinkId, type LocationId, type PointId, toId } from '../../src/core/ids.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { CASES, load, problemsOf } from './support/load.ts';
import { HEAD, LINE, pointOf, write, writeSite } from './support/site.ts';

const sound = load(join(CASES, 'sound.yaml'));

describe('settings', () => {
  test('what is left out has its default', () => {
    expect(sound.http).toEqual({ host: '127.0.0.1', port: 8080, tls: null });
    expect(sound.influx).toBeNull();
    expect(sound.journal).toEqual({ maxAgeDays: 14, maxBytes: 8 * 1024 ** 3 });
    expect(sound.links.get(toId<LinkId>('line'))?.options).toEqual({
      host: '192.0.2.1',
      port: 502,
      timeoutMs: 1000,
    });
  });

  test('an InfluxDB section needs only its URL and database', () => {
    const model = load(write(`${HEAD}influx: { url: "http://192.0.2.9:8086", database: riser }\n`));
    expect(model.influx).toEqual({
      url: 'http://192.0.2.9:8086',
      database: 'riser',
      username: null,
      password: null,
      token: null,
      retentionPolicy: null,
      timeoutMs: 5000,
      gzip: null,
      catchUpPerS: 50_000,
      rollups: null,
    });
    expect(model.backup).toBeNull();
  });

  test('a section of roll-ups without content keeps raw and hours for ever, minutes and quarters for years', () => {
    const model = load(
      write(`${HEAD}influx: { url: "http://192.0.2.9:8086", database: riser, rollups: {} }\n`),
    );
    expect(model.influx?.rollups).toEqual({
      rawHours: 0,
      minuteHours: 730 * 24,
      quarterHours: 1825 * 24,
      hourHours: 0,
    });
  });

  test('how long a resolution is kept is a duration in hours or days, or 0 for ever', () => {
    const rollups = '{ raw: 36h, minute: 0, quarter: "2 d" }';
    const model = load(
      write(`${HEAD}influx: { url: "http://192.0.2.9:8086", database: riser, rollups: ${rollups} }\n`),
    );
    expect(model.influx?.rollups).toEqual({ rawHours: 36, minuteHours: 0, quarterHours: 48, hourHours: 0 });
    for (const wrong of ['1', '30min', '-1d', '""', '1d12h']) {
      const text = `${HEAD}influx: { url: "http://192.0.2.9:8086", database: riser, rollups: { raw: ${wrong} } }\n`;
      expect(() => load(write(text))).toThrow();
    }
  });

  test('environment references become numbers where numbers are wanted, defaults where unset or empty', () => {
    const site = write(`${HEAD}http: { port: "\${PORT:-8080}" }
influx: { url: "http://\${HOST}:\${PORT:-8086}/", database: riser, username: "$\${HOST}", password: "\${PASSWORD}" }
links: [{ id: line, name: { zh: 链路, en: Line }, protocol: bus, host: "\${HOST}", port: "\${LINE_PORT}" }]\n`);
    const model = load(site, { env: { HOST: 'db', LINE_PORT: '1502', PORT: '', PASSWORD: '12345678' } });
    expect(model.http.port).toBe(8080);
    // A password of digits stays a text.
    expect(model.influx).toMatchObject({ url: 'http://db:8086/', username: '${HOST}', password: '12345678' });
    expect(model.links.get(toId<LinkId>('line'))?.options).toMatchObject({ host: 'db', port: 1502 });
  });

  test('a secret can stand in a file, which is neither listed nor in the hash', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'secrets'));
    write('correct horse\n', join(directory, 'secrets'), 'influx');
    const text = `${HEAD}influx: { url: "http://192.0.2.9:8086", database: riser, password: "file:secrets/influx" }\n`;
    const model = load(write(text, directory));
    expect(model.influx?.password).toBe('correct horse');
    expect(model.files.some((file) => file.includes('secrets'))).toBe(false);
    write('battery staple', join(directory, 'secrets'), 'influx');
    expect(load(join(directory, 'site.yaml')).hash).toBe(model.hash);
  });

  test('includes are relative to the file that names them and add to the lists', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'more'));
    write(`version: 1\ninclude: [second.yaml]\nlinks:\n${LINE}`, join(directory, 'more'), 'first.yaml');
    const second =
      'version: 1\nlocations: [{ id: cellar, parent: house, name: { zh: 地下室, en: Cellar } }]\n';
    write(second, join(directory, 'more'), 'second.yaml');
    const model = load(write(`${HEAD}include: [more/first.yaml]\n`, directory));
    expect([...model.links.keys()]).toEqual(['line']);
    expect(model.locations.get(toId<LocationId>('cellar'))?.path).toEqual({
      zh: '大厦 地下室',
      en: 'House Cellar',
    });
    expect(model.files.slice(0, 3)).toEqual(
      ['site.yaml', 'more/first.yaml', 'more/second.yaml'].map((name) => join(directory, name)),
    );
  });

  test('the hash changes with any file that was read and not with the place of the site', () => {
    const files = [temporaryDirectory(), temporaryDirectory()].map((directory) => {
      write('version: 1\n', directory, 'more.yaml');
      return write(`${HEAD}include: [more.yaml]\nprofiles: [.]\n`, directory);
    });
    const [a, b] = files.map((file) => load(file));
    expect(a?.files.map((file) => file.split('/').at(-1))).toEqual(
      b?.files.map((file) => file.split('/').at(-1)),
    );
    const before = load(files[0] as string).hash;
    write('version: 1\n# a remark\n', join(files[0] as string, '..'), 'more.yaml');
    expect(load(files[0] as string).hash).not.toBe(before);
  });

  test('a profile beside the site comes before the common one of the same id', () => {
    const directory = temporaryDirectory();
    write('version: 1\n', directory, 'pump-set.yaml');
    const site = writeSite('set-1', 'pump-set', directory);
    expect(problemsOf(site).every((line) => line.startsWith(join(directory, 'pump-set.yaml')))).toBe(true);
    expect(problemsOf(site).length).toBeGreaterThan(0);
  });

  test('a site without a root location has no place for the gateway', () => {
    const site = write(
      'version: 1\nsite: { id: house, name: { zh: 大厦, en: House }, timeZone: Asia/Shanghai }\n',
    );
    expect(problemsOf(site)).toEqual([
      expect.stringMatching(/:1:1 locations: expected at least one location, found none$/),
    ]);
  });

  test.each(['+08:00', 'Asia/Nowhere', 'CST6CDT4', ''])('time zone "%s" is refused', (zone) => {
    const site = write(HEAD.replace('Asia/Shanghai', JSON.stringify(zone)));
    expect(problemsOf(site)).toEqual([expect.stringContaining('site.timeZone')]);
  });
});

test('the model cannot be changed, maps included', () => {
  expect(() => {
    (sound.http as { port: number }).port = 1;
  }).toThrow(TypeError);
  expect(() => (sound.points as unknown[]).push(1)).toThrow(TypeError);
  expect(() => (sound.pointIndex as Map<PointId, number>).set(toId('a/b'), 1)).toThrow(TypeError);
  expect(() => (sound.locations as Map<LocationId, unknown>).clear()).toThrow(TypeError);
  expect(Object.isFrozen(pointOf(sound, 'set-1/pressure').address)).toBe(true);
  expect(structuredClone(sound.pointIndex).size).toBe(sound.points.length);
});
