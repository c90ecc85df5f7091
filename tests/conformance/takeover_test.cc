// Steps of takeover.sh: what a real notary-server wrote, read by our storage and the other way round.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "server/storage/sql_storage.h"
#include "tests/conformance/servers.h"
#include "tests/support/storage_batches.h"

namespace boltseal::server {
namespace {

using boltseal::database_servers::environment;

class TakeOver : public ::testing::TestWithParam<boltseal::database_servers::DatabaseServer> {
 protected:
  std::unique_ptr<Storage> storage(const char* variable) {
    auto made = make_sql_storage({.connect = GetParam().at(environment(variable)), .pool = {}});
    EXPECT_TRUE(made) << made.error().what();
    return made ? *std::move(made) : nullptr;
  }
  const Gun gun_ = *Gun::parse(environment("TAKEOVER_GUN"));
  const std::vector<RoleName> roles_{RoleName::root(), RoleName::targets(), RoleName::snapshot(),
                                     RoleName::timestamp()};
};

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_P(TakeOver, ReadsWhatNotaryServerWrote) {
  const auto from = storage("TAKEOVER_FROM");
  for (const RoleName& role : roles_) {
    const auto file = from->current(gun_, Form::notary, role);
    ASSERT_TRUE(file) << file.error().what();
    ASSERT_TRUE(*file) << role.str();
    EXPECT_EQ((*file)->bytes, file_text(environment("TAKEOVER_SERVED") + "/" + role.str() + ".json"));
    EXPECT_EQ((*file)->sha256, crypto::sha256((*file)->bytes));
    EXPECT_GT((*file)->created, *parse_rfc3339("2020-01-01T00:00:00Z"));
  }
  EXPECT_EQ(from->heads(gun_)->size(), 4u);
}

/// Publishes the same files, version by version, into a database that a notary-server then goes on with.
TEST_P(TakeOver, WritesWhatNotaryServerGoesOnWith) {
  const auto from = storage("TAKEOVER_FROM"), to = storage("TAKEOVER_TO");
  std::size_t published = 0;
  for (std::int64_t version = 1;; ++version) {
    Batch batch{.gun = gun_};
    for (const RoleName& role : roles_) {
      auto file = from->by_version(gun_, Form::notary, role, version);
      ASSERT_TRUE(file) << file.error().what();
      if (!*file) continue;
      batch.time = (*file)->created;
      batch.files.push_back({Form::notary, role, version, (*file)->bytes, (*file)->sha256});
    }
    if (batch.files.empty()) break;
    const auto done = to->publish(batch);
    ASSERT_TRUE(done) << done.error().what();
    ++published;
  }
  EXPECT_GE(published, 2u);
  const auto ours = *to->changes({}, 0, 100), theirs = *from->changes(gun_, 0, 100);
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].sha256, theirs[i].sha256);
    EXPECT_EQ(ours[i].version, theirs[i].version);
    EXPECT_EQ(ours[i].category, theirs[i].category);
  }
}

TEST_P(TakeOver, SeesWhatNotaryServerAddedAfterwards) {
  const auto from = storage("TAKEOVER_FROM"), to = storage("TAKEOVER_TO");
  const auto before = from->current(gun_, Form::notary, RoleName::targets());
  const auto after = to->current(gun_, Form::notary, RoleName::targets());
  ASSERT_TRUE(before && *before && after && *after);
  EXPECT_EQ((*after)->version, (*before)->version + 1);
  EXPECT_EQ(to->changes(gun_, 0, 100)->size(), from->changes(gun_, 0, 100)->size() + 1);
}

TEST_P(TakeOver, Removes) {
  const auto to = storage("TAKEOVER_TO");
  ASSERT_TRUE(*to->remove(gun_, conformance::at(0)));
  EXPECT_EQ(to->changes({}, 0, -1)->back().category, "deletion");
}

INSTANTIATE_TEST_SUITE_P(Sql, TakeOver, ::testing::ValuesIn(boltseal::database_servers::all_servers()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace boltseal::server
