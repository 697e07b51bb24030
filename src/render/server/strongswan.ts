// Settings of charon as a gateway needs them: a file in strongswan.d, read after Debian's there.

import { swanctlPrefix } from './swanctl.ts';

export const strongswanFile = `${swanctlPrefix}.conf`;

// The section is `charon`, which charon-systemd falls back to: what an owner sets in its own goes
// before this. A charon that does not know one of them ignores it.
const settings = `# Sallyport's settings of charon. Changes are overwritten: set your own in the
# section charon-systemd, or in a file here whose name comes later.
charon {
	# An office comes back at once, after a power cut or a restart here, and charon counts
	# by address: its own 3 and 5 keep most of it waiting. So an address may have 30 logins
	# unfinished as any other; up to 100 it has to send back a cookie, which costs a round
	# trip, and which nobody can who forged the address.
	cookie_threshold_ip = 30
	cookie_threshold = 100
	block_threshold = 100
	# Unfinished logins of all addresses together: more of them may not fill the memory.
	init_limit_half_open = 1000

	# By its own 1 and 1, each packet of IKE goes through the list of all sessions, alone.
	ikesa_table_size = 1024
	ikesa_table_segments = 16

	# They come with plugins that a gateway needs, are on by that alone, and speak to the
	# network that the machine is in: broadcasts for devices, ARP and DHCP in their name.
	plugins {
		forecast {
			load = no
		}
		farp {
			load = no
		}
		dhcp {
			load = no
		}
	}
}
`;

export function renderStrongswan(): string {
  return settings;
}
