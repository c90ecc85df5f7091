"""Token authentication: challenges and decisions of every route."""
import base64
import json
import re
import ssl
import urllib.request
from urllib.parse import quote

from session import case

GUN = "diff.example/auth"


def token(realm, scope, user="alice"):
    """A token for these scopes from the token server that a challenge names."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # a test peer on loopback
    url = f"{realm}?service=boltseal-tests&scope={quote(scope)}"
    request = urllib.request.Request(url)
    if user:
        login = base64.b64encode(f"{user}:{user}-pw".encode()).decode()
        request.add_header("Authorization", "Basic " + login)
    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
        return json.load(answer)["token"]


def realm(s):
    challenge = s.raw("GET", "/v2/").headers["www-authenticate"]
    return re.search('realm="([^"]*)"', challenge).group(1)


def bearer(s, actions, gun=GUN, kind="repository", user="alice"):
    return ["Authorization: Bearer " + token(realm(s), f"{kind}:{gun}:{actions}", user)]


def routes(s):
    """(label, method, path, body) of each kind of route."""
    base = f"/v2/{GUN}/_trust/"
    yield "ping", "GET", "/v2/", None
    yield "root", "GET", base + "tuf/root.json", None
    yield "by version", "GET", base + "tuf/1.root.json", None
    yield "by hash", "GET", base + "tuf/root." + "0" * 64 + ".json", None
    yield "key", "GET", base + "tuf/timestamp.key", None
    yield "rotation", "POST", base + "tuf/timestamp.key", b""
    yield "publish", "POST", base + "tuf/", b""
    yield "deletion", "DELETE", base + "tuf/", None
    yield "feed", "GET", base + "changefeed?records=1", None
    yield "feed of all", "GET", "/v2/_trust/changefeed?records=1", None
    yield "no route", "GET", "/v2/elsewhere", None
    yield "no role", "GET", base + "tuf/bogus.json", None
    yield "no method", "PUT", base + "tuf/root.json", b""
    yield "unknown method", "PATCH", base + "tuf/root.json", b""
    yield "health", "GET", "/_notary_server/health", None


def see(s, label, answer):
    """The order of the actions in a challenge changes from one answer of the original to the next."""
    name = "www-authenticate"
    if name in answer.headers:
        answer.headers[name] = answer.headers[name].replace("pull,push", "push,pull")
    s.see(label, answer)


def ask_all(s, headers, leave_out=()):
    for label, method, path, body in routes(s):
        if label not in leave_out:
            see(s, label, s.raw(method, path, body, headers))


@case("no credentials")
def auth_none(s):
    ask_all(s, [])


@case("credentials that are none")
def auth_bad(s):
    for label, value in (("empty", ""), ("basic", "Basic YWxpY2U6YWxpY2UtcHc="), ("scheme alone", "Bearer"),
                         ("two spaces", "Bearer  a.b.c"), ("no token", "Bearer x"), ("garbage", "Bearer a.b.c"),
                         ("lower case", "bearer a.b.c"), ("unsigned", "Bearer e30.e30."),
                         ("three words", "Bearer a.b.c d")):
        see(s, label, s.raw("GET", f"/v2/{GUN}/_trust/tuf/root.json", None, ["Authorization: " + value]))


@case("a token that may pull")
def auth_pull(s):
    ask_all(s, bearer(s, "pull"))


@case("a token that may pull and push")
def auth_push(s):
    ask_all(s, bearer(s, "pull,push"))


@case("a token that may do everything with one repository")
def auth_everything(s):
    ask_all(s, bearer(s, "*"))


@case("a token for the catalog")
def auth_catalog(s):
    ask_all(s, bearer(s, "*", "catalog", "registry"))


@case("a token without rights")
def auth_nothing(s):
    ask_all(s, bearer(s, "push", user="bob"))
    ask_all(s, bearer(s, "pull", user=None))


@case("a token for another repository")
def auth_other(s):
    for gun in (GUN + "x", GUN[:-1], GUN + "/x", GUN.upper(), "*"):
        see(s, gun, s.raw("GET", f"/v2/{GUN}/_trust/tuf/root.json", None, bearer(s, "pull", gun)))


@case("a token that was changed")
def auth_changed(s):
    good = bearer(s, "pull")[0]
    head, claims, signature = good.split(" ")[-1].split(".")
    other = bearer(s, "*")[0].split(".")[1]
    none = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"none"}').rstrip(b"=").decode()
    path = f"/v2/{GUN}/_trust/tuf/root.json"
    for label, text in (("claims of another", f"{head}.{other}.{signature}"), ("no signature", f"{head}.{claims}."),
                        ("two parts", f"{head}.{claims}"), ("four parts", f"{head}.{claims}.{signature}.x"),
                        ("alg none", f"{none}.{claims}."), ("alg none, signed", f"{none}.{claims}.{signature}"),
                        ("the good one", f"{head}.{claims}.{signature}")):
        see(s, label, s.raw("GET", path, None, ["Authorization: Bearer " + text]))
