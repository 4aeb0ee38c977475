"""Makes what Schemathesis generates pass the gateway, so that it reaches what is behind it.

A request that is meant to be valid gets a fresh signature and the digest and key that belong to it. One that is meant
to be invalid gets a fresh signature only in place of a signature, and otherwise stays as it was made.
"""

import base64
import hashlib
import os
import random
import time

import schemathesis

PAASID = os.environ.get("KIOSK_PAASID", "kiosk_demo")
TOKEN = os.environ.get("KIOSK_TOKEN", "demo-token-not-real")
DEVICE = "A0001"


def raw(context, value):
    """Bytes as they are: the serializer of the media types that are no JSON."""
    if isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "surrogateescape")


for media in ("application/partial-upload", "application/vnd.kiosk.bundle", "application/jose"):
    schemathesis.serializer(media)(raw)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Signs the call; a valid one gets what belongs together."""
    valid = case.meta is None or case.meta.generation.mode.name == "POSITIVE"
    now, nonce = str(int(time.time())), f"{random.getrandbits(64):016x}"
    signature = hashlib.sha256(f"{now}{TOKEN}{nonce}{now}".encode()).hexdigest().upper()
    fitting = {
        "x-tif-paasid": PAASID,
        "x-tif-timestamp": now,
        "x-tif-nonce": nonce,
        "x-tif-signature": signature,
    }
    if valid:
        fitting["X-Kiosk-Device"] = DEVICE
        path = case.path_parameters or {}
        if "machine" in path:
            path["machine"] = DEVICE
        if "key" in path:
            fitting["Idempotency-Key"] = f'"{path["key"]}"'
        body = sent_body(case)
        if body is not None:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            fitting["Content-Digest"] = f"sha-256=:{digest}:"
    if case.path.endswith("/time"):
        return
    for name, value in fitting.items():
        if valid or name in case.headers:
            case.headers[name] = value


def sent_body(case):
    """The bytes that will be sent."""
    import requests

    made = case.as_transport_kwargs(base_url="http://127.0.0.1")
    names = ("method", "url", "json", "data", "headers")
    request = requests.Request(**{name: made[name] for name in names if name in made})
    body = request.prepare().body
    return body.encode() if isinstance(body, str) else body
