// The vault on a token (SoftHSM).
#include "vault/token_keys.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/support/signing_payloads.h"
#include "tests/support/softhsm.h"
#include "tuf/key.h"

namespace boltseal::vault {
namespace {

using crypto::KeyAlgorithm;
using keys::pkcs11::softhsm_token;
using tuf::Form;

const Gun kGun = payload_gun();
const Gun kOther = *Gun::parse("docker.io/library/other");

class TokenKeys : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string place = testing::TempDir() + "tokenkeysXXXXXX";
    ASSERT_NE(::mkdtemp(place.data()), nullptr);
    database_ = place + "/tokens.db";
    token_ = softhsm_token();
    ASSERT_TRUE(token_);
  }
  std::unique_ptr<TokenVault> open() {
    auto vault = TokenVault::open(*make_sqlite_key_table(database_), token_, {.clock = &clock_});
    EXPECT_TRUE(vault) << vault.error().what();
    return vault ? std::move(*vault) : nullptr;
  }
  static KeyId id_of(const crypto::PublicKeyPtr& key) { return tuf::canonical_key_id(*key); }

  FixedClock clock_{payload_time()};
  std::string database_;
  std::shared_ptr<keys::pkcs11::Token> token_;
};

TEST_F(TokenKeys, SignsWithBothAlgorithmsInBothForms) {
  const auto vault = open();
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ed25519}) {
    const auto key = vault->create(kGun, RoleName::snapshot(), algorithm);
    ASSERT_TRUE(key) << key.error().what();
    EXPECT_TRUE(**vault->create(kGun, RoleName::snapshot(), algorithm) == **key) << "unused yet";
    const auto signer = *find_signer(*vault, kGun, RoleName::snapshot(), **key);
    ASSERT_TRUE(signer);
    for (const Form form : {Form::notary, Form::tuf1})
      EXPECT_EQ(sign_code(*signer, snapshot_payload(form, 1), form), kSigned);
    EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 2)), ErrorCode::bad_format);
    EXPECT_FALSE(**vault->create(kGun, RoleName::snapshot(), algorithm) == **key);
  }
  EXPECT_TRUE(vault->check());
  EXPECT_EQ(vault->create(kGun, RoleName::root(), KeyAlgorithm::ecdsa_p256).error().code(),
            ErrorCode::bad_role);
}

TEST_F(TokenKeys, Security24VersionsAndRetirementOutliveARestart) {
  KeyId id = *KeyId::parse(std::string(64, '0'));
  {
    const auto vault = open();
    id = id_of(*vault->create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256));
    EXPECT_EQ(sign_code(**vault->signer(id), timestamp_payload(Form::notary, 5)), kSigned);
  }
  token_->log_out();
  token_ = softhsm_token();
  const auto vault = open();
  const auto signer = *vault->signer(id);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 4)), ErrorCode::rollback);
  EXPECT_EQ(sign_code(**vault->signer_for_notary(id), timestamp_payload(Form::notary, 4)), kSigned);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 5)), kSigned);
  EXPECT_EQ(*vault->retire(kGun), 1);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 6)), ErrorCode::key_missing);
  EXPECT_EQ(vault->signer(id).error().code(), ErrorCode::key_missing);
  EXPECT_FALSE(*vault->find(id));
  EXPECT_FALSE(*vault->remove(id));
}

TEST_F(TokenKeys, Security24RowsCannotBeMovedToAnotherGunOrRole) {
  const auto key = *open()->create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  const auto row_of = [&](const Gun& gun, const RoleName& role) {
    return KeyRow{gun, role, id_of(key), "ecdsa-p256", key->spki(), {}, payload_time(), {}, {}};
  };
  for (const KeyRow& row : {row_of(kOther, RoleName::timestamp()), row_of(kGun, RoleName::snapshot())}) {
    auto table = make_memory_key_table();
    ASSERT_TRUE(table->insert_unless_unused(row));
    const auto vault = *TokenVault::open(std::move(table), token_);
    EXPECT_EQ(vault->find(row.id).error().code(), ErrorCode::bad_key);
    EXPECT_EQ(vault->signer(row.id).error().code(), ErrorCode::bad_key);
    EXPECT_EQ(vault->create(row.gun, row.role, KeyAlgorithm::ecdsa_p256).error().code(), ErrorCode::bad_key);
  }
}

TEST_F(TokenKeys, AKeyThatIsGoneFromTheTokenIsToldAndNotReplaced) {
  const auto key = *open()->create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
  EXPECT_EQ(*token_->destroy(*hex_decode(id_of(key).str())), 2);
  const auto vault = open();
  EXPECT_EQ(vault->find(id_of(key)).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(vault->create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256).error().code(),
            ErrorCode::bad_key);
}

TEST_F(TokenKeys, ATableBelongsToOneToken) {
  auto table = make_memory_key_table();
  ASSERT_TRUE(table->set_check_value(to_bytes("token 123")));
  const auto refused = TokenVault::open(std::move(table), token_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::bad_config);
}

}  // namespace
}  // namespace boltseal::vault
