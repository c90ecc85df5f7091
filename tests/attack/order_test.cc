// Steps out of order, and what a refused step leaves behind.
#include "tests/attack/attack.h"

namespace boltseal::test {
namespace {

tuf::TrustOptions options_of(const Simulator& repo) {
  tuf::TrustOptions options;
  options.form = repo.form;
  options.gun = *Gun::parse(repo.gun);
  options.now = sim_now();
  return options;
}

TEST_P(Attack, Order_EveryStepHasItsPlace) {
  Simulator repo(form());
  auto set = *tuf::TrustedSet::start(options_of(repo), repo.newest_root(), tuf::RootOrigin::cached);
  const auto& files = repo.served;
  const auto top = [&] {
    return set.update_targets(RoleName::root(), RoleName::targets(), files.at(RoleName::targets()));
  };
  EXPECT_TRUE(fails_with(set.update_timestamp(files.at(RoleName::timestamp())), ErrorCode::internal));
  EXPECT_TRUE(fails_with(set.update_snapshot(files.at(RoleName::snapshot())), ErrorCode::internal));
  EXPECT_TRUE(fails_with(top(), ErrorCode::internal));
  EXPECT_TRUE(fails_with(set.use_local_timestamp(), ErrorCode::internal));
  EXPECT_EQ(set.offer_local(RoleName::timestamp(), files.at(RoleName::timestamp())), tuf::LocalFile::ignored);
  ASSERT_TRUE(succeeds(set.roots_done()));
  EXPECT_TRUE(fails_with(set.roots_done(), ErrorCode::internal));
  EXPECT_TRUE(fails_with(set.update_root(repo.newest_root()), ErrorCode::internal));
  EXPECT_EQ(set.want_root(), std::nullopt);
  EXPECT_TRUE(fails_with(set.update_snapshot(files.at(RoleName::snapshot())), ErrorCode::internal));
  EXPECT_TRUE(fails_with(set.use_local_timestamp(), ErrorCode::metadata_missing));
  ASSERT_TRUE(succeeds(set.update_timestamp(files.at(RoleName::timestamp()))));
  EXPECT_TRUE(fails_with(set.update_timestamp(files.at(RoleName::timestamp())), ErrorCode::internal));
  EXPECT_TRUE(fails_with(top(), ErrorCode::internal));
  EXPECT_EQ(set.snapshot(), nullptr);
  ASSERT_TRUE(succeeds(set.update_snapshot(files.at(RoleName::snapshot()))));
  EXPECT_TRUE(fails_with(set.update_snapshot(files.at(RoleName::snapshot())), ErrorCode::internal));
  EXPECT_TRUE(fails_with(set.want_targets(RoleName::targets(), RoleName::releases()), ErrorCode::internal));
  EXPECT_TRUE(fails_with(set.want_targets(RoleName::root(), RoleName::snapshot()), ErrorCode::internal));
  ASSERT_TRUE(succeeds(top()));
  EXPECT_TRUE(succeeds(top()));
  EXPECT_EQ(set.facts().size(), 4U);
  EXPECT_TRUE(
      fails_with(set.want_targets(RoleName::targets(), RoleName::releases()), ErrorCode::target_not_found));
}

TEST_F(AttackNotary, Order_RootsAreRefreshedOnce) {
  Simulator repo(kForm);
  auto set = *tuf::TrustedSet::start(options_of(repo), repo.newest_root(), tuf::RootOrigin::cached);
  ASSERT_TRUE(succeeds(set.roots_done()));
  ASSERT_TRUE(succeeds(set.update_timestamp(repo.served.at(RoleName::timestamp()))));
  ASSERT_TRUE(succeeds(set.refresh_roots()));
  EXPECT_EQ(set.timestamp(), nullptr);
  ASSERT_TRUE(succeeds(set.roots_done()));
  ASSERT_TRUE(succeeds(set.update_timestamp(repo.served.at(RoleName::timestamp()))));
  EXPECT_TRUE(fails_with(set.refresh_roots(), ErrorCode::internal));
}

TEST_F(AttackTuf1, Order_NoSecondLookAtRoots) {
  Simulator repo(kForm);
  auto set = *tuf::TrustedSet::start(options_of(repo), repo.newest_root(), tuf::RootOrigin::cached);
  ASSERT_TRUE(succeeds(set.roots_done()));
  EXPECT_TRUE(fails_with(set.refresh_roots(), ErrorCode::internal));
}

TEST_F(AttackNotary, Order_ANotaryRootNeedsAName) {
  Simulator repo(kForm);
  tuf::TrustOptions options = options_of(repo);
  options.gun.reset();
  EXPECT_TRUE(fails_with(tuf::TrustedSet::start(options, repo.newest_root(), tuf::RootOrigin::cached),
                         ErrorCode::internal));
}

TEST_P(Attack, Order_ARefusedStepChangesNothing) {
  Simulator repo(form());
  auto set = *tuf::TrustedSet::start(options_of(repo), repo.newest_root(), tuf::RootOrigin::cached);
  ASSERT_TRUE(succeeds(set.roots_done()));
  const tuf::Floors before = set.floors();
  std::string bad = repo.served.at(RoleName::timestamp());
  replace_first(bad, "\"version\":1", "\"version\":5");
  EXPECT_TRUE(fails_with(set.update_timestamp(bad), ErrorCode::threshold_not_met));
  EXPECT_EQ(set.floors(), before);
  EXPECT_EQ(set.timestamp(), nullptr);
  ASSERT_TRUE(succeeds(set.update_timestamp(repo.served.at(RoleName::timestamp()))));
  const tuf::Floors after = set.floors();
  EXPECT_TRUE(
      fails_with(set.update_snapshot("{}"), tuf1() ? ErrorCode::length_mismatch : ErrorCode::hash_mismatch));
  EXPECT_EQ(set.floors(), after);
  ASSERT_TRUE(succeeds(set.update_snapshot(repo.served.at(RoleName::snapshot()))));
}

// Whoever signs the next version must be able to read the expired one; root and timestamp stay bound to time.
TEST_P(Attack, Order_OnlySignersGoOnFromExpiredTargets) {
  EXPECT_FALSE(tuf::TrustOptions{}.tolerate_expired_targets);
  Simulator repo(form());
  repo.snapshot.expires = sim_now();
  repo.file(RoleName::targets()).expires = sim_now();
  repo.publish();
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
  client.configure = [](tuf::TrustOptions& options) { options.tolerate_expired_targets = true; };
  EXPECT_TRUE(succeeds(client.refresh()));
  repo.timestamp.expires = sim_now();
  repo.publish_online();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
  EXPECT_EQ(client.refusal->role, RoleName::timestamp());
}

TEST_P(Attack, Order_WantsCarryLimitsAndNames) {
  Simulator repo(form());
  auto set = *tuf::TrustedSet::start(options_of(repo), repo.newest_root(), tuf::RootOrigin::cached);
  ASSERT_TRUE(set.want_root().has_value());
  EXPECT_EQ(set.want_root()->version, 2);
  EXPECT_EQ(set.want_root()->limit, tuf::default_limit(form(), tuf::FileType::root));
  ASSERT_TRUE(succeeds(set.roots_done()));
  EXPECT_EQ(set.want_timestamp().limit, tuf::default_limit(form(), tuf::FileType::timestamp));
  ASSERT_TRUE(succeeds(set.update_timestamp(repo.served.at(RoleName::timestamp()))));
  const auto want = set.want_snapshot();
  ASSERT_TRUE(want.has_value());
  EXPECT_EQ(want->limit, repo.served.at(RoleName::snapshot()).size());
  EXPECT_EQ(want->sha256, repo.timestamp.snapshot.hashes.sha256);
  EXPECT_EQ(want->version.has_value(), tuf1());
  EXPECT_EQ(want->consistent, tuf1());
  ASSERT_TRUE(succeeds(set.update_snapshot(repo.served.at(RoleName::snapshot()))));
  const auto targets = set.want_targets(RoleName::root(), RoleName::targets());
  ASSERT_TRUE(succeeds(targets));
  EXPECT_EQ((*targets)->limit, repo.served.at(RoleName::targets()).size());
}

}  // namespace
}  // namespace boltseal::test
