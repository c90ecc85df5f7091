#include "client/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/encoding.h"
#include "client/test_repository.h"

namespace boltseal::client {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SessionTest : public RepositoryTest {
 protected:
  /// The files of these names below the trust directory; the test fails if there are none.
  std::vector<fs::path> cache_files(const std::set<std::string>& names) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder + "/trust"))
      if (names.contains(entry.path().filename())) found.push_back(entry.path());
    EXPECT_FALSE(found.empty());
    return found;
  }
};

std::string form_name(const testing::TestParamInfo<tuf::Form>& form) {
  return form.param == tuf::Form::notary ? "Notary" : "Tuf1";
}
INSTANTIATE_TEST_SUITE_P(Forms, SessionTest, testing::Values(tuf::Form::notary, tuf::Form::tuf1), form_name);

TEST_P(SessionTest, ColdThenWarmInOneRoundTrip) {
  ASSERT_TRUE(run()) << run().error().what();
  EXPECT_TRUE(cached(RoleName::targets()));
  ASSERT_TRUE(run());
  EXPECT_EQ(rounds, 1);
}

TEST_P(SessionTest, FollowsRotatedRoots) {
  ASSERT_TRUE(run());
  for (int i = 0; i < 3; ++i) {
    server.rotate(RoleName::root());
    server.publish_root();
    server.publish();
  }
  ASSERT_TRUE(run()) << run().error().what();
  EXPECT_EQ(cached(RoleName::root()), server.newest_root());
  fs::remove_all(folder + "/trust");
  ASSERT_TRUE(run()) << "from the pinned first root";
}

TEST_P(SessionTest, Security14_NothingIsWrittenBeforeFirstUseIsAccepted) {
  const auto env = environment();
  const auto s = session(*env, false);
  ASSERT_TRUE(s->refresh());
  ASSERT_TRUE(s->find("v1"));
  EXPECT_TRUE(s->first_use());
  EXPECT_FALSE(cached(RoleName::root()));
  ASSERT_TRUE(s->keep());
  EXPECT_TRUE(cached(RoleName::root()));
  ASSERT_TRUE(run(false)) << "a cached root counts";
}

TEST_P(SessionTest, Security13_ARootThatIsNotThePinnedOneIsRefused) {
  first_root_hash = Sha256{1};
  const auto found = run();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::pin_mismatch) << found.error().what();
  EXPECT_FALSE(cached(RoleName::root()));
}

TEST_P(SessionTest, Security13_APinMadeLaterIsComparedWithTheCache) {
  ASSERT_TRUE(run());
  server.rotate(RoleName::root());
  server.publish_root();
  server.publish();
  ASSERT_TRUE(run());
  first_root_hash = Sha256{7};  // another pin: the cached chain did not begin there
  EXPECT_FALSE(run());
  first_root_hash = crypto::sha256(as_bytes(server.roots.at(1)));
  ASSERT_TRUE(run()) << run().error().what();
}

TEST_P(SessionTest, Security14_AnotherPlaceIsRefusedAndNotAsked) {
  ASSERT_TRUE(run());
  place = "elsewhere";
  const auto env = environment();
  const auto s = session(*env);
  const auto refreshed = s->refresh();
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code(), ErrorCode::pin_mismatch);
  EXPECT_THAT(refreshed.error().what(), HasSubstr("came from simulator so far, not from elsewhere"));
  EXPECT_EQ(wire->rounds, 0);
  place = "simulator";
  EXPECT_TRUE(run());
}

TEST_P(SessionTest, Security14_APlaceThatThePolicyNamesIsTakenAndTold) {
  ASSERT_TRUE(run());
  place = "elsewhere";
  place_by_policy = true;
  const auto env = environment();
  const auto s = session(*env);
  ASSERT_TRUE(s->refresh());
  EXPECT_EQ(s->evidence().moved_from, "simulator");
  place_by_policy = false;
  EXPECT_TRUE(run()) << "it is the recorded place now";
}

TEST_P(SessionTest, Security14_APlaceThatAPersonAcceptsIsKeptOnlyIfItVerifies) {
  ASSERT_TRUE(run());
  place = "elsewhere";
  const auto accept = [&] {
    const auto env = environment();
    const auto s = session(*env);
    s->accept_place();
    return s->refresh();
  };
  server.faults[RoleName::timestamp()] = ErrorCode::not_found;
  EXPECT_FALSE(accept());
  server.faults.clear();
  EXPECT_EQ(run().error().code(), ErrorCode::pin_mismatch);
  EXPECT_TRUE(accept());
  EXPECT_TRUE(run());
}

TEST_P(SessionTest, Security14_APlaceThatNeverAnsweredIsNotKept) {
  ASSERT_TRUE(run());
  store::TrustStore store(folder + "/trust", GetParam(), *Gun::parse(test::kGun));
  for (const auto& file : cache_files({"state.json"})) fs::remove(file);  // the cache of a stock client
  outage = Error(ErrorCode::unreachable, "no route");
  place = "mistyped";
  ASSERT_TRUE(run());
  EXPECT_EQ(store.state()->transport, "");
  outage.reset();
  place = "simulator";
  ASSERT_TRUE(run());
  EXPECT_EQ(store.state()->transport, "simulator");
}

TEST_P(SessionTest, ARepositoryMadeAnewIsNamedAsSuch) {
  ASSERT_TRUE(run());
  const Sha256 known = first_root_hash;
  test::Simulator other(GetParam());
  server.served = other.served;
  server.roots = other.roots;
  const auto found = run();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::root_not_trusted);
  EXPECT_THAT(found.error().what(), HasSubstr("another root of version 1"));
  EXPECT_THAT(found.error().what(), HasSubstr(hex_encode(known)));
  EXPECT_THAT(found.error().what(), HasSubstr(hex_encode(crypto::sha256(server.newest_root()))));
}

TEST_P(SessionTest, RollbackIsRefusedAndTheStateStays) {
  const auto old_timestamp = server.served.at(RoleName::timestamp());
  server.publish();
  ASSERT_TRUE(run());
  const auto kept = cached(RoleName::timestamp());
  server.served[RoleName::timestamp()] = old_timestamp;
  EXPECT_EQ(run().error().code(), ErrorCode::rollback);
  EXPECT_EQ(cached(RoleName::timestamp()), kept);
}

TEST_P(SessionTest, RollbackIsRefusedEvenIfTheCacheIsGone) {
  const auto old = server.served;
  server.publish();
  ASSERT_TRUE(run());
  for (const auto& file : cache_files({"timestamp.json", "snapshot.json", "targets.json"})) fs::remove(file);
  server.served = old;
  EXPECT_EQ(run().error().code(), ErrorCode::rollback);
}

TEST_P(SessionTest, AnOutageLetsTheCacheSpeakUntilItExpires) {
  ASSERT_TRUE(run());
  outage = Error(ErrorCode::unreachable, "no route");
  ASSERT_TRUE(run());
  EXPECT_FALSE(online);
  clock.advance(400 * kDay);
  EXPECT_EQ(run().error().code(), ErrorCode::expired);
}

TEST_P(SessionTest, AnOutageWithoutCacheIsTheError) {
  outage = Error(ErrorCode::timed_out, "no answer");
  EXPECT_EQ(run().error().code(), ErrorCode::timed_out);
}

TEST_P(SessionTest, AnAnswerThatSaysSomethingIsNoOutage) {
  ASSERT_TRUE(run());
  for (const ErrorCode code : {ErrorCode::unauthorized, ErrorCode::tls_failed}) {
    outage = Error(code, "refused");
    EXPECT_EQ(run().error().code(), code);
  }
  outage.reset();
  server.served.erase(RoleName::timestamp());
  EXPECT_EQ(run().error().code(), ErrorCode::metadata_missing);
}

TEST_P(SessionTest, ABrokenCacheIsFetchedAgainButABrokenRootStops) {
  ASSERT_TRUE(run());
  for (const auto& file : cache_files({"timestamp.json", "snapshot.json", "targets.json"}))
    std::ofstream(file) << "{\n";
  ASSERT_TRUE(run()) << run().error().what();
  for (const auto& file : cache_files({"root.json"})) std::ofstream(file) << "{\n";
  EXPECT_FALSE(run());
}

TEST_P(SessionTest, G1_TimestampAndSnapshotStayWhenTargetsFail) {
  ASSERT_TRUE(run());
  const auto old_targets = cached(RoleName::targets());
  server.publish();
  server.faults[RoleName::targets()] = ErrorCode::server_error;
  EXPECT_FALSE(run());
  EXPECT_EQ(cached(RoleName::timestamp()), server.served.at(RoleName::timestamp()));
  EXPECT_EQ(cached(RoleName::snapshot()), server.served.at(RoleName::snapshot()));
  EXPECT_EQ(cached(RoleName::targets()), old_targets);
}

// Fails the n-th step of writing, for every n until nothing fails any more: what is on disk is whole, and the
// next run succeeds.
TEST_P(SessionTest, C1_AFaultAtAnyWriteIsRepairedByTheNextRun) {
  for (int nth = 0;; ++nth) {
    ASSERT_LT(nth, 100);
    server.publish();
    int seen = 0;
    set_file_fault_hook([&](std::string_view, std::string_view) { return seen++ == nth ? ENOSPC : 0; });
    const auto faulty = run();
    set_file_fault_hook({});
    ASSERT_TRUE(run()) << run().error().what();
    EXPECT_EQ(cached(RoleName::timestamp()), server.served.at(RoleName::timestamp()));
    if (faulty) break;
    EXPECT_EQ(faulty.error().code(), ErrorCode::disk_full);
  }
}

TEST_P(SessionTest, C2_TwoClientsAtOnceInOneStore) {
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      const auto env = environment();
      for (int round = 0; round < 5; ++round) {
        Session one(*env, pinned_location(), std::make_unique<SimTransport>(server));
        if (one.refresh()) ++good;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 20);
  ASSERT_TRUE(run());
}

TEST_P(SessionTest, C3_AClockThatIsFarOff) {
  ASSERT_TRUE(run());
  clock.advance(3650 * kDay);
  EXPECT_EQ(run().error().code(), ErrorCode::expired);
  clock.advance(-7300 * kDay);
  const auto found = run();
  if (GetParam() == tuf::Form::tuf1) {
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::clock_wrong) << found.error().what();
  } else {
    ASSERT_FALSE(found) << "the root certificate is not valid yet";
  }
}

}  // namespace
}  // namespace boltseal::client
