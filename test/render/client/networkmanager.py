# Reads keyfiles with GLib and NetworkManager's own library: one JSON list of texts comes in, one
# of what they say goes out.
import json
import sys

import gi

gi.require_version("NM", "1.0")
from gi.repository import NM, GLib


def groups(text):
    file = GLib.KeyFile()
    file.load_from_data(text, len(text.encode()), GLib.KeyFileFlags.NONE)
    names = file.get_groups()[0]
    return file, {
        name: {key: file.get_string(name, key) for key in file.get_keys(name)[0]} for name in names
    }


def read(text):
    file, found = groups(text)
    answer = {"groups": found}
    if "connection" in found:
        connection = NM.keyfile_read(file, "/", NM.KeyfileHandlerFlags.NONE, None, None)
        answer["valid"] = connection.verify()
        answer["id"] = connection.get_id()
        answer["type"] = connection.get_connection_type()
        written = NM.keyfile_write(connection, NM.KeyfileHandlerFlags.NONE, None, None)
        answer["written"] = groups(written.to_data()[0])[1]
    return answer


print(json.dumps([read(text) for text in json.load(sys.stdin)]))
