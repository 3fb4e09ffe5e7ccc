import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SqliteDatabase } from 'kysely';
import Sqlite from 'libsql';
import { preparedOnce } from '../../../src/adapters/sql/prepared.js';

describe('statements that are prepared once', () => {
  let real: SqliteDatabase;
  let prepared: string[];
  let db: SqliteDatabase;

  beforeEach(() => {
    real = new Sqlite(':memory:');
    prepared = [];
    db = preparedOnce({
      prepare(sql) {
        prepared.push(sql);
        return real.prepare(sql);
      },
      close: () => real.close(),
    });
    db.prepare('create table kinds (id integer primary key, name text)').run([]);
    db.prepare("insert into kinds values (1, 'first')").run([]);
    prepared = [];
  });

  afterEach(() => db.close());

  const nameOf = (id: number): unknown => db.prepare('select name from kinds where id = ?').all([id]);

  test('one text is prepared once, whatever it is given', () => {
    expect([nameOf(1), nameOf(2), nameOf(1)]).toEqual([[{ name: 'first' }], [], [{ name: 'first' }]]);
    expect(prepared).toHaveLength(1);
  });

  test('one that failed goes on', () => {
    const insert = (id: number): unknown => db.prepare('insert into kinds values (?, null)').run([id]);
    expect(() => insert(1)).toThrow(/UNIQUE/);
    insert(2);
    expect(nameOf(2)).toEqual([{ name: null }]);
  });

  test('one from before a table changed has its new columns', () => {
    const all = (): unknown => db.prepare('select * from kinds').all([]);
    all();
    db.prepare('alter table kinds add column rank integer').run([]);
    expect(all()).toEqual([{ id: 1, name: 'first', rank: null }]);
  });

  test('the one that was not used for longest is let go', () => {
    nameOf(1);
    for (let n = 0; n < 200; n += 1) db.prepare(`select ${String(n)}`).all([]);
    nameOf(1);
    for (let n = 200; n < 400; n += 1) db.prepare(`select ${String(n)}`).all([]);
    prepared = [];
    nameOf(1);
    db.prepare('select 399').all([]);
    expect(prepared).toEqual([]);
    db.prepare('select 1').all([]);
    expect(prepared).toEqual(['select 1']);
  });
});
