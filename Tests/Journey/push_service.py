"""A push service on this machine: it takes what our server posts, checks who posted it, and opens it as a browser would (RFC 8291, RFC 8292)."""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def written(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class PushService:
    """Stands in for Google's or Mozilla's, which a browser under test cannot reach, and for the browser's keys."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        self.posted = []
        self.answers = []
        service = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.posted.append((self.path, dict(self.headers), body))
                self.send_response(service.answers.pop(0) if service.answers else 201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    @property
    def public_key(self):
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def subscription(self):
        """What the browser's `PushSubscription.toJSON()` says."""
        return {"endpoint": f"{self.origin}/push/olga", "keys": {"p256dh": written(self.public_key), "auth": written(self.secret)}}

    def messages(self):
        """Everything that came, opened, after a look at its signature."""
        return [self.open(headers, body) for _, headers, body in self.posted]

    def open(self, headers, body):
        self.check(headers)
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender = body[21 : 21 + length]
        assert headers["Content-Encoding"] == "aes128gcm" and size == 4096 and len(body) <= 4096
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        material = HKDF(hashes.SHA256(), 32, self.secret, b"WebPush: info\0" + self.public_key + sender).derive(shared)
        extract = hmac.HMAC(salt, hashes.SHA256())
        extract.update(material)
        first = extract.finalize()
        key = HKDFExpand(hashes.SHA256(), 16, b"Content-Encoding: aes128gcm\0").derive(first)
        nonce = HKDFExpand(hashes.SHA256(), 12, b"Content-Encoding: nonce\0").derive(first)
        text = AESGCM(key).decrypt(nonce, body[21 + length :], None)
        assert text[-1] == 2
        return json.loads(text[:-1])

    def check(self, headers):
        token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
        head, claims, signature = token.split(".")
        raw = read(signature)
        signed = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read(key))
        public.verify(signed, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        assert json.loads(read(head)) == {"alg": "ES256", "typ": "JWT"} and json.loads(read(claims))["aud"] == self.origin
