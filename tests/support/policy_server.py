# SPDX-License-Identifier: MIT
"""An HTTPS server on loopback with a certificate of its own authority, behind an HTTP proxy that leads every name to it."""
import pathlib, socket, ssl, subprocess, threading


def make_certificates(folder, names):
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=policies")
    (folder / "san").write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names) + "\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "2", "-extfile", "san")


class PolicyServer:
    """`answers`: by host name, the whole HTTP answer. The certificate is valid for those in `names`. Keeps what was asked."""

    def __init__(self, folder, names, answers):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        make_certificates(self.folder, names)
        self.ca = self.folder / "ca.pem"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        self.answers, self.asked = answers, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.proxy = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try: connection, _ = self.listener.accept()
            except OSError: return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    @staticmethod
    def head(connection):
        text = b""
        while b"\r\n\r\n" not in text:
            more = connection.recv(4096)
            if not more: break
            text += more
        return text.decode("latin-1")

    def answer(self, connection):
        with connection:
            try:
                host = self.head(connection).split(" ")[1].rsplit(":", 1)[0]
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                with self.context.wrap_socket(connection, server_side=True) as secure:
                    request = self.head(secure).split("\r\n")[0]
                    if not request: return  # the client did not like the certificate
                    self.asked.append((host, request))
                    secure.sendall(self.answers[host])
            except (OSError, KeyError, IndexError): pass

    def close(self):
        self.listener.close()
