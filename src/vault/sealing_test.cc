// A vault that is opened again: what stays, and what a wrong sealing key does (NOTARY-SERVER.md 9, bug 18).
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tuf/key.h"
#include "vault/sealing_key.h"
#include "vault/vault.h"

namespace boltseal::vault {
namespace {

const Gun kGun = *Gun::parse("docker.io/library/app");

class ReopenedVault : public testing::Test {
 protected:
  void SetUp() override {
    std::string place = testing::TempDir() + "sealingXXXXXX";
    ASSERT_NE(mkdtemp(place.data()), nullptr);
    keys_.emplace(*Directory::open(place + "/keys", true));
    database_ = place + "/vault.db";
    Vault vault = *open();
    key_ = *vault.create(kGun, RoleName::timestamp(), crypto::KeyAlgorithm::ecdsa_p256);
    key_text_ = *keys_->read(kSealingKeyFile, 100);
  }
  Result<Vault> open() { return Vault::open(*make_sqlite_key_table(database_), *keys_); }
  std::string key_path() const { return keys_->path() + "/" + std::string(kSealingKeyFile); }
  void expect_refused(const std::string& before) {
    const auto vault = open();
    ASSERT_FALSE(vault);
    EXPECT_EQ(vault.error().code(), ErrorCode::bad_key);
    EXPECT_NE(vault.error().what().find(key_path()), std::string::npos) << vault.error().what();
    EXPECT_FALSE(vault.error().hint().empty());
    EXPECT_EQ(keys_->read(kSealingKeyFile, 100).value_or("none"), before);  // nothing was replaced
  }

  std::optional<Directory> keys_;
  std::string database_;
  crypto::PublicKeyPtr key_;
  std::string key_text_;
};

TEST_F(ReopenedVault, HasItsKeys) {
  const Vault vault = *open();
  const auto keys = *vault.keys(kGun, RoleName::timestamp());
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_TRUE(*keys[0] == *key_);
  EXPECT_NE(*find_signer(vault, kGun, RoleName::timestamp(), *key_), nullptr);
}

TEST_F(ReopenedVault, Security24RemembersVersions) {
  const auto table = *make_sqlite_key_table(database_);
  const KeyId id = tuf::canonical_key_id(*key_);
  EXPECT_EQ(*table->record_use(id, tuf::Form::notary, 7, Time{}), Use::allowed);
  const auto again = *make_sqlite_key_table(database_);
  EXPECT_EQ(*again->last_version(id, tuf::Form::notary), 7);
  EXPECT_EQ(*again->last_version(id, tuf::Form::tuf1), 0);
  EXPECT_EQ(*again->record_use(id, tuf::Form::notary, 6, Time{}), Use::below_last);
  EXPECT_EQ(*again->record_use(id, tuf::Form::notary, 7, Time{}), Use::allowed);
}

TEST_F(ReopenedVault, Bug18AWrongSealingKeyIsNoticedAtStart) {
  std::ofstream(key_path()) << std::string(64, 'a') << "\n";
  expect_refused(std::string(64, 'a') + "\n");
  std::ofstream(key_path()) << key_text_;
  EXPECT_TRUE(open());
}

TEST_F(ReopenedVault, Bug18AMissingSealingKeyIsNotMadeAnew) {
  ASSERT_EQ(std::remove(key_path().c_str()), 0);
  expect_refused("none");
}

TEST_F(ReopenedVault, Bug18ABrokenSealingKeyIsNotMadeAnew) {
  std::ofstream(key_path()) << "no key";
  const auto vault = open();
  ASSERT_FALSE(vault);
  EXPECT_EQ(vault.error().code(), ErrorCode::bad_key);
  EXPECT_EQ(*keys_->read(kSealingKeyFile, 100), "no key");
}

TEST_F(ReopenedVault, KeyDirectoryOfAnotherServerServesAnEmptyVault) {
  const auto fresh = Vault::open(make_memory_key_table(), *keys_);  // the key exists, no rows: it is taken
  EXPECT_TRUE(fresh);
  EXPECT_EQ(*keys_->read(kSealingKeyFile, 100), key_text_);
}

}  // namespace
}  // namespace boltseal::vault
