// The hosted platform cannot run here. Its part is played by a server that answers as the
// platform's published API does (recorded contract: paths, bodies, statuses and error texts).

import { createServer, type IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { platformNamespaces, sqldNamespaces } from '../../src/runtimes/namespaces.ts';
import { freePort } from '../server.ts';
import { startSqld } from '../sqld.ts';

interface Recorded {
  method: string;
  path: string;
  authorization: string;
  body: string;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Answers like the platform, for databases that it keeps in a set. */
async function recordedPlatform() {
  const databases = new Set<string>();
  const requests: Recorded[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const body = await bodyOf(request);
    requests.push({ method, path, authorization: headers.authorization ?? '', body });
    const name = method === 'POST' ? JSON.parse(body).name : path.split('/').at(-1);
    const known = databases.has(name);
    const answer = (status: number, json: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    if (headers.authorization !== 'Bearer platform-token-of-a-test')
      answer(401, { error: 'could not parse jwt id' });
    else if (method === 'POST' && known)
      answer(409, { error: `database with name ${name} already exists` });
    else if (method === 'POST') {
      databases.add(name);
      const database = { Name: name, DbId: '0', Hostname: `${name}-acme.example` };
      answer(200, { database });
    } else if (!known)
      answer(404, { error: `could not find database with name ${name}: not found` });
    else {
      databases.delete(name);
      answer(200, { database: name });
    }
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${port}`, databases, requests };
}

function settings(url: string, token = 'platform-token-of-a-test') {
  return {
    SALLYPORT_DATABASE_PLATFORM_URL: url,
    SALLYPORT_DATABASE_PLATFORM_ORGANIZATION: 'acme',
    SALLYPORT_DATABASE_PLATFORM_GROUP: 'default',
    SALLYPORT_DATABASE_PLATFORM_TOKEN: token,
  };
}

test('the hosted platform is asked as its published API says', async () => {
  const platform = await recordedPlatform();
  const namespaces = platformNamespaces(settings(platform.url));
  await namespaces.create('t-one');
  await namespaces.create('t-one');
  expect([...platform.databases]).toEqual(['t-one']);
  expect(platform.requests[0]).toEqual({
    method: 'POST',
    path: '/v1/organizations/acme/databases',
    authorization: 'Bearer platform-token-of-a-test',
    body: '{"name":"t-one","group":"default"}',
  });
  await namespaces.drop('t-one');
  await namespaces.drop('t-one');
  expect([...platform.databases]).toEqual([]);
  expect(platform.requests.at(-1)?.path).toBe('/v1/organizations/acme/databases/t-one');
});

test('a wrong platform token is a fault that names the status and not the token', async () => {
  const platform = await recordedPlatform();
  const namespaces = platformNamespaces(settings(platform.url, 'a-wrong-token'));
  await expect(namespaces.create('t-one')).rejects.toThrow(/answered 401/);
  await expect(namespaces.create('t-one')).rejects.not.toThrow(/a-wrong-token/);
});

test('a platform that does not answer is busy', async () => {
  const namespaces = platformNamespaces(settings(`http://127.0.0.1:${await freePort()}`));
  await expect(namespaces.create('t-one')).rejects.toMatchObject({ code: 'busy' });
});

test('a real sqld makes and drops namespaces, twice as well as once', async () => {
  const sqld = await startSqld();
  onTestFinished(() => sqld.stop());
  const url = sqld.environment.SALLYPORT_DATABASE_ADMIN_URL ?? '';
  const namespaces = sqldNamespaces({ SALLYPORT_DATABASE_ADMIN_URL: url });
  await namespaces.create('t-one');
  await namespaces.create('t-one');
  await namespaces.drop('t-one');
  await namespaces.drop('t-one');
  await expect(namespaces.create('t-two')).resolves.toBeUndefined();
});
