# SPDX-License-Identifier: MIT
"""A Dovecot of one's own on loopback, with TLS, and a proxy before it that breaks connections on purpose."""
import os, pathlib, pwd, shutil, signal, socket, subprocess, threading, time
from loopback import LineServer, LoopbackServer, sasl_response


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def make_certificates(folder):
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem", "-days", "2", "-extfile", "san")


class Dovecot:
    """`mechanisms`, with `introspection`: logins with tokens, about which that URL is asked (RFC 7662); without, the password is "secret"."""
    def __init__(self, folder, mechanisms="plain", introspection=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        os.chmod(self.folder, 0o755)
        make_certificates(self.folder)
        self.plain, self.tls = free_port(), free_port()
        root = os.geteuid() == 0
        self.owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        os.chown(self.mail, self.owner.pw_uid, self.owner.pw_gid)
        unprivileged = "" if root else f"""
default_internal_user = {self.owner.pw_name}
default_internal_group = {self.owner.pw_name}
default_login_user = {self.owner.pw_name}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
"""
        passwords = "driver = static\n  args = password=secret"
        if introspection:
            (self.folder / "oauth2.conf").write_text(f"introspection_mode = post\nintrospection_url = {introspection}\nusername_attribute = username\n"
                                                     "active_attribute = active\nactive_value = true\n")
            passwords = f"driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {self.folder}/oauth2.conf"
        (self.folder / "dovecot.conf").write_text(f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{self.folder}/server.pem
ssl_key = <{self.folder}/server.key
mail_location = maildir:{self.mail}/%u
first_valid_uid = 1
mail_max_userip_connections = 1000
auth_failure_delay = 0
auth_mechanisms = {mechanisms}
passdb {{
  {passwords}
}}
userdb {{
  driver = static
  args = uid={self.owner.pw_uid} gid={self.owner.pw_gid} home={self.mail}/%u
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {self.plain}
  }}
  inet_listener imaps {{
    port = {self.tls}
    ssl = yes
  }}
}}
{unprivileged}""")
        (self.folder / "state").mkdir()
        self.process = subprocess.Popen([shutil.which("dovecot", path="/usr/sbin:/usr/bin"), "-F", "-c", self.folder / "dovecot.conf"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", self.plain), 1) as s:
                    if s.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError("dovecot does not start: " + (self.folder / "log").read_text()[-2000:])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    def deliver(self, user, mails, folder=""):
        """Puts mails into a folder of the user, as a delivery agent does."""
        place = self.mail / user / (("." + folder) if folder else "")
        for name in (self.mail / user, place, place / "cur", place / "new", place / "tmp"):
            if not name.exists():
                name.mkdir(parents=True)
                os.chown(name, self.owner.pw_uid, self.owner.pw_gid)
        for mail in mails:
            Dovecot.number = getattr(Dovecot, "number", 0) + 1
            path = place / "tmp" / f"{1700000000 + Dovecot.number}.M{Dovecot.number}P1.test"
            path.write_bytes(mail)
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
            path.rename(place / "new" / path.name)

    def files(self, user, folder=""):
        place = self.mail / user / (("." + folder) if folder else "")
        return sorted(p.name for sub in ("new", "cur") if (place / sub).exists() for p in (place / sub).iterdir())

    def forget_uids(self, user):
        """Another UIDVALIDITY, as after a restore of the server."""
        time.sleep(1.1)
        for path in (self.mail / user).iterdir():
            if path.name.startswith("dovecot"):
                path.unlink()


class BreakingProxy(LoopbackServer):
    """Passes connections on; the first ones end after so many bytes from the server. None: never; "mute": it says nothing at all."""
    def __init__(self, target, breaks):
        self.target, self.breaks, self.connections = target, list(breaks), 0
        super().__init__()

    def serve(self, client):
        self.connections += 1
        limit = self.breaks.pop(0) if self.breaks else None
        if limit == "mute":
            time.sleep(30)
            return
        server = socket.create_connection(("127.0.0.1", self.target))
        threading.Thread(target=self.copy, args=(client, server, None), daemon=True).start()
        self.copy(server, client, limit)

    @staticmethod
    def copy(source, sink, limit):
        try:
            while True:
                data = source.recv(65536)
                if limit is not None:
                    data, limit = data[:limit], limit - len(data)
                sink.sendall(data)
                if not data or (limit is not None and limit <= 0):
                    break
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()


class TokenServer(LineServer):
    """Just enough IMAP to see what a login with a token says."""
    login = None

    def answer(self, words, ask):
        word = words[0].upper()
        if word == "CAPABILITY": yield b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\n"
        if word == "AUTHENTICATE": self.login = sasl_response(words, ask)
        if word == "EXAMINE": yield b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n"
