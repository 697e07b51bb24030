// The PowerShell script for Windows. No PowerShell can be had from npm or Debian (its own packages
// fetch it from elsewhere when they are installed), so a tokenizer of its lexical rules stands in
// for its parser (about_Quoting_Rules, about_Parsing): it finds what ends a string too early, what
// is never closed, and everything in a script that is not ours.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64 } from '../../../src/model/encoding.ts';
import type { Ikev2ProfileInput } from '../../../src/model/profile.ts';
import { powershellString, renderWindows } from '../../../src/render/client/windows.ts';
import { allThrough, hostileNames, someThrough } from './ikev2.ts';

type Token = { kind: 'string' | 'comment' | 'word'; text: string };

const quotes = /['\u2018-\u201b]/;

/** A verbatim string that begins at an index: what it says, and where it ends. */
function verbatim(script: string, start: number): { text: string; end: number } {
  let text = '';
  for (let at = start + 1; at < script.length; at++) {
    const character = script.charAt(at);
    if (!quotes.test(character)) text += character;
    else if (quotes.test(script.charAt(at + 1))) text += script.charAt(++at);
    else return { text, end: at + 1 };
  }
  throw new Error(`the string at ${start} is never closed: ${script.slice(start, start + 40)}`);
}

const closing: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/** @throws Error at whatever our scripts have no reason to hold */
function tokenize(script: string): Token[] {
  const tokens: Token[] = [];
  const open: string[] = [];
  for (let at = 0; at < script.length; ) {
    const rest = script.slice(at);
    const character = rest.charAt(0);
    const blank = /^\s+/.exec(rest)?.[0];
    const comment = /^#[^\r\n]*/.exec(rest)?.[0];
    const word = /^(?:\$?[\w:-]+|[@.,;=|&!+*/\\-])/.exec(rest)?.[0];
    if (blank !== undefined) at += blank.length;
    else if (comment !== undefined) {
      tokens.push({ kind: 'comment', text: comment });
      at += comment.length;
    } else if (quotes.test(character)) {
      const { text, end } = verbatim(script, at);
      tokens.push({ kind: 'string', text });
      at = end;
    } else if (closing[character]) {
      open.push(closing[character]);
      tokens.push({ kind: 'word', text: character });
      at++;
    } else if (')}]'.includes(character)) {
      if (open.pop() !== character) throw new Error(`${character} at ${at} closes nothing`);
      tokens.push({ kind: 'word', text: character });
      at++;
    } else if (word !== undefined) {
      tokens.push({ kind: 'word', text: word });
      at += word.length;
    } else throw new Error(`${JSON.stringify(rest.slice(0, 20))} at ${at} is no token of ours`);
  }
  if (open.length > 0) throw new Error(`${open.length} are never closed`);
  return tokens;
}

async function tokensOf(input: Ikev2ProfileInput): Promise<Token[]> {
  return tokenize((await renderWindows(input)).slice(1));
}

const shapeOf = (tokens: Token[]) =>
  tokens.map(({ kind, text }) => (kind === 'string' ? "''" : text)).join(' ');

/** What cmdlets take, from MicrosoftDocs/windows-powershell-docs, winserver2025-ps/VpnClient. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  'Add-VpnConnection': [
    ...['Name', 'ServerAddress', 'TunnelType', 'AuthenticationMethod', 'EncryptionLevel'],
    ...['MachineCertificateIssuerFilter', 'SplitTunneling', 'AllUserConnection', 'Force'],
  ],
  'Set-VpnConnectionIPsecConfiguration': [
    ...['ConnectionName', 'AuthenticationTransformConstants', 'CipherTransformConstants'],
    ...['EncryptionMethod', 'IntegrityCheckMethod', 'DHGroup', 'PfsGroup', 'AllUserConnection'],
    'Force',
  ],
};
const values: Readonly<Record<string, readonly string[]>> = {
  TunnelType: ['Pptp', 'L2tp', 'Sstp', 'Ikev2', 'Automatic'],
  AuthenticationMethod: ['Pap', 'Chap', 'MSChapv2', 'Eap', 'MachineCertificate'],
  EncryptionLevel: ['NoEncryption', 'Optional', 'Required', 'Maximum', 'Custom'],
  AuthenticationTransformConstants: [
    ...['MD596', 'SHA196', 'SHA256128', 'GCMAES128', 'GCMAES192', 'GCMAES256', 'None'],
  ],
  CipherTransformConstants: [
    ...['DES', 'DES3', 'AES128', 'AES192', 'AES256', 'GCMAES128', 'GCMAES192', 'GCMAES256', 'None'],
  ],
  EncryptionMethod: ['DES', 'DES3', 'AES128', 'AES192', 'AES256', 'GCMAES128', 'GCMAES256'],
  IntegrityCheckMethod: ['MD5', 'SHA1', 'SHA256', 'SHA384'],
  DHGroup: ['None', 'Group1', 'Group2', 'Group14', 'ECP256', 'ECP384', 'Group24'],
  PfsGroup: ['None', 'PFS1', 'PFS2', 'PFS2048', 'ECP256', 'ECP384', 'PFSMM', 'PFS24'],
};

/** Keys with their values of the tables that are handed to a cmdlet as `@name`. */
function splatted(script: string, cmdlet: string): [string, string][] {
  const name = new RegExp(`${cmdlet} @(\\w+)`).exec(script)?.[1];
  const body = new RegExp(`\\$${name} = @\\{([^}]*)\\}`).exec(script)?.[1] ?? '';
  return [...body.matchAll(/^\s*(\w+) = (.*?)\r?$/gm)].map(([, key = '', value = '']) => [
    key,
    value,
  ]);
}

describe('a script for Windows', () => {
  it.each([
    ['all through', allThrough],
    ['some through', someThrough],
  ])('is closed in all its parts and holds nothing that is expanded: %s', async (_, input) => {
    const tokens = await tokensOf(input);
    expect(tokens.length).toBeGreaterThan(500);
    for (const { kind, text } of tokens)
      if (kind === 'word') expect(text).not.toMatch(/["`]|Invoke-Expression|\biex\b/i);
  });

  it('begins with the mark of UTF-8 and has the line ends of Windows', async () => {
    const script = await renderWindows(someThrough);
    expect(script.startsWith('\ufeff#Requires -Version 5.1\r\n')).toBe(true);
    expect(script.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it.each(Object.keys(parameters))('gives %s what it takes', async (cmdlet) => {
    const given = splatted(await renderWindows(allThrough), cmdlet);
    expect(given.map(([key]) => key)).toEqual(parameters[cmdlet]);
    for (const [key, value] of given)
      if (values[key]) expect(values[key]).toContain(value.replaceAll("'", ''));
  });

  it('refers to no variable that nothing sets', async () => {
    const words = (await tokensOf(allThrough)).filter(({ kind }) => kind === 'word');
    const set = new Set(['$true', '$false', '$null', '$_', '$ErrorActionPreference']);
    const script = await renderWindows(allThrough);
    for (const [, name = ''] of script.matchAll(/(\$\w+) =/g)) set.add(name);
    for (const [, name = ''] of script.matchAll(/foreach \((\$\w+) in/g)) set.add(name);
    for (const [, list = ''] of script.matchAll(/(?:function [\w-]+|param)\(([^)]*)\)/g))
      for (const [name] of list.matchAll(/\$\w+/g)) set.add(name);
    const used = words.flatMap(({ text }) => /^\$\w+/.exec(text) ?? []);
    expect(used.filter((name) => !set.has(name))).toEqual([]);
    const functions = [...script.matchAll(/^function ([\w-]+)/gm)].map(([, name]) => name);
    expect(functions).toHaveLength(6);
    for (const name of functions) expect(script.split(`${name} `).length).toBeGreaterThan(1);
  });

  it('sends what goes through the tunnel, and both halves of IPv6', async () => {
    const routes = async (some: readonly string[]) => {
      const [one] = allThrough.connections;
      const script = await renderWindows({
        ...allThrough,
        connections: one ? [{ ...one, routes: some }] : [],
      });
      return [/Split = \$(\w+)/.exec(script)?.[1], /Routes = @\((.*)\)/.exec(script)?.[1]];
    };
    expect(await routes(['0.0.0.0/0', '::/0'])).toEqual(['false', "'::/1', '8000::/1'"]);
    expect(await routes(['0.0.0.0/0'])).toEqual(['false', '']);
    expect(await routes(['10.0.0.0/8', 'fd00::/8'])).toEqual(['true', "'10.0.0.0/8', 'fd00::/8'"]);
    expect(await routes(['10.0.0.0/8', '::/0'])).toEqual([
      'true',
      "'10.0.0.0/8', '::/1', '8000::/1'",
    ]);
  });

  it('holds the bundle and the roots as they are', async () => {
    const strings = (await tokensOf(someThrough)).filter(({ kind }) => kind === 'string');
    const decoded = strings.flatMap(({ text }) => fromBase64(text) ?? []);
    for (const bytes of [someThrough.pkcs12, ...someThrough.authorities.map((a) => a.certificate)])
      expect(decoded).toContainEqual(bytes);
  });
});

describe('a name in a script for Windows', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom("'", '’', '‘', '‚', '‛', '"', '`', '$', '(', 'a', '\n') }),
    fc.constantFrom(...hostileNames),
  );

  it('is one string whatever it holds, and PowerShell reads it back', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = tokenize(powershellString(text));
        expect(tokens).toHaveLength(1);
        expect(tokens[0]?.kind).toBe('string');
        if (/^[!-~]+$/.test(text)) expect(tokens[0]?.text).toBe(text);
      }),
    );
  });

  it('changes nothing of the script around it', async () => {
    const expected = shapeOf(await tokensOf(someThrough));
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (tenantName, gatewayName) => {
        const connections = someThrough.connections.map((one) => ({ ...one, gatewayName }));
        const tokens = await tokensOf({ ...someThrough, tenantName, connections });
        expect(shapeOf(tokens)).toBe(expected);
        const names = tokens.flatMap(({ kind, text }, index) =>
          kind === 'string' && tokens[index - 2]?.text === 'Name' ? [text] : [],
        );
        const own = names.filter((name) => !name.includes('Add-VpnConnection'));
        expect(new Set(own.map((name) => name.toLowerCase())).size).toBe(2);
        for (const name of own) expect(name).toMatch(/^[^ .\\/:*?"<>|[\]=][^\\/:*?"<>|[\]=]*$/);
      }),
      { numRuns: 60 },
    );
  });
});
