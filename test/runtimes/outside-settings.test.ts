import { expect, it } from 'vitest';
import { readOutside } from '../../src/runtimes/outside-settings.ts';

const from = { SALLYPORT_MAIL_FROM: 'vpn@example.com' };

it.each([
  [
    'smtp://ann:p%40ss%3A%2Fword@mail.example.com',
    { port: 587, implicitTls: false, login: { user: 'ann', password: 'p@ss:/word' } },
  ],
  [
    'smtps://ann%40example.com:x@mail.example.com/',
    { port: 465, implicitTls: true, login: { user: 'ann@example.com', password: 'x' } },
  ],
  ['smtp://mail.example.com:2525', { port: 2525, implicitTls: false, login: undefined }],
  ['smtps://[2a00::1]:465', { host: '2a00::1', port: 465, implicitTls: true, login: undefined }],
])('reads %s', (url, server) => {
  const { mail } = readOutside({ ...from, SALLYPORT_SMTP_URL: url }, 'The environment');
  expect(mail).toEqual({
    from: 'vpn@example.com',
    server: { host: 'mail.example.com', ...server },
  });
});

it.each([
  'mail.example.com',
  'http://mail.example.com',
  'smtp://ann:hunter2@mail.example.com:99999',
  'smtp://ann:hunter2@mail.example.com/path',
  'smtp://ann:hunter2@mail.example.com?tls=no',
  'smtp://ann:hunter2%@mail.example.com',
  'smtp://ann@mail.example.com',
  'smtp://:hunter2@mail.example.com',
  'smtp://ann:hunter2@mail_.example.com',
])('refuses %s, and keeps it to itself', (url) => {
  const read = () => readOutside({ ...from, SALLYPORT_SMTP_URL: url }, 'The environment');
  expect(read).toThrow(/SALLYPORT_SMTP_URL must be smtp:\/\/user:password@host:587 \(STARTTLS\)/);
  expect(read).not.toThrow(/hunter2/);
});

it('asks for the address that mails come from', () => {
  const read = () => readOutside({ SALLYPORT_SMTP_URL: 'smtps://mail.example.com' }, 'It');
  expect(read).toThrow(/SALLYPORT_MAIL_FROM is required/);
});

it('refuses private targets if it is not told to allow them', () => {
  expect(readOutside({}, 'It').outbound).toEqual({ allowPrivate: false });
  const allowed = readOutside({ SALLYPORT_OUTBOUND_PRIVATE: 'allow' }, 'It');
  expect(allowed.outbound).toEqual({ allowPrivate: true });
  expect(() => readOutside({ SALLYPORT_OUTBOUND_PRIVATE: 'yes' }, 'It')).toThrow(/"allow"/);
});
