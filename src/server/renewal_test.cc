#include "server/renewal.h"

#include <gtest/gtest.h>

#include "server/test_repository.h"

namespace boltseal::server {
namespace {

using testing::Owner;
using testing::TestServer;

class RenewalTest : public ::testing::Test {
 protected:
  Renewal& renewal() { return server_.server->renewal(); }
  bool renew() { return testing::must(renewal().renew(owner_.gun)); }
  TestServer server_;
  Owner owner_{server_, "docker.io/library/a"};
};

TEST_F(RenewalTest, TimestampAtHalfOfItsLife) {
  ASSERT_EQ(owner_.init().status, 200);
  EXPECT_FALSE(renew());
  EXPECT_EQ(testing::must(renewal().due_at(owner_.gun)), server_.clock.now() + 7 * kDay);
  server_.clock.advance(7 * kDay - std::chrono::seconds(1));
  EXPECT_FALSE(renew());
  server_.clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(renew());
  EXPECT_EQ(owner_.version("timestamp"), 2);
  EXPECT_EQ(owner_.version("snapshot"), 1);
  EXPECT_EQ(testing::must(server_.storage->changes({}, 0, 10)).size(), 2u);
}

TEST_F(RenewalTest, SnapshotAtHalfOfItsLife) {
  ASSERT_EQ(owner_.init().status, 200);
  server_.clock.advance(548 * kDay);
  EXPECT_TRUE(renew());
  EXPECT_EQ(owner_.version("snapshot"), 2);
  EXPECT_EQ(owner_.version("timestamp"), 2);
  const auto body =
      testing::must(tuf::parse_snapshot(tuf::Form::notary, server_.file(owner_.gun, "snapshot.json")));
  EXPECT_EQ(body->expires, server_.clock.now() + 3 * 365 * kDay);
}

// notary-server: re-signed by the first reader after expiry. Here too, when the background was too late.
TEST_F(RenewalTest, ReaderOfAnExpiredFileGetsAFreshOne) {
  ASSERT_EQ(owner_.init().status, 200);
  server_.clock.advance(20 * kDay);
  EXPECT_EQ(owner_.version("timestamp"), 2);
  EXPECT_EQ(owner_.version("timestamp"), 2);
  server_.clock.advance(1100 * kDay);
  EXPECT_EQ(owner_.version("snapshot"), 2);
  EXPECT_EQ(owner_.version("timestamp"), 3);
}

// notary-server answers 500 for timestamp and snapshot, as if it were down.
TEST_F(RenewalTest, NotaryBug3ExpiredClientSnapshotIsServedStale) {
  Owner owner(server_, "docker.io/library/b", true);
  ASSERT_EQ(owner.init().status, 200);
  server_.clock.advance(1200 * kDay);
  const auto failed = renewal().renew(owner.gun);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::expired);
  for (const char* name : {"timestamp.json", "snapshot.json", "root.json", "targets.json"}) {
    EXPECT_EQ(server_.status(owner.gun, name), 200) << name;
  }
  EXPECT_EQ(owner.version("timestamp"), 1);
}

TEST_F(RenewalTest, ExpiredRootAndTargetsDoNotMatter) {
  owner_.root.expires = server_.clock.now() + 2 * kDay;
  owner_.targets.expires = server_.clock.now() + 2 * kDay;
  owner_.root.expires_text.clear();
  owner_.targets.expires_text.clear();
  ASSERT_EQ(owner_.init().status, 200);
  server_.clock.advance(8 * kDay);
  EXPECT_TRUE(renew());
}

// SECURITY rule 12: what is signed again is verified before.
TEST_F(RenewalTest, Security12ChangedFilesAreNotSignedAgain) {
  ASSERT_EQ(owner_.init().status, 200);
  // Someone with access to the database alone plants a snapshot that names other targets.
  tuf::Snapshot forged =
      testing::must(tuf::parse_snapshot(tuf::Form::notary, server_.file(owner_.gun, "snapshot.json"))).body();
  forged.version = 2;
  const std::string bytes = [&] {
    const auto key = testing::new_key();
    tuf::Root own = owner_.root;
    const tuf::Key as_key = tuf::encode_key(tuf::Form::notary, key->public_key());
    EXPECT_TRUE(tuf::set_role_keys(own, tuf::FileType::snapshot, std::span(&as_key, 1), 1));
    const tuf::Authority authority{own.keys, own.snapshot};
    const std::vector<crypto::Signer*> signers = {key.get()};
    return testing::must(tuf::sign(forged, std::span(&authority, 1), signers)).bytes;
  }();
  tuf::Timestamp stamp =
      testing::must(tuf::parse_timestamp(tuf::Form::notary, server_.file(owner_.gun, "timestamp.json")))
          .body();
  stamp.version = 2;
  tuf::set_snapshot_meta(stamp, tuf::meta_of(tuf::Form::notary, "snapshot", bytes, 2));
  const std::string stamp_bytes = tuf::assemble(tuf::Form::notary, tuf::write_payload(stamp).wire, {});
  ASSERT_TRUE(server_.storage->publish(
      {.gun = owner_.gun,
       .time = server_.clock.now(),
       .files = {{tuf::Form::notary, RoleName::snapshot(), 2, bytes, crypto::sha256(bytes)},
                 {tuf::Form::notary, RoleName::timestamp(), 2, stamp_bytes, crypto::sha256(stamp_bytes)}}}));
  server_.clock.advance(8 * kDay);
  const auto renewed = renewal().renew(owner_.gun);
  ASSERT_FALSE(renewed);
  EXPECT_EQ(renewed.error().code(), ErrorCode::threshold_not_met);
  EXPECT_EQ(
      testing::must(server_.storage->latest(owner_.gun, tuf::Form::notary, RoleName::timestamp()))->version,
      2);
}

TEST_F(RenewalTest, BackgroundRenewsByItself) {
  ASSERT_EQ(owner_.init().status, 200);
  server_.clock.advance(8 * kDay);
  server_.server->start();
  for (int i = 0; i < 500 && owner_.version("timestamp") < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  server_.server->stop();
  EXPECT_EQ(owner_.version("timestamp"), 2);
}

}  // namespace
}  // namespace boltseal::server
