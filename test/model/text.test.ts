// Names, slugs and host names that people choose.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/model/limits.ts';
import { emailSchema, isHostname, nameSchema, slugFrom, slugSchema } from '../../src/model/text.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 150 });
const grapheme = fc.string({ unit: 'grapheme', maxLength: 150 });

describe('a name', () => {
  it('once accepted is accepted again unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, grapheme), (text) => {
        const { data } = nameSchema.safeParse(text);
        if (data !== undefined) expect(nameSchema.parse(data)).toBe(data);
      }),
    );
  });

  it('never holds a control character, a line break or more than its limit', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, grapheme), (text) => {
        const name = nameSchema.safeParse(text).data ?? 'refused';
        expect(name).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(name.length).toBeLessThanOrEqual(limits.nameLength);
        expect(name.trim()).toBe(name);
        expect(name).not.toBe('');
      }),
    );
  });

  it.each(['Anna’s Büro', '北京', '🦊 fox', 'O\'Neil "quoted" <b>', '../../etc', '=1+1', '-rf'])(
    'may be %s',
    (name) => {
      expect(nameSchema.parse(name)).toBe(name);
    },
  );

  it.each(['', '   ', 'a\nb', 'a\u0000b', 'a\u202eb', 'a\u2028b', 'a\u0085b', 'x'.repeat(101)])(
    'may not be %j',
    (name) => {
      expect(nameSchema.safeParse(name).success).toBe(false);
    },
  );

  it('is the same however its accents were typed', () => {
    expect(nameSchema.parse(' u\u0308ber ')).toBe('über');
  });
});

describe('a slug', () => {
  it('made from any name is accepted', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, grapheme), (name) => {
        const slug = slugFrom(name);
        if (slug !== undefined) expect(slugSchema.parse(slug)).toBe(slug);
        else expect(name.normalize('NFKD')).not.toMatch(/[a-z]/i);
      }),
    );
  });

  it.each([
    ['Example GmbH & Co. KG', 'example-gmbh-co-kg'],
    ['42 Degrees', 'degrees'],
    ['Café', 'cafe'],
    [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
    ['北京', undefined],
  ])('of %s is %s', (name, slug) => {
    expect(slugFrom(name)).toBe(slug);
  });

  it.each(['', 'A', '1a', 'a-', '-a', 'a_b', 'a b', 'a'.repeat(41), 'a\n'])(
    'may not be %j',
    (text) => {
      expect(slugSchema.safeParse(text).success).toBe(false);
    },
  );
});

describe('a host name', () => {
  it('is accepted exactly when it is made of labels', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const text = labels.join('.');
        expect(isHostname(text)).toBe(!/^[\d.]+$/.test(text));
      }),
    );
  });

  it.each(['', '.', 'a.', '-a', 'a-', 'a..b', '1.2.3.4', '1.2', 'ä.test', 'a\n', 'x'.repeat(64)])(
    'may not be %j',
    (text) => {
      expect(isHostname(text)).toBe(false);
    },
  );
});

describe('an e-mail address', () => {
  it('is kept in lower case', () => {
    expect(emailSchema.parse('Anna@Example.TEST')).toBe('anna@example.test');
  });
  it.each(['', 'a', 'a@', '@b.test', 'a b@c.test', `${'a'.repeat(250)}@b.test`])(
    'may not be %j',
    (text) => {
      expect(emailSchema.safeParse(text).success).toBe(false);
    },
  );
});
