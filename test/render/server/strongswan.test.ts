import { it } from 'vitest';
import { renderStrongswan } from '../../../src/render/server/strongswan.ts';
import { expectGolden } from './golden.ts';

it('sets of charon exactly this', () => {
  expectGolden('strongswan.conf', renderStrongswan());
});
