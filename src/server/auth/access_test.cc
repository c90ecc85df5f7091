// What requests need, and what rights give.
#include "server/auth/access.h"

#include <gtest/gtest.h>

namespace boltseal::server {
namespace {

using http::Method;

TEST(Access, WhatRoutesNeed) {
  struct Case {
    Method method;
    const char* path;
    const char* scope;  // "" nothing
  };
  const Case cases[] = {
      {Method::get, "/v2/a/_trust/tuf/root.json", "repository:a:pull"},
      {Method::head, "/v2/a/_trust/tuf/1.root.json", "repository:a:pull"},
      {Method::get, "/v2/a/_trust/changefeed", "repository:a:pull"},
      {Method::get, "/v2/a/_trust/tuf/timestamp.key", "repository:a:push,pull"},
      {Method::post, "/v2/a/_trust/tuf/timestamp.key", "repository:a:*"},
      {Method::head, "/v2/a/_trust/tuf/timestamp.key", "registry:catalog:*"},
      {Method::post, "/v2/localhost:5000/a/b/_trust/tuf/", "repository:localhost:5000/a/b:push,pull"},
      {Method::del, "/v2/a/_trust/tuf/", "repository:a:*"},
      {Method::get, "/v2/a/_trust/tuf/", "registry:catalog:*"},
      {Method::post, "/v2/a/_trust/tuf1/", "repository:a:push,pull"},
      {Method::del, "/v2/a/_trust/tuf1/", "registry:catalog:*"},
      {Method::get, "/v2/a/_trust/tuf1/metadata/1.root.json", "repository:a:pull"},
      {Method::get, "/v2/a/_trust/tuf1/targets/x", "repository:a:pull"},
      {Method::post, "/v2/a/_trust/tuf/root.json", "registry:catalog:*"},
      {Method::get, "/v2/_trust/changefeed", "registry:catalog:*"},
      {Method::get, "/elsewhere", "registry:catalog:*"},
      {Method::get, "/v2/a*/_trust/tuf/root.json", "registry:catalog:*"},
      {Method::put, "/v2/", "registry:catalog:*"},
      {Method::get, "/_notary_server/health", ""},
      {Method::get, "/livez", ""},
      {Method::get, "/readyz", ""},
      {Method::get, "/metrics", ""},
      {Method::post, "/metrics", "registry:catalog:*"},
  };
  for (const Case& c : cases) {
    const Need need = need_of(parse_route(c.path), c.method, false);
    EXPECT_EQ(need.kind == Need::Kind::nothing ? "" : scope_of(need), c.scope) << c.path;
  }
  EXPECT_EQ(need_of(parse_route("/v2/"), Method::get, false).kind, Need::Kind::login);
  EXPECT_EQ(scope_of(need_of(parse_route("/metrics"), Method::get, true)), "registry:catalog:*");
}

TEST(Access, GrantsAreParsedFromTheRight) {
  const auto grant = parse_grant("repository:localhost:5000/team/**:pull,push");
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->type, "repository");
  EXPECT_EQ(grant->name, "localhost:5000/team/**");
  EXPECT_TRUE(grant->pattern);
  EXPECT_EQ(grant->actions, kPull | kPush);
  for (const char* bad : {"", "repository", "repository:a", "repository::pull", ":a:pull",
                          "repository:a:", "repository:a:pull,", "repository:a:delete", "repository:a*b:pull",
                          "repository:a:pull push", "repository:a/te*:pull", "registry:**:*"}) {
    EXPECT_FALSE(parse_grant(bad)) << bad;
  }
}

TEST(Access, WhatGrantsAllow) {
  Identity identity;
  identity.source = Source::basic;
  identity.grants = {*parse_grant("repository:a/b:pull"), *parse_grant("repository:a/b:push"),
                     *parse_grant("repository:team/*:*"), *parse_grant("repository:deep/**:pull"),
                     *parse_grant("other:a/c:*")};
  const auto may = [&](const char* type, const char* name, Actions actions) {
    return allows(identity, {Need::Kind::access, type, name, actions});
  };
  EXPECT_TRUE(may("repository", "a/b", kPull | kPush));  // several entries add up
  EXPECT_FALSE(may("repository", "a/b", kAll));          // pull and push are not everything
  EXPECT_TRUE(may("repository", "team/x", kAll));
  EXPECT_TRUE(may("repository", "team/x", kPull));  // everything is also pull
  EXPECT_FALSE(may("repository", "team", kPull));
  EXPECT_FALSE(may("repository", "team/x/y", kPull));
  EXPECT_TRUE(may("repository", "deep/x/y", kPull));
  EXPECT_FALSE(may("repository", "deeper", kPull));
  EXPECT_FALSE(may("repository", "a/c", kPull));  // of another type
  EXPECT_FALSE(may("repository", "a/b/c", kPull));
  EXPECT_FALSE(may("repository", "A/B", kPull));
  EXPECT_TRUE(allows(identity, {Need::Kind::login, "registry", "catalog", kAll}));
  EXPECT_FALSE(allows(Identity(), {Need::Kind::login, "registry", "catalog", kAll}));
  EXPECT_TRUE(allows(Identity(), Need()));
  // In a token a star is a letter.
  identity.grants = {{"repository", "**", kAll, false, {}}};
  EXPECT_FALSE(may("repository", "a/b", kPull));
}

}  // namespace
}  // namespace boltseal::server
