"""Keys as tufmaker.Key, signing and verifying inside this process: a publish a millisecond needs no openssl each.

libcrypto is reached through ctypes; nothing beyond Python's standard library is needed. Safe for threads: every call
makes a context of its own.
"""
import base64
import ctypes
import ctypes.util
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "differential"))
from tufmaker import Key, Maker, raw_signature  # noqa: E402

_C = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for _name, _result, _arguments in (
        ("BIO_new_mem_buf", "p", "pi"), ("BIO_free", "i", "p"), ("PEM_read_bio_PrivateKey", "p", "pppp"),
        ("d2i_PUBKEY", "p", "ppl"), ("EVP_PKEY_free", None, "p"), ("EVP_MD_CTX_new", "p", ""),
        ("EVP_MD_CTX_free", None, "p"), ("EVP_sha256", "p", ""), ("EVP_DigestSignInit", "i", "ppppp"),
        ("EVP_DigestSign", "i", "pppps"), ("EVP_DigestVerifyInit", "i", "ppppp"), ("EVP_DigestVerify", "i", "ppsps")):
    _kinds = {"p": ctypes.c_void_p, "i": ctypes.c_int, "l": ctypes.c_long, "s": ctypes.c_size_t}
    _f = getattr(_C, _name)
    _f.restype = _kinds[_result] if _result else None
    _f.argtypes = [_kinds[a] for a in _arguments]


def _buffer(data):
    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p)


def _done(result, what):
    if not result or (isinstance(result, int) and result < 0):
        raise ValueError(f"libcrypto: {what} failed")
    return result


class _Context:
    """An EVP_MD_CTX for one call."""

    def __enter__(self):
        self.at = _done(_C.EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        return self.at

    def __exit__(self, *_):
        _C.EVP_MD_CTX_free(self.at)


class QuickKey(Key):
    def __init__(self, folder, name):
        super().__init__(folder, name)
        with open(self.path, "rb") as f:
            pem = f.read()
        bio = _done(_C.BIO_new_mem_buf(_buffer(pem), len(pem)), "BIO_new_mem_buf")
        self.key = _done(_C.PEM_read_bio_PrivateKey(bio, None, None, None), "reading a private key")
        _C.BIO_free(bio)

    def sign(self, message):
        out, length = ctypes.create_string_buffer(128), ctypes.c_size_t(128)
        with _Context() as context:
            _done(_C.EVP_DigestSignInit(context, None, _C.EVP_sha256(), None, self.key), "EVP_DigestSignInit")
            _done(_C.EVP_DigestSign(context, out, ctypes.byref(length), _buffer(message), len(message)), "signing")
        return base64.b64encode(raw_signature(out.raw[:length.value])).decode()


class QuickMaker(Maker):
    """A Maker whose keys are quick; its certificates come from openssl as ever."""

    def __init__(self, folder):
        super().__init__(folder)
        self.keys = {name: QuickKey(folder, name) for name in self.keys}


def _der(raw):
    """r||s as ASN.1 SEQUENCE{r,s}."""
    parts = b""
    for half in (raw[:32], raw[32:]):
        number = half.lstrip(b"\0") or b"\0"
        number = (b"\0" if number[0] & 0x80 else b"") + number
        parts += b"\x02" + bytes([len(number)]) + number
    return b"\x30" + bytes([len(parts)]) + parts


def verify(spki, message, signature):
    """Is signature (r||s) one of message under the P-256 key in spki (DER)?"""
    if len(signature) != 64:
        return False
    at = ctypes.c_void_p(_buffer(spki).value)
    key = _done(_C.d2i_PUBKEY(None, ctypes.byref(at), len(spki)), "reading a public key")
    der = _der(signature)
    try:
        with _Context() as context:
            _done(_C.EVP_DigestVerifyInit(context, None, _C.EVP_sha256(), None, key), "EVP_DigestVerifyInit")
            return _C.EVP_DigestVerify(context, _buffer(der), len(der), _buffer(message), len(message)) == 1
    finally:
        _C.EVP_PKEY_free(key)
