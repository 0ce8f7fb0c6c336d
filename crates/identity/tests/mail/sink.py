"""An SMTP server for tests. Prints its port, then one JSON line for each message it took.

Usage: sink.py MODE [CERTIFICATE KEY]; MODE is plain, auth, starttls, tls, refuse, later, stall or drop. With SINK_TELLS=1 it
writes to whom each message goes that it was handed to the standard error, before it answers. The recipient
nobody@example.org is always refused; a recipient refuse@, later@, stall@ or drop@ gets its first message, such
as a code, and to each further one the answer of that name, the last of them a connection that breaks after the message. The
account is desk / open sesame.
"""
import asyncio
import json
import os
import socket
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

mode = sys.argv[1]
context = None
if mode in ("auth", "starttls", "tls"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])


known = set()


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == "nobody@example.org":
            return "550 5.1.1 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if os.environ.get("SINK_TELLS"):
            print(to, file=sys.stderr, flush=True)
        fate = to.split("@")[0] if to in known else ""
        known.add(to)
        if "refuse" in (mode, fate):
            return "554 5.7.1 not wanted"
        if "later" in (mode, fate):
            return "451 4.7.1 come back later"
        if "stall" in (mode, fate):
            await asyncio.sleep(120)
        if "drop" in (mode, fate):
            server.transport.abort()
        print(json.dumps({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or mode == "tls",
            "authenticated": bool(session.authenticated),
            "content": envelope.content.decode(),
        }), flush=True)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"desk" and data.password == b"open sesame"
    return AuthResult(success=right, handled=False)


class Sink(Controller):
    def factory(self):
        options = {}
        if mode in ("auth", "starttls"):
            options = {"tls_context": context, "require_starttls": True}
        if mode == "auth":
            options.update(authenticator=authenticate, auth_required=True)
        return SMTP(self.handler, hostname="localhost", **options)


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
sink = Sink(Handler(), hostname="127.0.0.1", port=port, ssl_context=context if mode == "tls" else None)
sink.start()
print(sink.port, flush=True)
# Ends with the test, whose end of the pipe closes then.
sys.stdin.read()
sink.stop()
