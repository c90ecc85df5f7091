#include "registry/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boltseal::registry {
namespace {

const std::string kHex(64, 'a');

TEST(Reference, Normalises) {
  const struct {
    std::string text, name, familiar, tag;
  } cases[] = {
      {"alpine", "docker.io/library/alpine", "alpine", ""},
      {"alpine:3.1", "docker.io/library/alpine", "alpine", "3.1"},
      {"me/x", "docker.io/me/x", "me/x", ""},
      {"docker.io/alpine", "docker.io/library/alpine", "alpine", ""},
      {"index.docker.io/alpine:v", "docker.io/library/alpine", "alpine", "v"},
      {"docker.io/library/alpine", "docker.io/library/alpine", "alpine", ""},
      {"library/alpine", "docker.io/library/alpine", "alpine", ""},
      {"library/a/b", "docker.io/library/a/b", "library/a/b", ""},
      {"localhost/x", "localhost/x", "localhost/x", ""},
      {"127.0.0.1:5000/team/app:v1", "127.0.0.1:5000/team/app", "127.0.0.1:5000/team/app", "v1"},
      {"reg.example/x", "reg.example/x", "reg.example/x", ""},
      {"[::1]:5000/x", "[::1]:5000/x", "[::1]:5000/x", ""},
      {"UPPER/x", "UPPER/x", "UPPER/x", ""},
      {"a__b/c-d.e---f", "docker.io/a__b/c-d.e---f", "a__b/c-d.e---f", ""},
      {"a:_T.a-g", "docker.io/library/a", "a", "_T.a-g"},
      {"docker.io/ghcr.io/x", "docker.io/ghcr.io/x", "docker.io/ghcr.io/x", ""},
  };
  for (const auto& c : cases) {
    const auto r = Reference::parse(c.text);
    ASSERT_TRUE(r) << c.text << ": " << r.error().what();
    EXPECT_EQ(r->name(), c.name) << c.text;
    EXPECT_EQ(r->familiar_name(), c.familiar) << c.text;
    EXPECT_EQ(r->tag() ? r->tag()->str() : "", c.tag) << c.text;
    EXPECT_EQ(r->gun().str(), c.name);
    EXPECT_EQ(Reference::parse(r->familiar()).value(), *r);
    EXPECT_EQ(Reference::parse(r->str()).value(), *r);
  }
}

TEST(Reference, RefusesWithDockersTexts) {
  const struct {
    std::string text, what;
  } cases[] = {
      {"", "invalid reference format"},
      {"Alpine", "invalid reference format: repository name (library/Alpine) must be lowercase"},
      {"me/Alpine:x", "invalid reference format: repository name (me/Alpine) must be lowercase"},
      {"a b", "invalid reference format"},
      {"a:", "invalid reference format"},
      {"a@", "invalid reference format"},
      {":x", "invalid reference format"},
      {"-a", "invalid reference format"},
      {"a-", "invalid reference format"},
      {"a..b", "invalid reference format"},
      {"a___b", "invalid reference format"},
      {"a//b", "invalid reference format"},
      {"/a", "invalid reference format"},
      {"a/", "invalid reference format"},
      {"../a", "invalid reference format"},
      {"a/../b", "invalid reference format"},
      {"host.x/a/_trust/b", "invalid reference format"},
      {"a:.x", "invalid reference format"},
      {"a:" + std::string(129, 'x'), "invalid reference format"},
      {"h_x.y/a", "invalid reference format"},
      {"h:a/b", "invalid reference format"},
      {"a@sha256:abc", "invalid reference format"},
      {"a@sha256:" + std::string(40, 'a'), "invalid checksum digest length"},
      {"a@sha512:" + std::string(128, 'a'), "unsupported digest algorithm"},
      {"a@sha256:" + std::string(64, 'A'), "invalid checksum digest format"},
      {kHex, "invalid repository name (" + kHex + "), cannot specify 64-byte hexadecimal strings"},
      {"h.x/" + std::string(256, 'a'), "repository name must not be more than 255 characters"},
      {"\xc3\xa4", "invalid reference format"},
  };
  for (const auto& c : cases) {
    const auto r = Reference::parse(c.text);
    ASSERT_FALSE(r) << c.text;
    EXPECT_EQ(r.error().what(), c.what) << c.text;
    EXPECT_EQ(r.error().code(), ErrorCode::bad_name);
  }
}

TEST(Reference, TagAndDigest) {
  const auto r = Reference::parse("127.0.0.1:5000/a:v1@sha256:" + kHex).value();
  EXPECT_EQ(r.tag()->str(), "v1");
  EXPECT_EQ(r.digest()->hex(), kHex);
  EXPECT_EQ(r.familiar(), "127.0.0.1:5000/a:v1@sha256:" + kHex);
  EXPECT_EQ(r.with_default_tag(), r);
  EXPECT_EQ(r.with_tag(Tag::parse("x").value()).familiar(), "127.0.0.1:5000/a:x");
  EXPECT_EQ(Reference::parse("a").value().with_default_tag().familiar(), "a:latest");
  EXPECT_EQ(Reference::parse("a").value().with_digest(*r.digest()).familiar(), "a@sha256:" + kHex);
  EXPECT_FALSE(Reference::parse("a@sha256:" + kHex).value().with_default_tag().tag());
}

TEST(Reference, Hosts) {
  EXPECT_EQ(Reference::parse("alpine").value().api_host(), "registry-1.docker.io");
  EXPECT_EQ(Reference::parse("h.x:5/a").value().api_host(), "h.x:5");
  EXPECT_EQ(registry_host_of(Gun::parse("docker.io/library/a").value()), "docker.io");
  EXPECT_EQ(registry_host_of(Gun::parse("127.0.0.1:5000/a").value()), "127.0.0.1:5000");
  EXPECT_EQ(registry_host_of(Gun::parse("team/a").value()), "");
  EXPECT_EQ(registry_host_of(Gun::parse("a").value()), "");
  EXPECT_EQ(gun_of_name("alpine").value().str(), "docker.io/library/alpine");
  EXPECT_FALSE(gun_of_name("alpine:1"));
}

}  // namespace
}  // namespace boltseal::registry
