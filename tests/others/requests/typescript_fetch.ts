// One listing, through the client that openapi-generator makes for the browser's fetch.
import { Configuration, SimulationApi } from './generated';
import { settings } from './settings';

async function main(): Promise<void> {
  const api = new SimulationApi(new Configuration({ basePath: settings.base, headers: settings.headers }));
  const page = await api.listCallExecutions({ runTestId: settings.runTest, limit: 5, status: 'completed' });
  const call = page.results[0];
  console.log(JSON.stringify({ count: page.count, first: call.id, status: call.status }));
}

void main();
