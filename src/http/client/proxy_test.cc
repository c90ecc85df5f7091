#include "http/client/proxy.h"

#include <gtest/gtest.h>

#include <map>

namespace boltseal::http {
namespace {

ProxyRules rules(const std::map<std::string, std::string>& environment) {
  return ProxyRules::from_environment([&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

std::string proxy(const ProxyRules& r, const std::string& url) {
  return r.proxy_for(Url::parse(url).value());
}

TEST(Proxy, NoneByDefault) { EXPECT_EQ(proxy(ProxyRules(), "https://a.example/"), ""); }

TEST(Proxy, ByScheme) {
  const auto r = rules({{"HTTPS_PROXY", "p1:3128"}, {"http_proxy", "https://p2"}});
  EXPECT_EQ(proxy(r, "https://a.example/"), "http://p1:3128");
  EXPECT_EQ(proxy(r, "http://a.example/"), "https://p2");
}

TEST(Proxy, UpperCaseWins) {
  EXPECT_EQ(proxy(rules({{"HTTPS_PROXY", "http://a"}, {"https_proxy", "http://b"}}), "https://x.example/"),
            "http://a");
}

TEST(Proxy, NeverForLoopback) {
  const auto r = rules({{"HTTPS_PROXY", "p"}, {"HTTP_PROXY", "p"}});
  for (const char* url :
       {"https://localhost:5000/", "http://127.0.0.1/", "https://127.9.9.9/", "https://[::1]/"})
    EXPECT_EQ(proxy(r, url), "") << url;
}

TEST(Proxy, CgiEnvironmentIsNotTrusted) {
  const auto r = rules({{"HTTP_PROXY", "p"}, {"HTTPS_PROXY", "q"}, {"REQUEST_METHOD", "GET"}});
  EXPECT_EQ(proxy(r, "http://a.example/"), "");
  EXPECT_EQ(proxy(r, "https://a.example/"), "http://q");
}

TEST(Proxy, Exemptions) {
  const auto r =
      rules({{"HTTPS_PROXY", "p"},
             {"NO_PROXY",
              "a.example, .b.example,*.c.example,d.example:8443,10.1.0.0/16,192.0.2.7,fd00::/8,fe80::1"}});
  for (const char* url : {"https://a.example/", "https://x.a.example/", "https://x.b.example/",
                          "https://x.c.example/", "https://d.example:8443/", "https://10.1.2.3/",
                          "https://192.0.2.7/", "https://[fd00::5]/", "https://[fe80::1]/"})
    EXPECT_EQ(proxy(r, url), "") << url;
  for (const char* url :
       {"https://nota.example/", "https://b.example/", "https://c.example/", "https://d.example/",
        "https://10.2.0.1/", "https://192.0.2.8/", "https://[fe80::2]/"})
    EXPECT_EQ(proxy(r, url), "http://p") << url;
  EXPECT_EQ(proxy(rules({{"HTTPS_PROXY", "p"}, {"NO_PROXY", "*"}}), "https://z.example/"), "");
}

}  // namespace
}  // namespace boltseal::http
