// Syslog over TLS to a server that counts octets itself, the same on every runtime.

import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { World } from './world.ts';

/** The messages of a stream, by the lengths before them (RFC 5425 §4.3). */
function unframe(stream: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < stream.length; ) {
    const blank = stream.indexOf(' ', at);
    const end = blank + 1 + Number(stream.subarray(at, blank).toString());
    if (!(end <= stream.length)) throw new Error(`no whole frame at ${at} of ${stream.length}`);
    messages.push(stream.subarray(blank + 1, end).toString());
    at = end;
  }
  return messages;
}

type OnConnection = (socket: TLSSocket) => void;

export function syslogSuite(world: () => World): void {
  const serve = async (onConnection: OnConnection, name = 'IP:127.0.0.1') => {
    const { key, cert } = world().authority.issue(name);
    const server = createServer({ key, cert }, (socket) => {
      socket.on('error', () => {});
      onConnection(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  };
  const send = (port: number, messages: string[], ending: object = {}, host = '127.0.0.1') =>
    world().call({
      service: 'syslog',
      variables: { SALLYPORT_OUTBOUND_PRIVATE: 'allow' },
      target: { host, port },
      messages,
      ...ending,
    });
  const many = (length: number) =>
    Array.from(
      { length },
      (_, i) => `<108>1 - - - - - - Größe 你好 🎉 ${i} ${'x'.repeat(i % 500)}`,
    );

  describe('syslog', () => {
    it('takes 1,000 messages over whole and in order', async () => {
      const chunks: Buffer[] = [];
      const port = await serve((socket) => socket.on('data', (chunk) => chunks.push(chunk)));
      await send(port, many(1000));
      expect(unframe(Buffer.concat(chunks))).toEqual(many(1000));
    });

    it('opens no connection for no messages', async () => {
      await expect(send(1, [])).resolves.toBeUndefined();
    });

    it.each([
      ['resets the connection at once', (socket: TLSSocket) => socket.destroy()],
      [
        'resets it in the middle',
        (socket: TLSSocket) => socket.once('data', () => socket.destroy()),
      ],
      ['closes it before it has read everything', (socket: TLSSocket) => socket.end()],
    ])('fails when the server %s', async (_, onConnection) => {
      const port = await serve(onConnection);
      const messages = many(1000).map((message) => message.padEnd(8000, 'x'));
      await expect(send(port, messages)).rejects.toMatchObject({ code: 'outside_unavailable' });
    });

    it('ends when its job ends, at a server that does not close', async () => {
      const port = await serve((socket) => {
        socket.allowHalfOpen = true;
        socket.resume();
      });
      const sent = send(port, many(1), { milliseconds: 200 });
      await expect(sent).rejects.toMatchObject({ code: 'outside_unavailable' });
      await expect(sent).rejects.toThrow(/timeout/);
    });

    it('sends nothing where the certificate is of another name, or nobody listens', async () => {
      let bytes = 0;
      const port = await serve((socket) => {
        socket.on('data', (chunk) => {
          bytes += chunk.length;
        });
      }, 'DNS:other.example');
      for (const target of [port, 1])
        await expect(send(target, many(3))).rejects.toMatchObject({ code: 'outside_unavailable' });
      expect(bytes).toBe(0);
    });

    it('refuses a message that servers would cut, and a private host', async () => {
      const long = send(1, ['é'.repeat(4097)]);
      await expect(long).rejects.toMatchObject({ code: 'invalid_input' });
      const hidden = send(1, ['x'], { variables: {} }, '10.0.0.1');
      await expect(hidden).rejects.toThrow(/host must not lie in a private network/);
    });
  });
}
