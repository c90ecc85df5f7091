"""GUNs outside the prefix that a server is set up for."""
from session import case


@case("a GUN outside the prefix")
def outside_prefix(s):
    s.see("POST", s.upload({"root": b"{}"}))
    s.see("POST nothing", s.post(b"", kind=None))
    for name in ("root.json", "1.root.json", "root." + "0" * 64 + ".json", "timestamp.key"):
        s.see("GET " + name[:14], s.get(name))
    s.see("POST key", s.raw("POST", s.path("timestamp.key"), b""))
    s.see("DELETE", s.raw("DELETE", s.path()))
    s.see("changefeed", s.raw("GET", f"/v2/{s.gun}/_trust/changefeed?records=1"))
    s.see("ping", s.raw("GET", "/v2/"))
    s.see("a prefix of the prefix", s.get("root.json", "diff.example/allowe"))
    s.see("the prefix itself", s.get("root.json", "diff.example/allowed"))


@case("a GUN below the prefix")
def inside_prefix(s):
    s.gun = "diff.example/allowed/app"
    s.made()
    s.see("root", s.get("root.json"))
