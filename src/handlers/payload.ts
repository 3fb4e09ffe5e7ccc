import { z } from 'zod';
import type { Repository } from '../pipeline/model.js';

/** A delivery that is signed and still not what GitHub's schema promises. */
export class InvalidPayload extends Error {
  override readonly name = 'InvalidPayload';
}

export const SHA = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

export const INSTALLATION = z.object({ id: z.number().int() });

/** Who did it: people, and bots whose login ends in `[bot]`. */
export const ACCOUNT = z.object({ login: z.string() });

export const REPOSITORY = z.object({
  id: z.number().int(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  private: z.boolean(),
  clone_url: z.string(),
  html_url: z.string(),
  default_branch: z.string(),
});

const ACTION = z.object({ action: z.string() });

/** What every event of a repository has. */
export const ABOUT = z.object({
  repository: REPOSITORY,
  installation: INSTALLATION,
  sender: ACCOUNT.nullish(),
});

export type About = z.infer<typeof ABOUT>;

export function decode<T>(schema: z.ZodType<T>, payload: unknown): T {
  const result = schema.safeParse(payload);
  if (!result.success) {
    throw new InvalidPayload(`not a payload of GitHub's: ${z.prettifyError(result.error)}`);
  }
  return result.data;
}

/** Of an event that has actions: most are not ours, and what comes with them is not looked at. */
export function actionOf(payload: unknown): string {
  return decode(ACTION, payload).action;
}

/** Where it happened: the fields that all have in common. */
export function delivered(
  delivery: string,
  { repository, installation }: Pick<About, 'repository' | 'installation'>,
): { readonly delivery: string; readonly repository: Repository } {
  return { delivery, repository: repositoryOf(repository, installation) };
}

/** GitHub login. */
export function senderOf({ sender }: Pick<About, 'sender'>): string {
  return sender?.login ?? 'unknown';
}

function repositoryOf(
  repository: z.infer<typeof REPOSITORY>,
  installation: z.infer<typeof INSTALLATION>,
): Repository {
  return {
    id: repository.id,
    owner: repository.owner.login,
    name: repository.name,
    private: repository.private,
    cloneUrl: repository.clone_url,
    htmlUrl: repository.html_url,
    defaultBranch: repository.default_branch,
    installationId: installation.id,
  };
}

/** Where a ref stood before; zeros: nowhere. */
export function beforeOf(before: string | null | undefined): { readonly before?: string } {
  return before === undefined || before === null || /^0+$/.test(before) ? {} : { before };
}
