# SPDX-License-Identifier: MIT
"""Servers of a test's own on loopback, for protocols of lines such as IMAP."""
import base64, socket, threading


class LoopbackServer:
    """Listens on a free port. A subclass has serve(client), which runs in a thread for each connection; one that breaks ends that thread alone."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try: client, _ = self.listener.accept()
            except OSError: return
            threading.Thread(target=self.keep_serving, args=(client,), daemon=True).start()

    def keep_serving(self, client):
        try:
            with client: self.serve(client)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class LineServer(LoopbackServer):
    """Greets, and keeps in `said` the commands that it gets, without their tags. A subclass has answer(words, ask), which yields what a command is
    answered with: bytes go out as they are, a text takes the place of "OK done" behind the tag, None closes the connection. ask(line) sends that and
    returns the client's next line."""
    greeting = b"* OK ready\r\n"

    def __init__(self):
        self.said = []
        super().__init__()

    def serve(self, client):
        with client.makefile("rb") as stream:
            def ask(line):
                client.sendall(line)
                return stream.readline().strip().decode()
            client.sendall(self.greeting)
            for line in stream:
                tag, _, rest = line.strip().decode().partition(" ")
                self.said.append(rest)
                words, last = rest.split(), "OK done"
                for piece in self.answer(words, ask):
                    if piece is None: return
                    if isinstance(piece, bytes): client.sendall(piece)
                    else: last = piece
                client.sendall(f"{tag} {last}\r\n".encode())
                if words[0].upper() == "LOGOUT": return


def sasl_response(words, ask):
    """What a client logs in with: behind AUTHENTICATE and its mechanism, or on a line of its own (RFC 4959)."""
    return base64.b64decode(words[2] if len(words) > 2 else ask(b"+ \r\n"))
