import { expect, test } from '@jest/globals';
import type { CheckApi, CheckView } from '../../src/checks/ports.js';
import { CheckRetry } from '../../src/checks/ports.js';
import { withReportTimes } from '../../src/checks/report-time.js';
import { repository } from '../web/runs.js';

const running: CheckView = {
  name: 'unit',
  sha: 'a'.repeat(40),
  externalId: '7/unit',
  detailsUrl: 'http://localhost/runs/7',
  status: 'in_progress',
  title: '',
  summary: '',
  annotations: [],
  actions: [],
};
const over: CheckView = { ...running, status: 'completed', conclusion: 'success', completedAt: 1000 };

test('the end of a stage counts once, when GitHub has it, and not while it refuses', async () => {
  let now = 1000;
  let isAway = true;
  const heard: number[] = [];
  const github: CheckApi = {
    create: async () => ({ id: 1 }),
    update: async () => {
      if (isAway) throw new CheckRetry('away', { uncertain: false });
    },
    find: async () => [],
  };
  const api = withReportTimes(github, { now: () => now }, (ms) => heard.push(ms));
  await api.create(repository, running);
  now = 1200;
  await expect(api.update(repository, 1, over)).rejects.toBeInstanceOf(CheckRetry);
  expect(heard).toEqual([]);
  isAway = false;
  now = 4500;
  await api.update(repository, 1, over);
  await api.update(repository, 1, over);
  expect(heard).toEqual([3500]);
  await api.create(repository, { ...over, completedAt: 4400 });
  expect(heard).toEqual([3500, 100]);
});
