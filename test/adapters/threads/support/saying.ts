import { serveTasks } from '../../../../src/adapters/threads/serve-tasks.js';

serveTasks((task: 'die' | 'throw' | { readonly say: number }) => {
  if (task === 'die') process.exit(1);
  if (task === 'throw') throw new Error('as it was told to');
  return task.say;
});
