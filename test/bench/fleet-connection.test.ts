// What a simulated gateway takes for an answer, however it is cut into pieces.

import { expect, test } from 'vitest';
import { parseAnswer } from '../../bench/fleet-connection.ts';

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

test.each([
  ['a body of a known length', `${head}Content-Length: 5\r\n\r\nhello`, 200, 'hello'],
  [
    'chunks',
    `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`,
    200,
    'hello',
  ],
  ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
])('reads an answer with %s, and only once it is whole', (_, text, status, body) => {
  expect(parseAnswer(text)).toEqual({ status, body, reportAfter: 0 });
  for (let length = 0; length < text.length; length++)
    expect(parseAnswer(text.slice(0, length))).toBeUndefined();
});

test('reads how long a report shall wait', () => {
  const answer = parseAnswer(`${head}sallyport-report-after: 1250\r\n\r\n`);
  expect(answer?.reportAfter).toBe(1250);
});

test('reads text beyond ASCII', () => {
  const bytes = Buffer.from('é');
  const text = `${head}Content-Length: ${bytes.length}\r\n\r\n${bytes.toString('latin1')}`;
  expect(parseAnswer(text)?.body).toBe('é');
});
