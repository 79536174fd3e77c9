# SPDX-License-Identifier: MIT
"""DNS on loopback: NSD with a zone of the test's own, and a stub that misbehaves as NSD cannot."""
import contextlib, pathlib, socket, socketserver, struct, subprocess, threading, time


def free_port():
    """Free for UDP and TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                return tcp.getsockname()[1]


class Nsd:
    """Answers for every name from one root zone. `lines`: its records, with absolute names."""

    def __init__(self, folder, lines):
        self.folder, self.port = pathlib.Path(folder), free_port()
        self.folder.mkdir(exist_ok=True)
        (self.folder / "root.zone").write_text("$TTL 300\n. IN SOA ns. host. 1 3600 600 86400 60\n. IN NS ns.\nns. IN A 127.0.0.1\n" + "\n".join(lines) + "\n")
        (self.folder / "nsd.conf").write_text(
            f'server:\n  ip-address: 127.0.0.1@{self.port}\n  username: ""\n  zonesdir: "{self.folder}"\n  database: ""\n  pidfile: "{self.folder}/pid"\n'
            f'  xfrdfile: "{self.folder}/xfrd"\n  xfrdir: "{self.folder}"\n  zonelistfile: "{self.folder}/zl"\n  server-count: 1\n  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n'
            'zone:\n  name: "."\n  zonefile: "root.zone"\n')
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(["/usr/sbin/nsd", "-d", "-c", self.folder / "nsd.conf"], stdout=self.log, stderr=self.log)
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        self.close()
        raise RuntimeError((self.folder / "log").read_text())

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class Stub:
    """What `answer` says to each question by UDP: bytes to send, or None for silence. Keeps the names that were asked."""

    def __init__(self, answer):
        self.asked = []
        stub = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                query, sender = self.request
                stub.asked.append(name_in(query))
                reply = answer(query)
                if reply is not None: sender.sendto(reply, self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def name_in(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1"))
        at += query[at] + 1
    return ".".join(labels)


def reply(query, rcode=0, flags=0, answers=b"", count=0):
    """A reply with the question in it."""
    end = 12 + len(name_in(query)) + 2 + 4
    return query[:2] + struct.pack("!HHHHH", 0x8180 | flags | rcode, 1, count, 0, 0) + query[12:end] + answers


def txt(*strings):
    """A TXT record of the name that is asked for."""
    data = b"".join(bytes([len(s)]) + s for s in strings)
    return struct.pack("!HHHIH", 0xC00C, 16, 1, 300, len(data)) + data
