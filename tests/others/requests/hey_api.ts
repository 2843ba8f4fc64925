// One listing, through the client that hey-api generates.
import { listCallExecutions } from './generated';
import { client } from './generated/client.gen';
import { settings } from './settings';

async function main(): Promise<void> {
  client.setConfig({ baseUrl: settings.base, headers: settings.headers });
  const { data, error } = await listCallExecutions({
    path: { run_test_id: settings.runTest },
    query: { limit: 5, status: 'completed' },
  });
  if (!data) throw new Error(JSON.stringify(error));
  const call = data.results[0];
  console.log(JSON.stringify({ count: data.count, first: call.id, status: call.status }));
}

void main();
