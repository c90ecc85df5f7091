"""A client's kept connection, each request with what became of it."""
import http.client
import os
import ssl
import sys
import time
from urllib.parse import urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import quick_keys  # noqa: E402,F401  (makes tests/differential known)
from exchange import BOUNDARY, multipart  # noqa: E402

IDLE = 3.0      # a connection that rested so long is not used again: the server may be closing it
TIMEOUT = 20.0  # above all deadlines of the program


class Lost(Exception):
    """No whole answer came."""


class Wire:
    """One client; via: "proxy" or "direct". Not safe for threads."""

    def __init__(self, url, via, ledger):
        self.at, self.via, self.ledger = urlsplit(url), via, ledger
        self.context = ssl._create_unverified_context()  # a test peer on loopback; the metadata is verified
        self.connection, self.used = None, 0.0

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body). Raises Lost."""
        self.begin = time.monotonic()
        if self.connection and self.begin - self.used > IDLE:
            self.close()
        try:
            if not self.connection:
                self.connection = http.client.HTTPSConnection(self.at.hostname, self.at.port, timeout=TIMEOUT,
                                                              context=self.context)
            self.connection.request(method, path, body, headers or {})
            answer = self.connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as e:
            self.close()
            raise Lost(f"{method} lost: {type(e).__name__}") from e
        finally:
            self.used = self.end = time.monotonic()
        self.ledger.count("requests")
        if answer.will_close:
            self.close()
        return answer.status, answer.headers, data

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def lost(self, error):
        """Reports that the last request got no whole answer."""
        self.ledger.error(f"{error} [{self.via}]", self.begin, self.end, self.via, lost=True)

    def wrong(self, method, path, status, data=b""):
        """Reports an answer that should not be. A database that is away makes 503; no fault makes a 4xx right."""
        if status >= 500:
            self.ledger.error(f"{method} {status} [{self.via}]", self.begin, self.end, self.via)
        else:
            text = " ".join(data[:200].decode("utf-8", "replace").split())
            self.ledger.violation(f"{method} {status} [{self.via}]: {path} {text}", self.begin)

    def expect(self, wanted, method, path, body=None, headers=None):
        """(status, body) of an answer whose status is one of wanted; None after any other, which is reported."""
        try:
            status, _, data = self.request(method, path, body, headers)
        except Lost as e:
            self.lost(e)
            return None
        if status in wanted:
            return status, data
        self.wrong(method, path, status, data)
        return None

    def post(self, path, files, wanted=(200,)):
        return self.expect(wanted, "POST", path, multipart(list(files.items())),
                           {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
