// Keys in a notary-signer's table, on both database servers: what several servers on one database see of each
// other, and what hostile or damaged rows do.
#include "vault/notary_keys.h"

#include <gmock/gmock.h>

#include <map>
#include <thread>

#include "tests/support/signing_payloads.h"
#include "tests/vault/database.h"
#include "tuf/key.h"

namespace boltseal::vault {
namespace {

using crypto::KeyAlgorithm;
using ::testing::HasSubstr;
using tuf::Form;

const Gun kGun = payload_gun();

/// Passphrases of one server; an alias that is not in it has none.
using Passphrases = std::map<std::string, std::string>;

AliasPassphrase of(const Passphrases& all) {
  return [all](const std::string& alias) -> Result<Secret> {
    const auto found = all.find(alias);
    if (found == all.end())
      return fail(ErrorCode::no_passphrase, "no passphrase for alias " + alias,
                  "set " + alias_variable(alias));
    return Secret::of_text(found->second);
  };
}

class NotaryKeys : public ::testing::TestWithParam<Server> {
 protected:
  void SetUp() override {
    address_ = fresh_database(GetParam(), "notarykeys");
    pool_ = pool_of(GetParam(), address_);
  }
  std::unique_ptr<NotaryVault> open(const Passphrases& passphrases = {{"old", "old-pw"}},
                                    const std::string& alias = "old") {
    auto made = NotaryVault::open(
        pool_of(GetParam(), address_),
        {.default_alias = alias, .passphrase = of(passphrases), .clock = &clock_, .rounds = 1000});
    EXPECT_TRUE(made) << made.error().what();
    return made ? std::move(*made) : nullptr;
  }
  std::string one(std::string_view sql, std::initializer_list<db::Value> values = {}) {
    auto session = pool_->acquire();
    auto rows = (*session)->run(sql, values);
    EXPECT_TRUE(rows) << rows.error().what();
    return rows && rows->size() == 1 ? rows->take(0, 0) : "(no row)";
  }
  void change(std::string_view sql, std::initializer_list<db::Value> values = {}) {
    auto session = pool_->acquire();
    const auto rows = (*session)->run(sql, values);
    ASSERT_TRUE(rows) << rows.error().what();
    ASSERT_GT(rows->changed(), 0) << sql;
  }
  static KeyId id_of(const crypto::PublicKeyPtr& key) { return tuf::canonical_key_id(*key); }
  static crypto::PublicKeyPtr timestamp_key(NotaryVault& vault, const Gun& gun = kGun) {
    auto key = vault.create(gun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256);
    EXPECT_TRUE(key) << key.error().what();
    return key ? *key : nullptr;
  }

  FixedClock clock_{payload_time()};
  std::string address_;
  std::shared_ptr<db::Pool> pool_;
};
INSTANTIATE_TEST_SUITE_P(Databases, NotaryKeys, ::testing::Values(Server::postgres, Server::mariadb),
                         [](const auto& one) { return name_of(one.param); });

TEST_P(NotaryKeys, SignsWithBothAlgorithmsForBothRoles) {
  const auto vault = open();
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ed25519}) {
    const auto snapshot = *vault->create(kGun, RoleName::snapshot(), algorithm);
    EXPECT_EQ(snapshot->algorithm(), algorithm);
    const auto held = *vault->find(id_of(snapshot));
    ASSERT_TRUE(held);
    EXPECT_EQ(held->gun, kGun);
    EXPECT_EQ(held->role, RoleName::snapshot());
    EXPECT_TRUE(*held->key == *snapshot);
    const auto signer = *find_signer(*vault, kGun, RoleName::snapshot(), *snapshot);
    ASSERT_TRUE(signer);
    for (const Form form : {Form::notary, Form::tuf1})
      EXPECT_EQ(sign_code(*signer, snapshot_payload(form, 1), form), kSigned);
    EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 2)), ErrorCode::bad_format);
  }
  EXPECT_TRUE(vault->check());
  EXPECT_EQ(vault->create(kGun, RoleName::targets(), KeyAlgorithm::ecdsa_p256).error().code(),
            ErrorCode::bad_role);
  EXPECT_EQ(vault->create(kGun, RoleName::snapshot(), KeyAlgorithm::ecdsa_p384).error().code(),
            ErrorCode::bad_key);
}

TEST_P(NotaryKeys, RowsStandAsNotarySignerWritesThem) {
  const auto vault = open();
  const auto key = timestamp_key(*vault);
  const auto column = [&](const std::string& name) { return one("SELECT " + name + " FROM private_keys"); };
  EXPECT_EQ(column("key_id"), id_of(key).str());
  EXPECT_EQ(column("encryption_alg"), "A256GCM");
  EXPECT_EQ(column("keywrap_alg"), "PBES2-HS256+A128KW");
  EXPECT_EQ(column("algorithm"), "ecdsa");
  EXPECT_EQ(column("passphrase_alias"), "old");
  EXPECT_EQ(column("public"), as_text(key->spki()));
  EXPECT_EQ(column("gun"), kGun.str());
  EXPECT_EQ(column("role"), "timestamp");
  EXPECT_EQ(one("SELECT 1 FROM private_keys WHERE last_used IS NULL AND deleted_at IS NULL"), "1");
  EXPECT_EQ(sign_code(**vault->signer(id_of(key)), timestamp_payload(Form::notary, 1)), kSigned);
  EXPECT_THAT(column("last_used"), HasSubstr("2026-11-24 07:00:00"));
  clock_.advance(kDay);
  EXPECT_EQ(sign_code(**vault->signer(id_of(key)), timestamp_payload(Form::notary, 1)), kSigned);
  EXPECT_THAT(column("last_used"), HasSubstr("2026-11-25 07:00:00"));
}

TEST_P(NotaryKeys, CreateGivesTheUnusedKeyOnEveryServer) {
  const auto vault = open();
  const auto other = open();
  const auto first = timestamp_key(*vault);
  EXPECT_TRUE(*timestamp_key(*other) == *first);
  EXPECT_EQ(sign_code(**other->signer(id_of(first)), timestamp_payload(Form::notary, 1)), kSigned);
  EXPECT_FALSE(*timestamp_key(*vault) == *first);
}

TEST_P(NotaryKeys, TwoServersAtOnceMakeOneKey) {
  const auto vault = open();
  const auto other = open();
  std::vector<std::string> ids(6);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ids.size(); ++i)
    threads.emplace_back([&, i] {
      if (const auto key = timestamp_key(i % 2 == 0 ? *vault : *other)) ids[i] = id_of(key).str();
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& id : ids) EXPECT_EQ(id, ids[0]);
  EXPECT_EQ(one("SELECT COUNT(*) FROM private_keys"), "1");
}

TEST_P(NotaryKeys, Security24VersionsNeverFallOnAnyServer) {
  const auto vault = open();
  const auto other = open();
  const auto key = timestamp_key(*vault);
  const auto here = *vault->signer(id_of(key));
  const auto there = *other->signer(id_of(key));
  EXPECT_EQ(sign_code(*here, timestamp_payload(Form::notary, 5)), kSigned);
  EXPECT_EQ(sign_code(*there, timestamp_payload(Form::notary, 5)), kSigned);
  const auto refused = there->sign_text(crypto::Scheme::ecdsa_raw_sha256, timestamp_payload(Form::notary, 4));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::rollback);
  EXPECT_THAT(refused.error().what(), HasSubstr("5"));
  EXPECT_EQ(sign_code(*there, timestamp_payload(Form::tuf1, 1), Form::tuf1), kSigned);
  EXPECT_EQ(sign_code(*here, timestamp_payload(Form::notary, 6)), kSigned);
  EXPECT_EQ(sign_code(*here, timestamp_payload(Form::notary, 9, payload_time() + 4000 * kDay)),
            ErrorCode::policy_denied);
  EXPECT_EQ(sign_code(*there, timestamp_payload(Form::notary, 6)), kSigned);
}

TEST_P(NotaryKeys, Security24LowerVersionsAreSignedForANotaryServer) {
  const auto vault = open();
  const KeyId id = id_of(timestamp_key(*vault));
  const auto signer = *vault->signer_for_notary(id);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 5)), kSigned);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 4)), kSigned);
  EXPECT_EQ(one("SELECT version FROM boltseal_key_versions"), "5");
  EXPECT_EQ(sign_code(**vault->signer(id), timestamp_payload(Form::notary, 4)), ErrorCode::rollback);
}

TEST_P(NotaryKeys, ManySignaturesAtOnce) {
  const auto vault = open();
  const auto other = open();
  const KeyId id = id_of(timestamp_key(*vault));
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&, i] {
      const auto signer = *(i % 2 == 0 ? *vault : *other).signer(id);
      for (int version = 1; version <= 12; ++version) {
        const ErrorCode code = sign_code(*signer, timestamp_payload(Form::notary, version));
        EXPECT_TRUE(code == kSigned || code == ErrorCode::rollback) << name_of(code);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(one("SELECT version FROM boltseal_key_versions"), "12");
}

TEST_P(NotaryKeys, WhatOneServerDeletesTheOtherSignsNoMore) {
  const auto vault = open();
  const auto other = open();
  const auto key = timestamp_key(*vault);
  const auto there = *other->signer(id_of(key));
  EXPECT_EQ(sign_code(*there, timestamp_payload(Form::notary, 1)), kSigned);
  EXPECT_TRUE(*vault->remove(id_of(key)));
  EXPECT_FALSE(*vault->remove(id_of(key)));
  EXPECT_EQ(sign_code(*there, timestamp_payload(Form::notary, 2)), ErrorCode::key_missing);
  EXPECT_FALSE(*other->find(id_of(key)));
  EXPECT_EQ(other->signer(id_of(key)).error().code(), ErrorCode::key_missing);
  EXPECT_EQ(one("SELECT COUNT(*) FROM private_keys WHERE deleted_at IS NOT NULL"), "1") << "the row stays";
  EXPECT_FALSE(*timestamp_key(*other) == *key);
}

TEST_P(NotaryKeys, Security23GunsAreThemselvesToTheByte) {
  const auto vault = open();
  const std::vector<Gun> twins = {
      *Gun::parse_lenient("reg.example/app"), *Gun::parse_lenient("REG.example/app"),
      *Gun::parse_lenient("reg.example/app "), *Gun::parse_lenient("reg.example/\u00e4pp")};
  std::vector<crypto::PublicKeyPtr> keys;
  for (const Gun& gun : twins) keys.push_back(timestamp_key(*vault, gun));
  for (std::size_t i = 0; i < twins.size(); ++i) {
    EXPECT_EQ((*vault->find(id_of(keys[i])))->gun, twins[i]);
    EXPECT_TRUE(*timestamp_key(*vault, twins[i]) == *keys[i]) << i;
    EXPECT_FALSE(*find_signer(*vault, twins[i], RoleName::timestamp(), *keys[(i + 1) % twins.size()]));
  }
  EXPECT_EQ(*vault->retire(twins[0]), 1);
  EXPECT_EQ(*vault->retire(twins[0]), 0);
  for (std::size_t i = 0; i < twins.size(); ++i)
    EXPECT_EQ(vault->find(id_of(keys[i]))->has_value(), i != 0) << i;
}

TEST_P(NotaryKeys, NotaryBug18AWrongPassphraseReplacesNothing) {
  const KeyId id = id_of(timestamp_key(*open()));
  for (const bool missing : {false, true}) {
    const auto vault =
        missing ? open({{"fresh", "x"}}, "fresh") : open({{"old", "wrong"}, {"fresh", "x"}}, "fresh");
    const ErrorCode code = missing ? ErrorCode::no_passphrase : ErrorCode::bad_passphrase;
    const auto checked = vault->check();
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code(), code);
    EXPECT_THAT(checked.error().what(), HasSubstr("old"));
    EXPECT_THAT(checked.error().hint(), HasSubstr("NOTARY_SIGNER_OLD"));
    EXPECT_EQ(vault->find(id).error().code(), code) << "not: no such key";
    EXPECT_EQ(vault->signer(id).error().code(), code);
    for (const Gun& gun : {kGun, *Gun::parse("docker.io/library/other")})
      EXPECT_EQ(vault->create(gun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256).error().code(), code);
  }
  EXPECT_EQ(open({}, "old")->check().error().code(), ErrorCode::no_passphrase);
  EXPECT_EQ(one("SELECT COUNT(*) FROM private_keys"), "1");
  EXPECT_TRUE(open()->check());
}

TEST_P(NotaryKeys, RewrapGoesOnWhereItStoodAndServersFollow) {
  const Passphrases both = {{"old", "old-pw"}, {"new", "new-pw"}};
  const auto vault = open(both);
  std::vector<KeyId> ids;
  for (const char* name : {"reg.example/a", "reg.example/b", "reg.example/c"})
    ids.push_back(id_of(timestamp_key(*vault, *Gun::parse(name))));
  ASSERT_TRUE(*vault->remove(ids[2]));
  const auto old_only = *open()->signer(ids[0]);
  const auto knows_both = *open(both)->signer(ids[0]);

  auto report = *vault->rewrap("new", true);
  EXPECT_EQ(report.done, 3) << "deleted keys too";
  EXPECT_EQ(one("SELECT COUNT(*) FROM private_keys WHERE passphrase_alias='old'"), "3");
  change("UPDATE private_keys SET private=? WHERE key_id=?", {db::Blob{"no JWE"}, ids[1].str()});
  report = *vault->rewrap("new", false);
  EXPECT_EQ(report.done, 2);
  EXPECT_EQ(report.failed, 1);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_THAT(report.failures[0], HasSubstr(ids[1].short_form()));
  report = *vault->rewrap("new", false);
  EXPECT_EQ(report.already, 2);
  EXPECT_EQ(report.done, 0);
  EXPECT_EQ(report.failed, 1);

  EXPECT_EQ(sign_code(*knows_both, timestamp_payload(Form::notary, 1)), kSigned);
  EXPECT_EQ(sign_code(*old_only, timestamp_payload(Form::notary, 2)), ErrorCode::no_passphrase);
  EXPECT_EQ(vault->rewrap("nowhere", false).error().code(), ErrorCode::no_passphrase);
  EXPECT_EQ(open({{"old", "old-pw"}, {"new", "other"}})->rewrap("new", false).error().code(),
            ErrorCode::bad_passphrase);
}

TEST_P(NotaryKeys, DamagedAndSwappedRowsAreRefused) {
  const auto made = open();
  const auto key = timestamp_key(*made);
  const auto other = timestamp_key(*made, *Gun::parse("docker.io/library/other"));
  const KeyId id = id_of(key);
  const std::string sealed = one("SELECT private FROM private_keys WHERE key_id=?", {id.str()});
  const auto expect_bad = [&](const char* what) {
    const auto vault = open();
    for (const auto& error : {vault->find(id).error(), vault->signer(id).error()})
      EXPECT_EQ(error.code(), ErrorCode::bad_key) << what << ": " << error.what();
    EXPECT_EQ(vault->create(kGun, RoleName::timestamp(), KeyAlgorithm::ecdsa_p256).error().code(),
              ErrorCode::bad_key)
        << what;
  };
  const std::string foreign = one("SELECT private FROM private_keys WHERE key_id=?", {id_of(other).str()});
  change("UPDATE private_keys SET private=? WHERE key_id=?", {db::Blob{foreign}, id.str()});
  expect_bad("another key's ciphertext");
  change("UPDATE private_keys SET private=? WHERE key_id=?", {db::Blob{sealed}, id.str()});
  change("UPDATE private_keys SET public=? WHERE key_id=?", {db::Blob{as_text(other->spki())}, id.str()});
  expect_bad("another key's public part");
  change("UPDATE private_keys SET public=? WHERE key_id=?", {db::Blob{as_text(key->spki())}, id.str()});
  change("UPDATE private_keys SET keywrap_alg='none' WHERE key_id=?", {id.str()});
  expect_bad("another encryption");
  change("UPDATE private_keys SET keywrap_alg='PBES2-HS256+A128KW' WHERE key_id=?", {id.str()});
  EXPECT_TRUE(open()->find(id));
}

TEST_P(NotaryKeys, KeysOfOldSignersHaveNoNames) {
  const auto made = open();
  const auto key = timestamp_key(*made);
  change("UPDATE private_keys SET gun='',role=''");
  const auto vault = open();
  const auto held = *vault->find(id_of(key));
  ASSERT_TRUE(held);
  EXPECT_FALSE(held->gun);
  EXPECT_FALSE(held->role);
  const auto signer = *find_signer(*vault, kGun, RoleName::snapshot(), *key);
  ASSERT_TRUE(signer);
  EXPECT_EQ(sign_code(*signer, snapshot_payload(Form::notary, 1)), kSigned);
  EXPECT_EQ(sign_code(*signer, timestamp_payload(Form::notary, 1)), kSigned);
  EXPECT_EQ(sign_code(*signer, "{}"), ErrorCode::bad_format);
  change("UPDATE private_keys SET role='root'");
  EXPECT_EQ(open()->signer(id_of(key)).error().code(), ErrorCode::bad_role);
}

TEST_P(NotaryKeys, AnotherDatabaseIsRefused) {
  {
    auto session = pool_->acquire();
    ASSERT_TRUE((*session)->execute("CREATE TABLE tuf_files(id int)"));
  }
  const auto refused = NotaryVault::open(pool_, {.default_alias = "old", .passphrase = of({})});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::bad_config);
  EXPECT_EQ(NotaryVault::open(pool_, {}).error().code(), ErrorCode::bad_config) << "no default alias";
}

TEST(AliasPassphrase, ComesFromItsVariable) {
  EXPECT_EQ(alias_variable("peers_2"), "NOTARY_SIGNER_PEERS_2");
  ::setenv("NOTARY_SIGNER_ONE", "pass", 1);
  ::setenv("NOTARY_SIGNER_EMPTY", "", 1);
  EXPECT_EQ(passphrase_from_environment("one")->text(), "pass");
  for (const char* alias : {"empty", "unset"}) {
    const auto missing = passphrase_from_environment(alias);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::no_passphrase);
    EXPECT_THAT(missing.error().hint(), HasSubstr(alias_variable(alias)));
  }
}

}  // namespace
}  // namespace boltseal::vault
