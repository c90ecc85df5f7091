#include "tuf/trusted_set_floors.h"

#include <gtest/gtest.h>

#include "crypto/software_key.h"

namespace boltseal::tuf {
namespace {

Key fresh_key() {
  return encode_key(Form::tuf1,
                    (*crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ed25519))->public_key());
}

void list(Root& root, RoleKeys& role, const std::vector<Key>& keys) {
  role.keyids.clear();
  for (const Key& key : keys) {
    role.keyids.push_back(key.id);
    root.keys.insert_or_assign(key.id, key);
  }
}

struct FloorsTest : testing::Test {
  Key a = fresh_key(), b = fresh_key(), c = fresh_key();
  Root root;
  Floors floors;
  void SetUp() override {
    list(root, root.timestamp, {a});
    list(root, root.snapshot, {b});
    follow_keys(floors, root);
    for (const RoleName& role : {RoleName::root(), RoleName::timestamp(), RoleName::snapshot(),
                                 RoleName::targets(), RoleName::releases()}) {
      raise_floor(floors, role, 5, std::nullopt);
    }
  }
};

TEST_F(FloorsTest, RiseOnly) {
  raise_floor(floors, RoleName::targets(), 4, Sha256{1});
  EXPECT_EQ(floors.roles.at(RoleName::targets()), (Floor{5, std::nullopt}));
  raise_floor(floors, RoleName::targets(), 5, Sha256{2});
  EXPECT_EQ(floors.roles.at(RoleName::targets()), (Floor{5, Sha256{2}}));
  raise_floor(floors, RoleName::targets(), 5, std::nullopt);
  EXPECT_EQ(floors.roles.at(RoleName::targets()), (Floor{5, Sha256{2}}));
  raise_floor(floors, RoleName::targets(), 6, std::nullopt);
  EXPECT_EQ(floors.roles.at(RoleName::targets()), (Floor{6, std::nullopt}));
}

TEST_F(FloorsTest, SameKeysKeepAll) {
  const Floors before = floors;
  EXPECT_FALSE(follow_keys(floors, root).timestamp);
  EXPECT_EQ(floors, before);
}

TEST_F(FloorsTest, ALostSnapshotKeyDropsAllButTheRoot) {
  list(root, root.snapshot, {c});
  const Dropped dropped = follow_keys(floors, root);
  EXPECT_TRUE(dropped.timestamp);
  EXPECT_TRUE(dropped.targets);
  ASSERT_EQ(floors.roles.size(), 1U);
  EXPECT_TRUE(floors.roles.contains(RoleName::root()));
}

TEST_F(FloorsTest, ALostTimestampKeyDropsTimestampAndSnapshot) {
  list(root, root.timestamp, {c});
  const Dropped dropped = follow_keys(floors, root);
  EXPECT_TRUE(dropped.timestamp);
  EXPECT_FALSE(dropped.targets);
  EXPECT_FALSE(floors.roles.contains(RoleName::snapshot()));
  EXPECT_TRUE(floors.roles.contains(RoleName::targets()));
}

TEST_F(FloorsTest, OneOfTwoLostIsLost) {
  list(root, root.snapshot, {b, c});
  EXPECT_FALSE(follow_keys(floors, root).timestamp);  // added
  list(root, root.snapshot, {c});
  EXPECT_TRUE(follow_keys(floors, root).targets);
}

TEST_F(FloorsTest, TheSameKeyUnderAnotherIdIsTheSame) {
  Key renamed = b;
  renamed.id = "other";
  list(root, root.snapshot, {renamed});
  EXPECT_FALSE(follow_keys(floors, root).timestamp);
}

TEST_F(FloorsTest, ASnapshotCantRaiseTheFloorsOfOtherBaseRoles) {
  Snapshot snapshot;
  for (const char* name : {"root", "timestamp", "snapshot", "targets", "x"}) {
    Meta meta;
    meta.name = name;
    meta.version = 9;
    snapshot.meta.push_back(meta);
  }
  raise_listed(floors, snapshot);
  EXPECT_EQ(floors.roles.at(RoleName::root()).version, 5);
  EXPECT_EQ(floors.roles.at(RoleName::timestamp()).version, 5);
  EXPECT_EQ(floors.roles.at(RoleName::snapshot()).version, 5);
  EXPECT_EQ(floors.roles.at(RoleName::targets()).version, 9);
  EXPECT_EQ(floors.roles.at(*RoleName::parse_tuf1("x")).version, 9);
}

}  // namespace
}  // namespace boltseal::tuf
