// Syslog messages to the letter of RFC 5424.

import { expect, it } from 'vitest';
import { limits } from '../../src/model/limits.ts';
import { renderSyslog, type SyslogRecord } from '../../src/render/syslog.ts';

const record: SyslogRecord = {
  at: Date.UTC(2026, 10, 22, 9, 5, 7, 30),
  outcome: 'done',
  operation: 'device.create',
  tenantId: 't_0123',
  revision: 42,
  actor: 'u_ann',
  hash: 'abc=',
  entry: { subject: 'd_1', summary: { name: 'Größe 你好 🎉' } },
};

it('is one line of header, structured data and JSON in UTF-8', () => {
  expect(renderSyslog(record, 'vpn.example.com')).toBe(
    '<109>1 2026-11-22T09:05:07.030Z vpn.example.com sallyport - device.create ' +
      '[sallyport@32473 tenant="t_0123" revision="42" actor="u_ann" hash="abc="] ' +
      '\ufeff{"subject":"d_1","summary":{"name":"Größe 你好 🎉"}}',
  );
});

it.each([
  ['done', '<109>1 '],
  ['refused', '<108>1 '],
  ['failed', '<107>1 '],
] as const)('of what was %s begins with %s', (outcome, start) => {
  expect(renderSyslog({ ...record, outcome }, 'a').startsWith(start)).toBe(true);
});

it('lets no value end its quotes, its element or the line', () => {
  const actor = 'a"] x\\y\r\n<1>1 \u0085\u0000z';
  const message = renderSyslog({ ...record, actor, entry: { actor } }, 'a');
  expect(message).toContain('actor="a\\"\\] x\\\\y  <1>1   z"');
  expect(message.split('\ufeff')[0]).not.toMatch(/\p{Cc}/u);
  expect(message.split('\ufeff')[1]).toBe(JSON.stringify({ actor }));
  expect(message).not.toContain('\n');
});

it('puts a hyphen where a header field has nothing to show', () => {
  const message = renderSyslog({ ...record, operation: 'ä ö' }, '');
  expect(message).toMatch(/^<109>1 \S+ - sallyport - - \[/);
});

it('leaves out an entry that would make it too long, and says so', () => {
  const message = renderSyslog({ ...record, entry: { text: 'é'.repeat(5000) } }, 'a');
  expect(message).toMatch(/\ufeff\{"leftOut":true,"bytes":10\d{3}\}$/);
  expect(Buffer.byteLength(message)).toBeLessThan(limits.syslogMessageBytes);
});
