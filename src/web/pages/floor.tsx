import { count } from '../../pipeline/measures.js';
import type { QueueSeen, WorkerSeen } from '../ports.js';
import { Ago, Duration } from './time.js';

export interface FloorProps {
  /** Undefined: Redis does not say. */
  readonly floor:
    | { readonly workers: readonly WorkerSeen[]; readonly queues: readonly QueueSeen[] }
    | undefined;
  /** Names of machines are not for strangers. */
  readonly isSignedIn: boolean;
  readonly now: number;
}

/** What waits for workers, and who they are. */
export function FloorView({ floor, isSignedIn, now }: FloorProps) {
  if (floor === undefined) return <p class="quiet">The queue cannot be looked at now.</p>;
  const { workers, queues } = floor;
  const waiting = queues.filter((queue) => queue.waiting > 0);
  return (
    <>
      <p>{sentence(workers)}</p>
      {waiting.length > 0 && (
        <ul class="plain">
          {waiting.map((queue) => (
            <li>
              {count(queue.waiting, 'job')} {queue.waiting === 1 ? 'waits' : 'wait'} for{' '}
              {workerWords(queue.labels)}
              {queue.oldestAt !== undefined && (
                <>
                  , the first for <Duration ms={now - queue.oldestAt} since={queue.oldestAt} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {isSignedIn && workers.length > 0 && <Workers workers={workers} now={now} />}
    </>
  );
}

function sentence(workers: readonly WorkerSeen[]): string {
  if (workers.length === 0) return 'No worker is there: jobs wait until one comes.';
  const busy = workers.filter(({ busy = 0 }) => busy > 0).length;
  return `${count(workers.length, 'worker')}: ${busy} busy, ${workers.length - busy} idle.`;
}

function workerWords(labels: readonly string[]): string {
  return labels.length === 0 ? 'any worker' : `a worker with ${labels.join(', ')}`;
}

function Workers({ workers, now }: { readonly workers: readonly WorkerSeen[]; readonly now: number }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Worker</th>
          <th scope="col">Jobs</th>
          <th scope="col">Labels</th>
          <th scope="col">Machine</th>
          <th scope="col" class="right">
            Came
          </th>
        </tr>
      </thead>
      <tbody>
        {workers.map(({ id, busy, hands, labels, host, since }) => (
          <tr>
            <td>
              <code>{id}</code>
            </td>
            <td class="number">{busy === undefined ? 'does not say' : `${busy} of ${hands ?? busy}`}</td>
            <td class="wide">{labels.join(', ')}</td>
            <td>{host ?? ''}</td>
            <td class="right quiet">{since !== undefined && <Ago at={since} now={now} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
