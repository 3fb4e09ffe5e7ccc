import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { caicloudSchema } from '../../src/pipeline/config/json-schema.js';
import { type Site, startSite } from './harness.js';

let site: Site;

beforeEach(async () => {
  site = await startSite();
});

afterEach(() => site.stop());

describe('the schema of caicloud.yml', () => {
  it('is there for editors of any origin', async () => {
    const { status, headers, body } = await site.ask('/schema/caicloud.json');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/schema+json; charset=utf-8');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(caicloudSchema())));
  });
});
