// One line of so many bytes, from a stage's log through Redis to where the server would keep it.
// Arguments: the port of a Redis, the bytes. Prints {"bytes", "grown"}: what arrived, and by how much this process grew.
import { connectRedis } from '../../../dist/adapters/redis/connection.js';
import { redisEventConsumer } from '../../../dist/adapters/redis/event-consumer.js';
import { redisFences } from '../../../dist/adapters/redis/fences.js';
import { redisObserver } from '../../../dist/adapters/redis/observer.js';
import { compileMask } from '../../../dist/logs/mask.js';
import { StageLog } from '../../../dist/worker/stage-log.js';

const [port, total] = process.argv.slice(2).map(Number);
const WARM_UP = 16 * 1024 * 1024;
const quiet = { info() {}, warn() {}, error() {} };
const clock = { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };

const connect = () => connectRedis({ url: `redis://127.0.0.1:${port}` }, 'patient');
const [redis, other, reader] = [connect(), connect(), connect()];
const fence = await redisFences(redis).raise(1, 'chain', 0);
const observer = redisObserver(
  redis,
  { run: 1, fence, job: { id: 'chain', stages: [], needs: [] } },
  'w',
  Date.now,
);

let bytes = 0;
const apply = async (batch) => {
  for (const { segment } of batch) bytes += segment.bytes.length;
};
const consumer = redisEventConsumer({ reader, redis: other, apply, logger: quiet });
await consumer.start();

const log = new StageLog({
  stage: 'build',
  observer,
  mask: compileMask(['a-secret-that-is-not-there']),
  clock,
  onError: (error) => {
    throw error;
  },
});
let [base, most] = [0, 0];
for (let written = 0; written < total; written += 64 * 1024) {
  // As the engine's socket does: every piece is a buffer of its own.
  await log.write(Buffer.alloc(64 * 1024, 'x'));
  const { rss } = process.memoryUsage();
  // Until then it grows to what lines of any length need.
  if (written <= WARM_UP) base = rss;
  most = Math.max(most, rss);
}
await log.close();
await consumer.settled();
process.stdout.write(JSON.stringify({ bytes, grown: most - base }));
process.exit(0);
