#include "server/routes/route.h"

#include <gtest/gtest.h>

namespace boltseal::server {
namespace {

struct Case {
  std::string path;
  Place place;
  std::string gun = {}, role = {}, hash = {};
  std::optional<std::int64_t> version = {};
};

const std::string k64(64, 'a');

TEST(Route, Table) {
  const std::string base = "/v2/docker.io/library/a/_trust/tuf/";
  const std::string gun = "docker.io/library/a";
  const Case cases[] = {
      {"/v2/", Place::ping},
      {"/v2", Place::none},
      {"/metrics", Place::metrics},
      {"/_notary_server/health", Place::health},
      {"/v2/_trust/changefeed", Place::global_changefeed},
      {"/v2/a/_trust/changefeed", Place::changefeed, "a"},
      {base, Place::repository, gun},
      {"/v2/a/_trust/tuf", Place::none, "a"},
      {base + "root.json", Place::role, gun, "root"},
      {base + "targets/releases.json", Place::role, gun, "targets/releases"},
      {base + "targets/A.json", Place::role, gun, "targets/A"},
      {base + "targets/a b.json", Place::none, gun},
      {base + "bogus.json", Place::none, gun},
      {base + "targets.key", Place::none, gun},
      {base + "timestamp.key", Place::key, gun, "timestamp"},
      {base + "snapshot.key", Place::key, gun, "snapshot"},
      {base + "3.root.json", Place::role_by_version, gun, "root", "", 3},
      {base + "01.root.json", Place::role_by_version, gun, "root", "", 1},
      {base + "1.targets/foo.json", Place::role_by_version, gun, "targets/foo", "", 1},
      {base + "99999999999999999999.root.json", Place::role_by_version, gun, "root"},
      {base + "targets." + k64 + ".json", Place::role_by_hash, gun, "targets", k64},
      {base + "targets/a." + std::string(128, 'F') + ".json", Place::role_by_hash, gun, "targets/a",
       std::string(128, 'F')},
      {base + "root." + k64 + "a.json", Place::none, gun},
      {"/v2/a/_trust/tuf/b/_trust/tuf/root.json", Place::role, "a/_trust/tuf/b", "root"},
      {"/v2/a*b/_trust/tuf/root.json", Place::none, "a*b"},
      {"/v2//_trust/tuf/root.json", Place::none},
      {"/v2/a/_trust/tuf1/", Place::tuf1_repository, "a"},
      {"/v2/a/_trust/tuf1/metadata/timestamp.json", Place::tuf1_metadata, "a", "timestamp"},
      {"/v2/a/_trust/tuf1/metadata/2.targets/releases.json", Place::tuf1_metadata, "a", "targets/releases",
       "", 2},
      {"/v2/a/_trust/tuf1/metadata/2.json", Place::tuf1_metadata, "a", "2"},
      {"/v2/a/_trust/tuf1/metadata/.json", Place::none, "a"},
      {"/v2/a/_trust/tuf1/targets/" + k64 + ".v1", Place::tuf1_target, "a"},
      {"/other", Place::none},
      {"", Place::none},
  };
  for (const Case& c : cases) {
    const Route route = parse_route(c.path);
    EXPECT_EQ(route.place, c.place) << c.path;
    EXPECT_EQ(route.gun, c.gun) << c.path;
    if (c.place == Place::none) continue;
    EXPECT_EQ(route.role, c.role) << c.path;
    EXPECT_EQ(route.hash, c.hash) << c.path;
    EXPECT_EQ(route.version, c.version) << c.path;
  }
}

TEST(Route, OneSpellingIsACacheKey) {
  EXPECT_TRUE(is_canonical(parse_route("/v2/a/_trust/tuf/1.root.json")));
  EXPECT_FALSE(is_canonical(parse_route("/v2/a/_trust/tuf/01.root.json")));
  EXPECT_FALSE(is_canonical(parse_route("/v2/a/_trust/tuf/99999999999999999999.root.json")));
  EXPECT_TRUE(is_canonical(parse_route("/v2/a/_trust/tuf/root.json")));
}

}  // namespace
}  // namespace boltseal::server
