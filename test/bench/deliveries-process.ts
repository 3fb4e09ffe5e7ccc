import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sending, Sent } from './deliveries.js';
import { ownTask, say } from './own-process.js';
import { bodiesOf, post } from './push-delivery.js';

async function sendAll(sending: Sending): Promise<Sent> {
  const { count, rate, connections } = sending;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const bodies = bodiesOf(sending);
  const times: number[] = [];
  let refused = 0;
  const one = async (index: number, due: number): Promise<void> => {
    const status = await post(agent, sending, bodies(index));
    times.push(performance.now() - due);
    if (status !== 202) refused += 1;
  };
  if (rate === undefined) {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < count) await one(next++, performance.now());
    };
    await Promise.all(Array.from({ length: connections }, lane));
  } else {
    const from = performance.now();
    const all: Promise<void>[] = [];
    for (let index = 0; index < count; index += 1) {
      const due = from + (index * 1000) / rate;
      if (due > performance.now()) await sleep(due - performance.now());
      all.push(one(index, Math.max(due, performance.now())));
    }
    await Promise.all(all);
  }
  agent.destroy();
  return { times, refused };
}

say(await sendAll(await ownTask<Sending>()));
