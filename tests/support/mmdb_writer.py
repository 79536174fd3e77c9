# SPDX-License-Identifier: MIT
"""Writes files in the MaxMind DB format (https://maxmind.github.io/MaxMind-DB/), small ones, for tests."""
import ipaddress, struct

MARKER = b"\xab\xcd\xefMaxMind.com"


def encoded(value):
    """A value of the data section: dict, list, str, int (as uint32, or uint64 where it must be), bool."""
    if isinstance(value, bool):
        return head(14, int(value))
    if isinstance(value, dict):
        return head(7, len(value)) + b"".join(encoded(k) + encoded(v) for k, v in value.items())
    if isinstance(value, list):
        return head(11, len(value)) + b"".join(map(encoded, value))
    if isinstance(value, str):
        return head(2, len(value.encode())) + value.encode()
    data = value.to_bytes(8, "big").lstrip(b"\0")
    return head(6 if len(data) <= 4 else 9, len(data)) + data


def head(kind, size):
    first, extra = (kind << 5, b"") if kind < 8 else (0, bytes([kind - 7]))
    if size < 29:
        return bytes([first | size]) + extra
    if size < 285:
        return bytes([first | 29]) + extra + bytes([size - 29])
    return bytes([first | 30]) + extra + struct.pack(">H", size - 285)


def mmdb(networks, database_type, ip_version=6, **metadata):
    """The bytes of a file: {"192.0.2.0/24": {...}}. IPv4 lies in ::/96, as it does in the files that are published."""
    nodes, data, offsets = [[None, None]], b"", {}
    for network, value in networks.items():
        network = ipaddress.ip_network(network)
        bits = network.prefixlen + (96 if network.version == 4 and ip_version == 6 else 0)
        width = 128 if ip_version == 6 else 32
        number = int(network.network_address)
        piece = encoded(value)
        if piece not in offsets:
            offsets[piece] = len(data)
            data += piece
        at = 0
        for depth in range(bits):
            bit = number >> (width - 1 - depth) & 1
            if depth == bits - 1:
                nodes[at][bit] = ("data", offsets[piece])
            else:
                if nodes[at][bit] is None:
                    nodes.append([None, None])
                    nodes[at][bit] = ("node", len(nodes) - 1)
                at = nodes[at][bit][1]

    def record(entry):
        if entry is None:
            return len(nodes)
        return entry[1] if entry[0] == "node" else len(nodes) + 16 + entry[1]

    tree = b"".join(record(entry).to_bytes(3, "big") for node in nodes for entry in node)
    about = {"node_count": len(nodes), "record_size": 24, "ip_version": ip_version, "database_type": database_type, "languages": ["en"],
             "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_790_000_000, "description": {"en": "made up"}, **metadata}
    return tree + bytes(16) + data + MARKER + encoded_metadata(about)


def encoded_metadata(about):
    """As encoded(), with the short numbers that readers ask for."""
    short = {"record_size", "ip_version", "binary_format_major_version", "binary_format_minor_version"}
    out = head(7, len(about))
    for key, value in about.items():
        if key in short:
            data = value.to_bytes(2, "big").lstrip(b"\0")
            out += encoded(key) + head(5, len(data)) + data
        elif key == "build_epoch":
            data = value.to_bytes(8, "big").lstrip(b"\0")
            out += encoded(key) + head(9, len(data)) + data
        else:
            out += encoded(key) + encoded(value)
    return out
