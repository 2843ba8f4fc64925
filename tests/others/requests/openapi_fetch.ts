// One listing, through types by openapi-typescript.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/schema';
import { settings } from './settings';

async function main(): Promise<void> {
  const client = createClient<paths>({ baseUrl: settings.base, headers: settings.headers });
  const { data, error } = await client.GET('/simulate/run-tests/{run_test_id}/call-executions/', {
    params: { path: { run_test_id: settings.runTest }, query: { limit: 5, status: 'completed' } },
  });
  if (!data) throw new Error(JSON.stringify(error));
  const calls: components['schemas']['CallExecution'][] = data.results;
  console.log(JSON.stringify({ count: data.count, first: calls[0].id, status: calls[0].status }));
}

void main();
