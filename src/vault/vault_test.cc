#include "vault/vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "crypto/software_key.h"
#include "tests/support/signing_payloads.h"
#include "tuf/key.h"
#include "vault/content.h"
#include "vault/open_keys.h"
#include "vault/sealing_key.h"

namespace boltseal::vault {
namespace {

using crypto::KeyAlgorithm;
using crypto::Scheme;
using tuf::Form;

const Gun kGun = payload_gun();
const Gun kOther = *Gun::parse("docker.io/library/other");
const Time kNow = payload_time();

/// What a table is made of: memory, or a SQLite file that can be opened again.
class VaultTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    std::string place = testing::TempDir() + "vaultXXXXXX";
    ASSERT_NE(mkdtemp(place.data()), nullptr);
    keys_.emplace(*Directory::open(place + "/keys", true));
    database_ = place + "/vault.db";
  }
  std::unique_ptr<KeyTable> table() {
    if (!GetParam()) return make_memory_key_table();
    return *make_sqlite_key_table(database_);
  }
  Result<Vault> open(std::unique_ptr<KeyTable> table) {
    return Vault::open(std::move(table), *keys_, {.clock = &clock_});
  }
  std::string key_path() const { return keys_->path() + "/" + std::string(kSealingKeyFile); }

  FixedClock clock_{kNow};
  std::optional<Directory> keys_;
  std::string database_;
};
INSTANTIATE_TEST_SUITE_P(Tables, VaultTest, testing::Bool(),
                         [](const auto& kind) { return kind.param ? "Sqlite" : "Memory"; });

TEST_P(VaultTest, SignsSnapshotAndTimestampInBothForms) {
  Vault vault = *open(table());
  const auto snapshot = *vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256);
  const auto timestamp = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  EXPECT_FALSE(*snapshot == *timestamp);
  const auto snapshot_signer = *find_signer(vault, kGun, RoleName::snapshot(), *snapshot);
  const auto timestamp_signer = *find_signer(vault, kGun, RoleName::timestamp(), *timestamp);
  ASSERT_TRUE(snapshot_signer && timestamp_signer);
  for (const Form form : {Form::notary, Form::tuf1}) {
    EXPECT_EQ(sign_code(*snapshot_signer, snapshot_payload(form, 1), form), kSigned);
    EXPECT_EQ(sign_code(*timestamp_signer, timestamp_payload(form, 1), form), kSigned);
  }
  EXPECT_TRUE(vault.check());
}

TEST_P(VaultTest, CreateGivesTheUnusedKeyAgainAndThenANewOne) {
  Vault vault = *open(table());
  const auto first = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  EXPECT_TRUE(**vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256) == *first);
  EXPECT_FALSE(**vault.create(kOther, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256) == *first);
  const auto ed25519 = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ed25519);
  EXPECT_EQ(ed25519->algorithm(), KeyAlgorithm::ed25519);
  EXPECT_EQ(sign_code(**find_signer(vault, kGun, RoleName::timestamp(), *first),
                      timestamp_payload(Form::notary, 1)),
            kSigned);
  const auto second = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  EXPECT_FALSE(*second == *first);
  const auto keys = *vault.keys(kGun, RoleName::timestamp());
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_TRUE(*keys[0] == *first && *keys[1] == *ed25519 && *keys[2] == *second);
}

TEST_P(VaultTest, OnlySnapshotAndTimestampKeysAreMade) {
  Vault vault = *open(table());
  for (const RoleName& role : {RoleName::root(), RoleName::targets(), RoleName::releases()})
    EXPECT_EQ(vault.create(kGun, role, KeyAlgorithm::ecdsa_p256).error().code(), ErrorCode::bad_role);
  EXPECT_EQ(vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::rsa).error().code(), ErrorCode::bad_key);
}

TEST_P(VaultTest, FindWantsGunRoleAndKey) {
  Vault vault = *open(table());
  const auto key = *vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256);
  EXPECT_NE(*find_signer(vault, kGun, RoleName::snapshot(), *key), nullptr);
  EXPECT_EQ(*find_signer(vault, kOther, RoleName::snapshot(), *key), nullptr);
  EXPECT_EQ(*find_signer(vault, kGun, RoleName::timestamp(), *key), nullptr);
  const auto stranger = *crypto::SoftwareKey::generate(KeyAlgorithm::ecdsa_p256);
  EXPECT_EQ(*find_signer(vault, kGun, RoleName::snapshot(), *stranger->public_key()), nullptr);
  EXPECT_EQ(vault.signer(tuf::canonical_key_id(*stranger->public_key())).error().code(),
            ErrorCode::key_missing);
  EXPECT_TRUE(vault.signer(tuf::canonical_key_id(*key)));
}

TEST_P(VaultTest, Security24VersionsNeverFallPerKeyAndForm) {
  Vault vault = *open(table());
  const auto key = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  const auto signer = *find_signer(vault, kGun, RoleName::timestamp(), *key);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 5)), kSigned);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 5, kNow + 13 * kDay)),
            kSigned);  // a publish that failed
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 4)), ErrorCode::rollback);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::tuf1, 1), Form::tuf1), kSigned);  // its own count
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 6)), kSigned);
  const auto again = *find_signer(vault, kGun, RoleName::timestamp(), *key);
  EXPECT_EQ(sign_code(*again, timestamp_payload(Form::notary, 5)), ErrorCode::rollback);
  const auto other = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  EXPECT_EQ(sign_code(**find_signer(vault, kGun, RoleName::timestamp(), *other),
                      timestamp_payload(Form::notary, 1)),
            kSigned);
}

TEST_P(VaultTest, Security24LowerVersionsAreSignedForANotaryServer) {
  Vault vault = *open(table());
  const auto key = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  const auto signer = *vault.signer_for_notary(tuf::canonical_key_id(*key));
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 5)), kSigned);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 4)), kSigned);
  EXPECT_EQ(sign_code(*signer, snapshot_payload(Form::notary, 6)), ErrorCode::bad_format);
  const auto own = *vault.signer(tuf::canonical_key_id(*key));
  EXPECT_EQ(sign_code(*own, timestamp_payload(Form::notary, 4)), ErrorCode::rollback)
      << "5 is still the last";
}

TEST_P(VaultTest, Security24TheSignerIsNoOracle) {
  Vault vault = *open(table());
  const auto snapshot_key = *vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256);
  const auto timestamp_key = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  const auto snapshot = *find_signer(vault, kGun, RoleName::snapshot(), *snapshot_key);
  const auto timestamp = *find_signer(vault, kGun, RoleName::timestamp(), *timestamp_key);
  for (const Form form : {Form::notary, Form::tuf1}) {
    const std::string good = snapshot_payload(form, 1);
    EXPECT_EQ(sign_code(*timestamp, good, form), ErrorCode::bad_format) << "another role's type";
    EXPECT_EQ(sign_code(*snapshot, timestamp_payload(form, 1), form), ErrorCode::bad_format);
    const tuf::Targets targets = tuf::new_targets(form, kNow + kDay, kGun);
    EXPECT_EQ(sign_code(*snapshot, tuf::write_payload(targets).canonical, form), ErrorCode::bad_format);
    for (const std::string& bad :
         {good + " ", good + "x", " " + good, std::string("{}"), std::string(), std::string("hash"),
          good.substr(0, good.size() - 1), "{ " + good.substr(1)})
      EXPECT_EQ(sign_code(*snapshot, bad, form), ErrorCode::bad_format) << bad;
    EXPECT_EQ(
        sign_code(*snapshot, snapshot_payload(form, 1, kNow + kMaxLifetime + std::chrono::seconds(1)), form),
        ErrorCode::policy_denied);
    EXPECT_EQ(sign_code(*snapshot, snapshot_payload(form, 1, kNow + kMaxLifetime), form), kSigned);
  }
  // Members in another order: the same object, another text.
  std::string swapped = timestamp_payload(Form::notary, 1);
  const std::size_t version = swapped.rfind(",\"version\":1");
  ASSERT_NE(version, std::string::npos);
  swapped.erase(version, 12);
  swapped.insert(1, "\"version\":1,");
  EXPECT_EQ(sign_code(*timestamp, swapped), ErrorCode::bad_format);
  EXPECT_EQ(timestamp->sign_text(Scheme::rsa_pss_sha256, timestamp_payload(Form::notary, 1)).error().code(),
            ErrorCode::bad_key);
}

TEST_P(VaultTest, ARefusalRecordsNothing) {
  Vault vault = *open(table());
  const auto key = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  const auto signer = *find_signer(vault, kGun, RoleName::timestamp(), *key);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 9, kNow + 4000 * kDay)),
            ErrorCode::policy_denied);
  EXPECT_TRUE(**vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256) == *key);  // still unused
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 1)), kSigned);
}

TEST_P(VaultTest, RetiredKeysSignNoMore) {
  Vault vault = *open(table());
  const auto key = *vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256);
  const auto signer = *find_signer(vault, kGun, RoleName::snapshot(), *key);
  EXPECT_EQ(*vault.retire(kGun), 1);
  EXPECT_EQ(*vault.retire(kGun), 0);
  EXPECT_EQ(*find_signer(vault, kGun, RoleName::snapshot(), *key), nullptr);
  EXPECT_EQ(sign_code(*signer, snapshot_payload(Form::notary, 1)), ErrorCode::key_missing);
  EXPECT_FALSE(**vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256) == *key);
}

TEST_P(VaultTest, RemovedKeysSignNoMoreAndOthersDo) {
  Vault vault = *open(table());
  const auto key = *vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256);
  const auto other = *vault.create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  const KeyId id = tuf::canonical_key_id(*key);
  const auto held = *vault.find(id);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->gun, kGun);
  EXPECT_EQ(held->role, RoleName::snapshot());
  EXPECT_TRUE(*held->key == *key);
  const auto signer = *vault.signer(id);
  EXPECT_TRUE(*vault.remove(id));
  EXPECT_FALSE(*vault.remove(id));
  EXPECT_FALSE(*vault.find(id));
  EXPECT_EQ(vault.signer(id).error().code(), ErrorCode::key_missing);
  EXPECT_EQ(sign_code(*signer, snapshot_payload(Form::notary, 1)), ErrorCode::key_missing);
  EXPECT_TRUE(*vault.find(tuf::canonical_key_id(*other)));
}

TEST_P(VaultTest, SignersOutliveTheVault) {
  std::shared_ptr<crypto::Signer> signer;
  {
    Vault vault = *open(table());
    const auto key = *vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256);
    signer = *find_signer(vault, kGun, RoleName::snapshot(), *key);
  }
  EXPECT_EQ(sign_code(*signer, snapshot_payload(Form::notary, 1)), kSigned);
}

TEST_P(VaultTest, ManyThreadsGetOneUnusedKey) {
  Vault vault = *open(table());
  std::vector<Sha256> identities(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < identities.size(); ++i)
    threads.emplace_back([&, i] {
      if (const auto key = vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256))
        identities[i] = (*key)->identity();
    });
  for (std::thread& thread : threads) thread.join();
  for (const Sha256& identity : identities) EXPECT_EQ(identity, identities[0]);
  EXPECT_NE(identities[0], Sha256{});
}

TEST_P(VaultTest, OpenedKeysAreBounded) {
  auto rows = table();
  KeyTable* raw = rows.get();
  Vault vault = *open(std::move(rows));
  for (const Gun& gun : {kGun, kOther})
    ASSERT_TRUE(vault.create(gun, RoleName::snapshot(), KeyAlgorithm::ed25519));
  OpenKeys open_keys(*read_sealing_key(*keys_), 1);
  for (const Gun& gun : {kGun, kOther, kGun})
    EXPECT_TRUE(open_keys.open(raw->list(gun, RoleName::snapshot())->front()));
  EXPECT_EQ(open_keys.size(), 1u);
}

TEST_P(VaultTest, Security24SealsBindGunRoleAndKey) {
  auto rows = table();
  KeyTable* raw = rows.get();
  Vault vault = *open(std::move(rows));
  ASSERT_TRUE(vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256));
  ASSERT_TRUE(vault.create(kOther, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256));
  const KeyRow row = raw->list(kGun, RoleName::snapshot())->front();
  const KeyRow other = raw->list(kOther, RoleName::snapshot())->front();
  OpenKeys open_keys(*read_sealing_key(*keys_), 8);
  ASSERT_TRUE(open_keys.open(row));  // cached: the changed rows below must not be answered from the cache
  std::vector<KeyRow> changed(5, row);
  changed[0].gun = kOther;
  changed[1].role = RoleName::timestamp();
  changed[2].id = other.id;
  changed[3].sealed = other.sealed;
  changed[4].sealed[20] ^= 1;
  OpenKeys cold(*read_sealing_key(*keys_), 8);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    EXPECT_EQ(cold.open(changed[i]).error().code(), ErrorCode::bad_key) << i;
    EXPECT_EQ(open_keys.open(changed[i]).has_value(), i >= 3) << i;  // its names are the cached key's
  }
}

TEST_P(VaultTest, Security24ThePublicKeyIsDerivedAgain) {
  auto rows = table();
  KeyTable* raw = rows.get();
  Vault vault = *open(std::move(rows));
  ASSERT_TRUE(vault.create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p256));
  KeyRow row = raw->list(kGun, RoleName::snapshot())->front();
  // Sealed properly, by somebody who has the sealing key, but another private key than the public part's.
  const auto stranger = *crypto::SoftwareKey::generate(KeyAlgorithm::ecdsa_p256);
  row.sealed =
      *crypto::seal(*read_sealing_key(*keys_), stranger->to_pkcs8(crypto::Pkcs8Style::standard)->view(),
                    as_bytes(associated_data(row)), crypto::system_random());
  OpenKeys open_keys(*read_sealing_key(*keys_), 8);
  EXPECT_EQ(open_keys.open(row).error().code(), ErrorCode::bad_key);
}

TEST_P(VaultTest, TheSealingKeyFileIsPrivateAndChecked) {
  ASSERT_TRUE(open(table()));
  struct stat status{};
  ASSERT_EQ(stat(key_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(status.st_size, 65);
  ASSERT_EQ(chmod(key_path().c_str(), 0640), 0);
  EXPECT_EQ(read_sealing_key(*keys_).error().code(), ErrorCode::bad_key);
  ASSERT_EQ(chmod(key_path().c_str(), 0600), 0);
  for (const char* content :
       {"", "00", "zz", "0000000000000000000000000000000000000000000000000000000000000000ff"}) {
    std::ofstream(key_path()) << content;
    const auto key = read_sealing_key(*keys_);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code(), ErrorCode::bad_key);
    EXPECT_NE(key.error().what().find(key_path()), std::string::npos);
  }
}

TEST(Content, NamesFormAndVersion) {
  const auto notary = judge_content(RoleName::snapshot(), snapshot_payload(Form::notary, 7), kNow);
  ASSERT_TRUE(notary) << notary.error().what();
  EXPECT_EQ(notary->form, Form::notary);
  EXPECT_EQ(notary->version, 7);
  EXPECT_EQ(judge_content(RoleName::timestamp(), timestamp_payload(Form::tuf1, 3), kNow)->form, Form::tuf1);
  EXPECT_EQ(judge_content(RoleName::root(), "{}", kNow).error().code(), ErrorCode::bad_role);
}

}  // namespace
}  // namespace boltseal::vault
