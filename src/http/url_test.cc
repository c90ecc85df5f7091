#include "http/url.h"

#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

TEST(Url, Parses) {
  const auto url = Url::parse("HTTPS://Notary.Example:4443/a/%2Fb?x=1&y").value();
  EXPECT_TRUE(url.is_https());
  EXPECT_EQ(url.host(), "notary.example");
  EXPECT_EQ(url.port(), 4443);
  EXPECT_EQ(url.path(), "/a/%2Fb");
  EXPECT_EQ(url.query(), "x=1&y");
  EXPECT_EQ(url.authority(), "notary.example:4443");
  EXPECT_EQ(url.str(), "https://notary.example:4443/a/%2Fb?x=1&y");
}

TEST(Url, Defaults) {
  const auto plain = Url::parse("http://h").value();
  EXPECT_EQ(plain.port(), 80);
  EXPECT_EQ(plain.path(), "/");
  EXPECT_EQ(plain.origin(), "http://h");
  const auto written = Url::parse("https://h:443/").value();
  EXPECT_EQ(written.authority(), "h:443");
  EXPECT_EQ(written.origin(), "https://h");
  EXPECT_TRUE(written.same_origin(Url::parse("https://h/x").value()));
  EXPECT_FALSE(written.same_origin(Url::parse("https://h:444/x").value()));
  EXPECT_FALSE(written.same_origin(Url::parse("http://h:443/x").value()));
}

TEST(Url, Ipv6) {
  const auto url = Url::parse("http://[::1]:5000/v2/").value();
  EXPECT_EQ(url.host(), "::1");
  EXPECT_EQ(url.authority(), "[::1]:5000");
  EXPECT_TRUE(url.is_loopback());
}

TEST(Url, RefusesWhatIsUnclear) {
  for (const char* text : {"",
                           "notary.example",
                           "ftp://h/",
                           "https:///x",
                           "https://u:p@h/",
                           "https://u@h/",
                           "https://h/#f",
                           "https://h:0/",
                           "https://h:65536/",
                           "https://h:/",
                           "https://h:80a/",
                           "https://h /",
                           "https://h/a b",
                           "https://h/\x01",
                           "https://h/\xc3\xa4",
                           "https://h/%2",
                           "https://h/%zz",
                           "https://h\\x/",
                           "https://h/a\\b",
                           "https://[::1/",
                           "https://[x]/",
                           "https://-h/",
                           "https://a..b/",
                           "https://h/\r\nX: y",
                           "https://.h/",
                           "//h/x",
                           "https://h:1:2/"}) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code(), ErrorCode::bad_name);
  }
  EXPECT_FALSE(Url::parse("https://h/" + std::string(20'000, 'a')));
}

TEST(Url, NeverShowsPasswords) {
  EXPECT_EQ(Url::parse("https://user:secret@h/").error().what().find("secret"), std::string::npos);
}

TEST(Url, Suffixes) {
  const auto base = Url::parse("https://h/x///").value();
  EXPECT_EQ(base.with_suffix("v2/a").value().str(), "https://h/x/v2/a");
  EXPECT_EQ(Url::parse("https://h").value().with_suffix("/v2/").value().str(), "https://h/v2/");
  EXPECT_FALSE(base.with_suffix("a b"));
  EXPECT_FALSE(base.with_suffix("a?b"));
}

TEST(Url, Parameters) {
  const auto url = Url::parse("https://h/token")
                       .value()
                       .with_parameter("scope", "repository:a/b:pull,push")
                       .with_parameter("s", "x y&=");
  EXPECT_EQ(url.str(), "https://h/token?scope=repository%3Aa%2Fb%3Apull%2Cpush&s=x%20y%26%3D");
  EXPECT_EQ(Url::parse("https://h/t?a=1").value().with_parameter("b", "2").query(), "a=1&b=2");
}

TEST(Url, JoinsAsRfc3986) {
  const auto base = Url::parse("http://a/b/c/d;p?q").value();
  const struct {
    const char* reference;
    const char* expected;
  } cases[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"./../g", "http://a/b/g"},
      {"g/../h", "http://a/b/c/h"},
      {"https://x/y/../z", "https://x/z"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
  };
  for (const auto& [reference, expected] : cases)
    EXPECT_EQ(base.join(reference).value().str(), expected) << reference;
  for (const char* bad : {"ftp://x/", "javascript:1", "https://u:p@x/", "a b", "//", "\r\n"})
    EXPECT_FALSE(base.join(bad)) << bad;
}

TEST(Url, Loopback) {
  for (const char* host : {"localhost", "LOCALHOST", "127.0.0.1", "127.255.0.3", "::1", "[::1]"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
  for (const char* host : {"127.0.0.1.evil.example", "127.1", "128.0.0.1", "localhost.example", "127.0.0.256",
                           "127.0.0.", "1", "127.0.0.0001", ""})
    EXPECT_FALSE(is_loopback_host(host)) << host;
}

TEST(Url, SplitsHostAndPort) {
  EXPECT_EQ(split_host_port("Reg.example").value().host, "reg.example");
  EXPECT_EQ(split_host_port("Reg.example").value().port, 0);
  EXPECT_EQ(split_host_port("[fd00::1]:5").value().port, 5);
  for (const char* bad : {"", ":1", "a/b", "../x", "a:b", "[::1]x", "a:1:2"})
    EXPECT_FALSE(split_host_port(bad)) << bad;
}

}  // namespace
}  // namespace boltseal::http
