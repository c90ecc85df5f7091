"""One raw HTTP/1.1 exchange at a time with a server, and what of an answer is compared."""
import json
import re
import socket
import ssl
from urllib.parse import urlsplit

COMPARED = ("content-type", "cache-control", "pragma", "location", "allow", "www-authenticate", "etag",
            "vary", "content-encoding")


class Answer:
    """What came back. `closed` means: the connection ended without an answer."""

    def __init__(self, raw):
        self.closed = not raw
        self.status, self.headers, self.body = 0, {}, b""
        if raw:
            head, _, rest = raw.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            self.status = int(lines[0].split(" ")[1])
            for line in lines[1:]:
                name, _, value = line.partition(":")
                self.headers[name.lower()] = value.strip()
            self.body = dechunk(rest) if "chunked" in self.headers.get("transfer-encoding", "") else rest

    def json(self):
        return json.loads(self.body)

    def error(self):
        """(code, message, detail) of the one error, None when the body is none."""
        try:
            e = json.loads(self.body)["errors"]
        except (ValueError, KeyError, TypeError):
            return None
        if len(e) != 1:
            return None
        detail = e[0].get("detail", "absent")
        if isinstance(detail, dict) and isinstance(detail.get("Error"), dict):
            # The texts are free; the class, and what is missing, are not.
            detail = {**detail, "Error": {k: v for k, v in detail["Error"].items() if k != "Msg"}}
        return e[0].get("code"), e[0].get("message"), detail

    def compared(self):
        """{aspect: value}, free of what changes from run to run."""
        if self.closed:
            return {"status": "connection closed"}
        seen = {"status": self.status}
        for name in COMPARED:
            if name in self.headers:
                seen["header " + name] = "set" if name == "etag" else self.headers[name]
        if "last-modified" in self.headers:
            seen["header last-modified"] = re.sub(r"\d+", "N", self.headers["last-modified"][3:])
            seen["header last-modified"] = re.sub(r"[A-Z][a-z]{2} ", "Mon ", seen["header last-modified"])
        error = self.error()
        if error:
            seen["code"], seen["message"], seen["detail"] = error[0], error[1], json.dumps(error[2], sort_keys=True)
            seen["line end"] = self.body.endswith(b"\n")
        else:
            seen["body"] = steady(self.body.decode("utf-8", "backslashreplace"))
        return seen


def steady(text):
    text = re.sub(r"\b[0-9a-f]{64}\b", "<HEX>", text)
    text = re.sub(r'"[A-Za-z0-9+/]{40,}={0,2}"', '"<BASE64>"', text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<TIME>", text)
    text = re.sub(r'"length":\d+', '"length":N', text)
    # Keys stand in the order of their ids, which differ from server to server.
    return re.sub(r'"keys":\{("<HEX>":.*?\}\})\}', lambda m: '"keys":{' + ",".join(sorted(
        re.findall(r'"<HEX>":.*?\}\}', m.group(1)))) + "}", text)


def dechunk(data):
    out = bytearray()
    while data:
        size, _, data = data.partition(b"\r\n")
        n = int(size.split(b";")[0], 16)
        if n == 0:
            break
        out += data[:n]
        data = data[n + 2:]
    return bytes(out)


class Server:
    """One of the two servers; every request has a connection of its own."""

    def __init__(self, name, url):
        self.name, self.base = name, urlsplit(url)
        self.context = None
        if self.base.scheme == "https":
            self.context = ssl.create_default_context()
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE  # a test peer on loopback

    def send(self, data):
        sock = socket.create_connection((self.base.hostname, self.base.port), timeout=20)
        if self.context:
            sock = self.context.wrap_socket(sock, server_hostname="localhost")
        with sock:
            raw = bytearray()
            try:
                sock.sendall(data)
                while chunk := sock.recv(65536):
                    raw += chunk
            except (ConnectionError, ssl.SSLError):
                pass
        while raw.startswith(b"HTTP/1.1 100"):
            raw = raw.partition(b"\r\n\r\n")[2]
        return Answer(bytes(raw))

    def request(self, method, path, body=None, headers=()):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.base.netloc}", "Connection: close", *headers]
        if body is not None and not any(h.lower().startswith("transfer-encoding") for h in headers):
            lines.append(f"Content-Length: {len(body)}")
        return self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b""))


BOUNDARY = "0123456789abcdef0123456789abcdef"


def multipart(parts, boundary=BOUNDARY, end=True):
    """The body of an upload. parts: (role or None for no filename, bytes[, field name])."""
    out = bytearray()
    for role, data, *name in parts:
        file = "" if role is None else f'; filename="{role}"'
        out += (f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name[0] if name else 'files'}\"{file}\r\n"
                "Content-Type: application/octet-stream\r\n\r\n").encode() + data + b"\r\n"
    if end:
        # Without any part Go's writer begins with the line end that belongs to the delimiter.
        out += ("" if parts else "\r\n").encode() + f"--{boundary}--\r\n".encode()
    return bytes(out)
