// Mail over real SMTP servers, the same on every runtime.

import { createServer } from 'node:net';
import { format } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Mail } from '../../src/model/mail.ts';
import { createAuthority } from './authority.ts';
import { login, type MailServer, startMailServer } from './smtp.ts';
import type { World } from './world.ts';

export const ordinaryMail: Mail = {
  to: 'ann@example.com',
  fromName: 'Größe "Zürich", Ltd.',
  subject: 'Grüße — 你好 🎉',
  text: 'Hello\n.\nÄrger – a line of a single dot stays\n',
  html: '<p>Hello, Ärger</p>',
  messageId: 'job-0001',
};

const credentials = `${login.user}:${encodeURIComponent(login.password)}`;

/** The text of a header, unfolded. */
function headerOf({ received }: MailServer, name: string): string | undefined {
  const head = received[0]?.message.split('\r\n\r\n')[0]?.replace(/\r\n[ \t]/g, ' ') ?? '';
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1];
}

export function mailSuite(world: () => World): void {
  const issued = () => world().authority.issue('IP:127.0.0.1');
  const starttls = ({ port }: MailServer, who = credentials) => `smtp://${who}@127.0.0.1:${port}`;
  const send = (address: string, changes: Partial<Mail> = {}, ending: object = {}) =>
    world().call({
      service: 'mail',
      variables: { SALLYPORT_SMTP_URL: address, SALLYPORT_MAIL_FROM: 'vpn@example.net' },
      mail: { ...ordinaryMail, ...changes },
      ...ending,
    });

  describe('mail', () => {
    it('goes through STARTTLS with a login, whole and with its headers', async () => {
      const server = await startMailServer(issued());
      await send(starttls(server));
      expect(server.received).toMatchObject([
        { from: 'vpn@example.net', to: ['ann@example.com'], secure: true },
      ]);
      expect(headerOf(server, 'Message-ID')).toBe('<job-0001@example.net>');
      expect(headerOf(server, 'Auto-Submitted')).toBe('auto-generated');
      expect(headerOf(server, 'To')).toBe('ann@example.com');
      expect(headerOf(server, 'From')).toMatch(/^=\?UTF-8\?.+\?= <vpn@example\.net>$/);
      expect(server.received[0]?.message).toContain('multipart/alternative');
      expect(server.received[0]?.message).not.toMatch(/X-Mailer|<img|nodemailer/i);
    });

    it('goes through TLS from the first byte', async () => {
      const server = await startMailServer(issued(), { secure: true });
      await send(`smtps://${credentials}@127.0.0.1:${server.port}`);
      expect(server.received).toMatchObject([{ secure: true }]);
    });

    it('is not sent where the certificate is of another name or authority', async () => {
      const stranger = createAuthority();
      onTestFinished(() => stranger.remove());
      const certificates = [
        world().authority.issue('DNS:other.example'),
        stranger.issue('IP:127.0.0.1'),
      ];
      for (const certificate of certificates) {
        const server = await startMailServer(certificate);
        const direct = await startMailServer(certificate, { secure: true });
        const addresses = [starttls(server), `smtps://${credentials}@127.0.0.1:${direct.port}`];
        for (const address of addresses)
          await expect(send(address)).rejects.toMatchObject({ code: 'outside_unavailable' });
        expect([server.received, direct.received]).toEqual([[], []]);
      }
    });

    it('is not sent, nor is the password, where there is no TLS', async () => {
      const commands: string[] = [];
      const server = await startMailServer(issued(), {
        hideSTARTTLS: true,
        allowInsecureAuth: true,
        disabledCommands: ['STARTTLS'],
        logger: { ...silent, debug: (_, ...line) => void commands.push(format(...line)) },
      });
      await expect(send(starttls(server))).rejects.toMatchObject({ code: 'misconfigured' });
      expect(server.received).toEqual([]);
      expect(commands.join('\n')).toContain('EHLO');
      expect(commands.join('\n')).not.toMatch(/C: (AUTH|MAIL FROM)/);
    });

    it('says for good that the server knows no such box, or takes no such text', async () => {
      const server = await startMailServer(issued());
      for (const to of ['nobody@example.com', 'spam@example.com']) {
        const refused = send(starttls(server), { to });
        await expect(refused).rejects.toMatchObject({ code: 'mail_refused' });
        await expect(refused).rejects.toThrow(/5\.1\.1 no such box|5\.7\.1 looks bad/);
      }
    });

    it('asks to be sent again after a 450', async () => {
      const server = await startMailServer(issued());
      const refused = send(starttls(server), { to: 'later@example.com' });
      await expect(refused).rejects.toMatchObject({ code: 'outside_unavailable' });
      await expect(refused).rejects.toThrow(/450 4\.2\.0 no such box/);
    });

    it('blames the settings for a wrong password, and keeps it to itself', async () => {
      const server = await startMailServer(issued());
      const refused = send(starttls(server, 'sallyport:wrong-password'));
      await expect(refused).rejects.toMatchObject({ code: 'misconfigured' });
      await expect(refused).rejects.not.toThrow(/wrong-password/);
    });

    it('is not sent without the login that was asked for', async () => {
      const server = await startMailServer(issued(), { disabledCommands: ['AUTH'] });
      await expect(send(starttls(server))).rejects.toMatchObject({ code: 'misconfigured' });
      expect(server.received).toEqual([]);
    });

    it.each([
      ['to', 'ann@example.com\r\nBcc: eve@example.com'],
      ['to', 'ann@example.com, eve@example.com'],
      ['to', 'Ann <ann@example.com>'],
      ['fromName', 'Ann\r\nBcc: eve@example.com'],
      ['subject', 'Hello\nBcc: eve@example.com'],
      ['subject', 'Hello\u2028Bcc: eve@example.com'],
      ['subject', 'x'.repeat(201)],
      ['messageId', 'a@b>\r\nBcc: eve@example.com'],
      ['messageId', '../../etc/passwd'],
    ])('refuses a %s that could become something else: %j', async (field, value) => {
      const refused = send('smtp://127.0.0.1:1', { [field]: value });
      await expect(refused).rejects.toMatchObject({
        code: 'invalid_input',
        problems: [expect.objectContaining({ field })],
      });
    });

    it('keeps a sender that looks like two a name', async () => {
      const server = await startMailServer(issued());
      const fromName = 'eve@evil.example" <eve@evil.example>, "';
      await send(starttls(server), { fromName });
      expect(headerOf(server, 'From')).toMatch(/<vpn@example\.net>$/);
      expect(server.received[0]?.from).toBe('vpn@example.net');
    });

    it('ends when its job ends, at a server that says nothing', async () => {
      const mute = createServer();
      await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void mute.close());
      const address = mute.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const sent = send(`smtp://127.0.0.1:${port}`, {}, { milliseconds: 100 });
      await expect(sent).rejects.toMatchObject({ code: 'outside_unavailable' });
    });
  });
}

const silent = { info() {}, error() {}, warn() {}, trace() {}, fatal() {}, debug() {} };
