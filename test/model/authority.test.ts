import { expect, test } from 'vitest';
import { domainOf, permits } from '../../src/model/authority.ts';

test.each([
  ['vpn.example.com', 'example.com'],
  ['VPN.Berlin.Example.com', 'berlin.example.com'],
  ['example.com', 'example.com'],
  ['localhost', 'localhost'],
  // Everybody's domain, not the gateway's.
  ['example.co.uk', 'example.co.uk'],
  ['vpn.example.co.uk', 'example.co.uk'],
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8::7', '2001:db8::7'],
])('the authority for %s is made for %s', (host, domain) => {
  expect(domainOf(host)).toBe(domain);
  expect(permits(domain, host)).toBe(true);
});

test.each([
  ['example.com', 'example.com.evil.test'],
  ['example.com', 'notexample.com'],
  ['example.com', '192.0.2.7'],
  ['192.0.2.7', '192.0.2.8'],
  ['2.7', '192.0.2.7'],
])('an authority for %s does not vouch for %s', (domain, host) => {
  expect(permits(domain, host)).toBe(false);
});
