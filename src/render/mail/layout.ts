// The two forms of a mail, text and HTML, from the same parts, so that they say the same.

import { limits } from '../../model/limits.ts';
import { oneLine } from '../../model/text.ts';

export type Part =
  | { kind: 'paragraph'; text: string }
  /** A remark that matters less. */
  | { kind: 'note'; text: string }
  /** A code to type. */
  | { kind: 'code'; text: string }
  | { kind: 'link'; label: string; url: string };

export interface MailText {
  subject: string;
  text: string;
  html: string;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** @throws RangeError if it is not an address that a browser opens */
function checkedUrl(url: string): string {
  if (!/^https?:\/\/[!-~]+$/.test(url)) throw new RangeError('a link in a mail must be http(s)');
  return url;
}

// No colour but the button's, which carries its own: a dark mail program then stays in charge of
// the rest. Styles stand in the elements, because many programs drop style sheets.
const font = "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif";
const styles = {
  body: `margin:0;padding:24px 16px;${font};overflow-wrap:anywhere`,
  frame: 'max-width:544px;margin:0 auto',
  brand: 'margin:0 0 24px;font-weight:600;opacity:.75',
  title: 'margin:0 0 16px;font-size:22px;line-height:1.3',
  paragraph: 'margin:0 0 16px',
  note: 'margin:0 0 16px;font-size:14px;opacity:.75',
  code: 'margin:0 0 16px;font:600 30px/1.3 ui-monospace,Menlo,Consolas,monospace',
  button:
    'display:inline-block;padding:12px 20px;border-radius:6px;background:#0b5d55;color:#ffffff;' +
    'font-weight:600;text-decoration:none',
  address: 'margin:0 0 16px;font-size:14px;opacity:.75;word-break:break-all',
} as const;

function htmlOf(part: Part): string {
  if (part.kind !== 'link') return `<p style="${styles[part.kind]}">${escapeHtml(part.text)}</p>`;
  const url = escapeHtml(checkedUrl(part.url));
  return (
    `<p style="${styles.paragraph}"><a href="${url}" style="${styles.button}">` +
    `${escapeHtml(part.label)}</a></p>\n` +
    `<p style="${styles.address}">Or copy this address into a browser:<br>${url}</p>`
  );
}

function textOf(part: Part): string {
  if (part.kind !== 'link') return part.text;
  return `${part.label}:\n${checkedUrl(part.url)}`;
}

/** Every text on one line and free of what turns or breaks it: names come from strangers. */
function tidied(part: Part): Part {
  return part.kind === 'link'
    ? { ...part, label: oneLine(part.label) }
    : { ...part, text: oneLine(part.text) };
}

/** Long names on both ends must not keep a mail from being sent. */
function shortened(subject: string): string {
  const line = oneLine(subject);
  if (line.length <= limits.mailSubjectLength) return line;
  return `${line.slice(0, limits.mailSubjectLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * A mail of these parts. Nothing in it is loaded from anywhere.
 * @param brand on whose behalf it comes
 * @throws RangeError if a link is not http(s)
 */
export function layOut(
  { subject, title, brand }: { subject: string; title: string; brand: string },
  parts: readonly Part[],
): MailText {
  const tidy = parts.map(tidied);
  const [heading, from] = [oneLine(title), oneLine(brand)];
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(heading)}</title>
</head>
<body style="${styles.body}">
<div style="${styles.frame}">
<p style="${styles.brand}">${escapeHtml(from)}</p>
<h1 style="${styles.title}">${escapeHtml(heading)}</h1>
${tidy.map(htmlOf).join('\n')}
</div>
</body>
</html>
`;
  const text = [heading, ...tidy.map(textOf), `-- \n${from}`].join('\n\n');
  return { subject: shortened(subject), text: `${text}\n`, html };
}
