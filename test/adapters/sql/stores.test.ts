import { describe } from '@jest/globals';
import { describeComments } from './comments-suite.js';
import { describeDepotIndex } from './depot-index-suite.js';
import { describeGroups } from './groups-suite.js';
import { describeMigrations } from './migration-suite.js';
import { describeRunList } from './run-list-suite.js';
import { describeScopes } from './scopes-suite.js';
import { describeSessions } from './sessions-suite.js';
import { newSqliteFile } from './sqlite-file.js';
import { describeStores } from './store-suite.js';

describe('SQLite: the stores', () => describeStores(newSqliteFile));
describe('SQLite: the migrations', () => describeMigrations(newSqliteFile));
describe('SQLite: the index of the depot', () => describeDepotIndex(newSqliteFile));
describe('SQLite: the lines of groups', () => describeGroups(newSqliteFile));
describe('SQLite: runs by branch and commit', () => describeScopes(newSqliteFile));
describe('SQLite: the comments', () => describeComments(newSqliteFile));
describe('SQLite: lists of runs and repositories', () => describeRunList(newSqliteFile));
describe('SQLite: sessions, and what they may see', () => describeSessions(newSqliteFile));
