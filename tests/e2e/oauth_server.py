# SPDX-License-Identifier: MIT
"""A token server of one's own on loopback (RFC 6749, 7523, 8628), which also tells Dovecot whether a token is good (RFC 7662), and which can
misbehave in every way that a test asks for."""
import base64, http.server, json, socketserver, ssl, subprocess, threading, time, urllib.parse


class OAuthServer:
    """Issues tokens "access-1", "access-2" … Rules by path or grant take the form and return (status, body), or the whole answer as bytes or as
    an iterable of bytes; what they return None for is answered as usual."""

    def __init__(self, certificates=None, user="reports@kestrel.example", lifetime=3600, client_secret=None, refresh_token=None, rotates=False, public_key=None):
        self.user, self.lifetime, self.client_secret, self.refresh_token = user, lifetime, client_secret, refresh_token
        self.rotates, self.public_key, self.revokes = rotates, public_key, True
        self.rule = lambda path, form: None
        self.pending, self.device = 0, {}
        self.asked = []        # (path, form)
        self.good = set()      # tokens that Dovecot may take
        self.issued = 0
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                outer.serve(self, dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))

            def do_GET(self):
                outer.serve(self, {})

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path="token", host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.port}/{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def forms(self, path="/token"):
        return [form for where, form in self.asked if where == path]

    def serve(self, handler, form):
        path = handler.path
        with self.lock:
            if path != "/introspect":
                self.asked.append((path, form))
        answer = self.rule(path, form)
        if answer is None:
            answer = self.usual(path, form)
        if isinstance(answer, tuple):
            status, body = answer
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            handler.send_response(status)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
            return
        handler.close_connection = True
        for piece in [answer] if isinstance(answer, bytes) else answer:
            handler.wfile.write(piece)
            handler.wfile.flush()

    def issue(self, **more):
        with self.lock:
            self.issued += 1
            token = f"access-{self.issued}.token~of-the-test"
            self.good = {token} if self.revokes else self.good | {token}
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime, **more}

    def usual(self, path, form):
        if path == "/introspect":
            token = form.get("token", "")
            return 200, {"active": token in self.good, "username": self.user, "email": self.user}
        if path == "/device":
            return 200, {"device_code": "device-code-of-the-test", "user_code": "WDJB-MJHT", "verification_uri": "https://login.kestrel.example/device", "expires_in": 900,
                         "interval": 1, **self.device}
        if path != "/token":
            return 404, {"error": "not_found"}
        if self.client_secret is not None and form.get("client_secret") != self.client_secret:
            return 401, {"error": "invalid_client", "error_description": "AADSTS7000222: The provided client secret keys are expired. Trace ID: 1"}
        grant = form.get("grant_type")
        if grant == "client_credentials":
            return self.issue()
        if grant == "refresh_token":
            if form.get("refresh_token") != self.refresh_token:
                return 400, {"error": "invalid_grant", "error_description": "AADSTS700082: The refresh token has expired."}
            if not self.rotates:
                return self.issue()
            self.refresh_token += "+"
            return self.issue(refresh_token=self.refresh_token)
        if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self.issue() if self.verifies(form.get("assertion", "")) else (400, {"error": "invalid_grant"})
        if grant == "urn:ietf:params:oauth:grant-type:device_code":
            if self.pending > 0:
                self.pending -= 1
                return 400, {"error": "authorization_pending"}
            self.refresh_token = "refresh-by-login.of~the-test"
            return self.issue(refresh_token=self.refresh_token)
        return 400, {"error": "unsupported_grant_type"}

    def verifies(self, assertion):
        """Its signature, by the openssl program, and its claims."""
        head, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in assertion.split("."))
        folder = self.public_key.parent
        (folder / "signature").write_bytes(signature)
        (folder / "signed").write_bytes(assertion.rpartition(".")[0].encode())
        done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.public_key, "-signature", folder / "signature", folder / "signed"], capture_output=True)
        self.claims, self.head = json.loads(claims), json.loads(head)
        return done.returncode == 0 and abs(self.claims["iat"] - time.time()) < 60 and self.claims["exp"] == self.claims["iat"] + 3600
