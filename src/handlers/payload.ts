import { z } from 'zod';
import type { Repository } from '../pipeline/model.js';

/** A delivery that is signed and still not what GitHub's schema promises. */
export class InvalidPayload extends Error {
  override readonly name = 'InvalidPayload';
}

export const INSTALLATION = z.object({ id: z.number().int() });

export const REPOSITORY = z.object({
  id: z.number().int(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  private: z.boolean(),
  clone_url: z.string(),
  html_url: z.string(),
  default_branch: z.string(),
});

export function decode<T>(schema: z.ZodType<T>, payload: unknown): T {
  const result = schema.safeParse(payload);
  if (!result.success) {
    throw new InvalidPayload(`not a payload of GitHub's: ${z.prettifyError(result.error)}`);
  }
  return result.data;
}

export function repositoryOf(
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
