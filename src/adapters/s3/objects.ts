import type { ObjectStore } from '../../logs/ports.js';
import { type Answer, refused } from './answer.js';
import { ask, type S3Options } from './ask.js';

/**
 * Objects of one bucket, addressed by path, which every server of the protocol knows.
 * @returns a store whose methods throw S3Error
 */
export function s3Objects(options: S3Options): ObjectStore {
  return {
    async put(name, content) {
      const answer = await ask(options, { method: 'PUT', name, body: content });
      if (!isGood(answer)) throw refused(`PUT ${name}`, answer);
    },
    async get(name, range) {
      const answer = await ask(options, { method: 'GET', name, ...(range && { range }) });
      // It begins behind the end of what is there.
      if (range && answer.status === 416) return Buffer.alloc(0);
      if (isAbsent(answer)) return undefined;
      if (!isGood(answer)) throw refused(`GET ${name}`, answer);
      // A server may ignore the range, and says so by its status.
      return range && answer.status === 200 ? answer.body.subarray(range.start, range.end) : answer.body;
    },
    async remove(name) {
      const answer = await ask(options, { method: 'DELETE', name });
      if (!isGood(answer) && !isAbsent(answer)) throw refused(`DELETE ${name}`, answer);
    },
  };
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Not when it is the bucket that is missing: logs that are there would read as never printed. */
function isAbsent({ status, code }: Answer): boolean {
  return status === 404 && code !== 'NoSuchBucket';
}
