// When an Apple device connects by itself: rules that it reads from the top until one fits.

import type { OnDemand } from '../../model/profile.ts';
import { type Dictionary, plistText } from './plist.ts';

/** Answers 200 without a redirect only where no captive portal stands in between. */
const probeUrl = 'http://captive.apple.com/hotspot-detect.html';

type Medium = 'WiFi' | 'Cellular' | 'Ethernet';

function rule(action: 'Connect' | 'Disconnect', medium: Medium, more: Dictionary = {}): Dictionary {
  return { Action: action, InterfaceTypeMatch: medium, ...more };
}

function excluded({ excludedSsids }: OnDemand): Dictionary[] {
  if (excludedSsids.length === 0) return [];
  return [rule('Disconnect', 'WiFi', { SSIDMatch: excludedSsids.map(plistText) })];
}

/**
 * For the system's own client. What fits no rule is left as it is: in a network with a captive
 * portal, or by cable where only wireless counts. A probe by cellular would cost a fetch each time.
 */
export function ikev2OnDemand(onDemand: OnDemand): Dictionary {
  const probe: Dictionary = onDemand.probe ? { URLStringProbe: probeUrl } : {};
  const rules = {
    off: [],
    always: [
      ...excluded(onDemand),
      rule('Connect', 'WiFi', probe),
      rule('Connect', 'Ethernet', probe),
      rule('Connect', 'Cellular'),
      { Action: 'Ignore' },
    ],
    wifi: [
      ...excluded(onDemand),
      rule('Connect', 'WiFi', probe),
      rule('Disconnect', 'Cellular'),
      { Action: 'Ignore' },
    ],
    cellular: [rule('Disconnect', 'WiFi'), rule('Connect', 'Cellular'), { Action: 'Ignore' }],
  }[onDemand.mode];
  return rules.length === 0 ? { OnDemandEnabled: 0 } : { OnDemandEnabled: 1, OnDemandRules: rules };
}

/**
 * For the WireGuard app, which takes one, two or three rules in its own shapes and shows "off" for
 * all others. It has no probe.
 * @param other the medium that is not wireless LAN: the app of macOS asks for Ethernet there
 */
export function wireguardOnDemand(onDemand: OnDemand, other: 'Cellular' | 'Ethernet'): Dictionary {
  const without = excluded(onDemand);
  const [onWifi, elsewhere] = [rule('Connect', 'WiFi'), rule('Connect', other)];
  const rules = {
    off: [],
    always: without.length > 0 ? [...without, onWifi, elsewhere] : [{ Action: 'Connect' }],
    wifi: [...without, onWifi, rule('Disconnect', other)],
    cellular: [elsewhere, rule('Disconnect', 'WiFi')],
  }[onDemand.mode];
  return rules.length === 0 ? { OnDemandEnabled: 0 } : { OnDemandEnabled: 1, OnDemandRules: rules };
}
