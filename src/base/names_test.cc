#include "base/names.h"

#include <gtest/gtest.h>

namespace boltseal {
namespace {

TEST(Gun, Grammar) {
  for (const char* good : {"docker.io/library/alpine", "127.0.0.1:5000/team/app", "a", "a/b", "UPPER/x",
                           "[::1]:5000/x", "localhost/x__y/a-b.c", "reg.example:443/a--b", "h_o.example/x"}) {
    EXPECT_TRUE(Gun::parse(good)) << good;
  }
  for (const char* bad :
       {"",           "/",           "a/",    "/a",         "a//b", "a/../b", "a/.",   "..",
        "a/_trust/b", "_trust",      "Upper", "a/B",        "a b",  "a%2fb",  "a/b:1", "a/b*",
        "a_",         "a..b/c/d..e", "h:/x",  "h:123456/x", "a\\b", "a\nb",   "é/x"}) {
    EXPECT_FALSE(Gun::parse(bad)) << bad;
  }
  EXPECT_TRUE(Gun::parse(std::string(255, 'a')));
  EXPECT_FALSE(Gun::parse(std::string(256, 'a')));
  EXPECT_EQ(Gun::parse("[::1]:5000/x")->url_path(), "%5B::1%5D:5000/x");
}

TEST(Gun, LenientNamesStayInsideTheTree) {
  for (const char* good : {"Docker.io/Library/A", "with space/x", "a:b/c:d"})
    EXPECT_TRUE(Gun::parse_lenient(good)) << good;
  for (const char* bad :
       {"", "..", "a/../b", "/a", "a//b", "a*", "a%b", "a\x01", "\xff", "a\\b", "x/_trust/y"})
    EXPECT_FALSE(Gun::parse_lenient(bad)) << bad;
}

TEST(RoleName, Notary) {
  for (const char* good : {"root", "targets", "snapshot", "timestamp", "targets/releases", "targets/a/b-c_d"})
    EXPECT_TRUE(RoleName::parse_notary(good)) << good;
  for (const char* bad : {"", "Root", "targets/", "targets//a", "targets/a/", "targets/A", "targets/..",
                          "targets/a.b", "other", "snapshot/a", "targets/é"}) {
    EXPECT_FALSE(RoleName::parse_notary(bad)) << bad;
  }
  EXPECT_FALSE(RoleName::parse_notary("targets/" + std::string(248, 'a')));
  EXPECT_TRUE(RoleName::parse_notary("targets/" + std::string(247, 'a')));
}

// TUF.md 9, P1 and P1b: role names are data, their encodings can't leave the store or collide.
TEST(RoleName, Tuf1EncodingsAreSafe) {
  EXPECT_EQ(RoleName::parse_tuf1("../x")->encoded_file(), "%2E.%2Fx.json");
  EXPECT_EQ(RoleName::parse_tuf1("/x")->encoded_file(), "%2Fx.json");
  EXPECT_EQ(RoleName::parse_tuf1("?")->encoded_file(), "%3F.json");
  EXPECT_EQ(RoleName::parse_tuf1("#")->encoded_file(), "%23.json");
  EXPECT_EQ(RoleName::parse_tuf1(".")->encoded_file(), "%2E.json");
  EXPECT_NE(RoleName::parse_tuf1("a%2fb")->encoded_file(), RoleName::parse_tuf1("a/b")->encoded_file());
  EXPECT_FALSE(RoleName::parse_tuf1(""));
  EXPECT_FALSE(RoleName::parse_tuf1(std::string("a\0b", 3)));
  EXPECT_FALSE(RoleName::parse_tuf1(std::string(300, 'a')));
  EXPECT_FALSE(RoleName::parse_tuf1("\xff"));
}

TEST(Digest, ParsesOnlySha256) {
  const std::string hex(64, 'a');
  EXPECT_EQ(Digest::parse("sha256:" + hex)->str(), "sha256:" + hex);
  for (const std::string& bad : {"sha512:" + hex + hex, "sha256:" + std::string(64, 'A'),
                                 "sha256:" + hex + "a", hex, std::string("sha256:")}) {
    EXPECT_FALSE(Digest::parse(bad)) << bad;
  }
}

TEST(Security18, ReservedTags) {
  EXPECT_TRUE(Tag::parse("boltseal-trust")->is_reserved());
  EXPECT_TRUE(Tag::parse("boltseal-trust.7")->is_reserved());
  EXPECT_TRUE(Tag::parse("sha256-" + std::string(64, 'a'))->is_reserved());
  EXPECT_TRUE(Tag::parse("sha256-" + std::string(64, 'a') + ".sig")->is_reserved());
  EXPECT_FALSE(Tag::parse("sha256-" + std::string(63, 'a'))->is_reserved());
  EXPECT_FALSE(Tag::parse("v1")->is_reserved());
  for (const char* bad : {"", ".a", "-a", "a/b", "a:b", "a b"}) EXPECT_FALSE(Tag::parse(bad)) << bad;
  EXPECT_FALSE(Tag::parse(std::string(129, 'a')));
}

}  // namespace
}  // namespace boltseal
