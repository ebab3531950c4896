"""Opens and seals NaCl boxes with PyNaCl. Reads one JSON object from standard input, writes one to standard output.

{"do": "open", "secretKey", "boxes": [{"payload", "nonce", "senderKey"}]} -> {"plains": [base64url or null]}
{"do": "seal", "publicKey", "plains": [base64url]} -> {"boxes": [{"payload", "nonce", "senderKey"}]}

All bytes are base64url without padding.
"""
import base64
import json
import sys

from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def open_box(secret_key, box):
    try:
        opener = Box(secret_key, PublicKey(decode(box["senderKey"])))
        return encode(opener.decrypt(decode(box["payload"]), decode(box["nonce"])))
    except CryptoError:
        return None


def seal_box(public_key, plain):
    sender = PrivateKey.generate()
    sealed = Box(sender, public_key).encrypt(decode(plain))
    return {
        "payload": encode(sealed.ciphertext),
        "nonce": encode(sealed.nonce),
        "senderKey": encode(bytes(sender.public_key)),
    }


def main():
    task = json.load(sys.stdin)
    if task["do"] == "open":
        secret_key = PrivateKey(decode(task["secretKey"]))
        result = {"plains": [open_box(secret_key, box) for box in task["boxes"]]}
    else:
        public_key = PublicKey(decode(task["publicKey"]))
        result = {"boxes": [seal_box(public_key, plain) for plain in task["plains"]]}
    json.dump(result, sys.stdout)


main()
