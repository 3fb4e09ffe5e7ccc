import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Agent, type IncomingMessage, request } from 'node:http';

/** Where pushes are of that are not made, but told of. */
export interface Pushes {
  /** The bodies of real pushes, one of each repository. */
  readonly templates: readonly string[];
  /** Of each repository as many. */
  readonly commits: readonly (readonly string[])[];
  /** Commits of each repository that were told of before. */
  readonly from: number;
}

export interface Receiver {
  readonly url: string;
  readonly secret: string;
}

interface Push {
  ref: string;
  before: string;
  after: string;
  created: boolean;
  head_commit: { id: string };
}

/** The repositories take turns. */
export function bodiesOf({ templates, commits, from }: Pushes): (index: number) => string {
  const pushes = templates.map((template) => JSON.parse(template) as Push);
  return (index) => {
    const repository = index % pushes.length;
    const push = pushes[repository];
    const sha = commits[repository]?.[from + Math.floor(index / pushes.length)];
    if (push === undefined || sha === undefined) throw new Error('there are more deliveries than commits');
    push.ref = `refs/heads/change-${sha}`;
    push.before = '0'.repeat(40);
    push.after = sha;
    push.created = true;
    push.head_commit.id = sha;
    return JSON.stringify(push);
  };
}

/** @returns the status, when the whole answer is there */
export async function post(
  agent: Agent,
  { url, secret }: Receiver,
  body: string,
): Promise<number | undefined> {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const outgoing = request(url, {
    agent,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${signature}`,
    },
  });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
}
