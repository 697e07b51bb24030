// The mails: exact bytes, the same in both forms, and unharmed by hostile names.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mailSchema } from '../../../src/model/mail.ts';
import {
  bookmarkMail,
  deviceLinkMail,
  invitationMail,
  type MailText,
  noticeMail,
  signInMail,
} from '../../../src/render/mail/mails.ts';

const folder = fileURLToPath(new URL('../../golden/mail/', import.meta.url));
const link = 'https://vpn.example.com/l/abc?x=1&y=2';
const expiresAt = Date.UTC(2026, 10, 29, 9, 5, 7);

interface Names {
  tenantName: string;
  inviterName: string;
  deviceName: string;
  browser: string;
}

function mailsWith({ tenantName, inviterName, deviceName, browser }: Names) {
  const askedBy = { address: '198.51.100.7', browser };
  const mails: Record<string, MailText> = {
    'sign-in': signInMail({ tenantName, code: '12345678', link, validMinutes: 10, askedBy }),
    invitation: invitationMail({ tenantName, inviterName, role: 'admin', link, expiresAt }),
    'device-link': deviceLinkMail({ tenantName, deviceName, platform: 'ios', link, expiresAt }),
    bookmark: bookmarkMail({ tenantName, userName: inviterName, link, expiresAt: null }),
    notice: noticeMail({
      tenantName,
      title: 'A passkey was added to your account',
      paragraphs: [`The passkey "${deviceName}" was added.`, 'Was it not you? Remove it at once.'],
      link: { label: 'Look at my passkeys', url: link },
    }),
  };
  return mails;
}

/** What a reader of the HTML sees, as words. */
function seen(html: string): string {
  const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
  let text = html.replace(/<head>.*<\/head>/s, ' ').replace(/<[^>]*>/g, ' ');
  for (const [entity, character] of Object.entries(entities))
    text = text.replaceAll(entity, character);
  return text.replace(/\s+/g, ' ').trim();
}

const usual = mailsWith({
  tenantName: 'Größe & Söhne',
  inviterName: 'Ann Example',
  deviceName: "Bob's phone",
  browser: 'Firefox on Windows',
});

describe.each(Object.keys(usual))('the mail %s', (kind) => {
  it('is as it is kept, byte for byte', () => {
    const { subject, text, html } = usual[kind] ?? { subject: '', text: '', html: '' };
    const files = { [`${kind}.txt`]: `${subject}\n\n${text}`, [`${kind}.html`]: html };
    for (const [name, content] of Object.entries(files)) {
      if (process.env.UPDATE_GOLDEN === '1') {
        mkdirSync(folder, { recursive: true });
        writeFileSync(folder + name, content);
      }
      expect(content).toBe(readFileSync(folder + name, 'utf8'));
    }
  });

  it('says in its text what it says in its HTML', () => {
    const { text = '', html = '' } = usual[kind] ?? {};
    for (const line of text.split('\n').filter((one) => !/^(-- ?|)$/.test(one)))
      expect(seen(html)).toContain(line.replace(/:$/, ''));
  });

  it('loads nothing and runs nothing', () => {
    const { html = '' } = usual[kind] ?? {};
    expect(html).not.toMatch(/<(img|script|link|iframe|style|form)|url\(|src=/i);
  });

  it.each([
    ['quotes', '"><b onclick="x" a=\'y\'>'],
    ['elements', '</p><script>alert(1)</script><img src=x>'],
    ['entities', '&lt;b&gt;&amp;'],
    ['line breaks', 'Ann\r\nBcc: eve@example.com\u2028Subject: x\u0085'],
    ['an override that turns it around', 'Ann\u202egpj.exe\u2066'],
    ['half a character', 'Ann\ud83c'],
    ['emoji', '👩‍👩‍👧‍👦🏳️‍🌈'],
    ['a hundred characters', 'W'.repeat(100)],
    ['nothing but a blank', ' '],
  ])('bears a name of %s', (_, name) => {
    const names = { tenantName: name, inviterName: name, deviceName: name, browser: name };
    const mail = mailsWith(names)[kind] ?? { subject: '', text: '', html: '' };
    const envelope = { to: 'ann@example.com', fromName: 'Sallyport', messageId: 'a' };
    expect(mailSchema.parse({ ...envelope, ...mail }).subject.length).toBeLessThanOrEqual(200);
    const tags = (html: string) => html.match(/<[^>]*>/g);
    expect(tags(mail.html)).toEqual(tags(usual[kind]?.html ?? ''));
    const lines = (text: string) => text.split(/[\n\r\u2028\u2029\u0085]/).length;
    expect(lines(mail.text)).toBe(lines(usual[kind]?.text ?? ''));
    expect(mail.text + mail.html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect((mail.text + mail.html).isWellFormed()).toBe(true);
  });
});

it('a link is http(s), whoever gave it', () => {
  for (const url of ['javascript:alert(1)', 'https://a.test/\n', 'data:text/html,x', '/l/x'])
    expect(() =>
      noticeMail({ tenantName: 'a', title: 'b', paragraphs: [], link: { label: 'c', url } }),
    ).toThrow(RangeError);
});

it('a code has eight digits', () => {
  const askedBy = { address: '::1', browser: 'x' };
  const data = { tenantName: 'a', link, validMinutes: 10, askedBy };
  for (const code of ['1234567', '123456789', '1234567x'])
    expect(() => signInMail({ ...data, code })).toThrow(RangeError);
});
