# Reads a keyfile of NetworkManager's for WireGuard by its own library, and prints what it says as
# wg-quick would have it. NetworkManager itself makes such tunnels in the kernel alone.
import sys

import gi

gi.require_version("NM", "1.0")
from gi.repository import NM, GLib

file = GLib.KeyFile()
file.load_from_file(sys.argv[1], GLib.KeyFileFlags.NONE)
connection = NM.keyfile_read(file, "/", NM.KeyfileHandlerFlags.NONE, None, None)
connection.verify()
connection.verify_secrets()
wireguard = connection.get_setting_by_name("wireguard")
print("[Interface]")
print(f"PrivateKey = {wireguard.get_private_key()}")
print(f"MTU = {wireguard.get_mtu()}")
for ip in (connection.get_setting_ip4_config(), connection.get_setting_ip6_config()):
    for i in range(ip.get_num_addresses()):
        address = ip.get_address(i)
        print(f"Address = {address.get_address()}/{address.get_prefix()}")
    for i in range(ip.get_num_dns()):
        print(f"DNS = {ip.get_dns(i)}")
for i in range(wireguard.get_peers_len()):
    peer = wireguard.get_peer(i)
    allowed = [peer.get_allowed_ip(j, None) for j in range(peer.get_allowed_ips_len())]
    print("[Peer]")
    print(f"PublicKey = {peer.get_public_key()}")
    print(f"Endpoint = {peer.get_endpoint()}")
    print(f"AllowedIPs = {', '.join(allowed)}")
    print(f"PersistentKeepalive = {peer.get_persistent_keepalive()}")
