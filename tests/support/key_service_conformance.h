// What every implementation of server::KeyService must do. Include it in a test and instantiate:
//   INSTANTIATE_TEST_SUITE_P(Memory, KeyServiceConformance, ::testing::Values(KeyServiceCase{"memory",
//   make}));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "crypto/software_key.h"
#include "server/key_service.h"
#include "tuf/codec.h"
#include "tuf/editor.h"
#include "tuf/key.h"

namespace boltseal::server {

struct KeyServiceCase {
  std::string name;
  /// A fresh service without keys each time.
  std::function<std::shared_ptr<KeyService>()> make;
};

class KeyServiceConformance : public ::testing::TestWithParam<KeyServiceCase> {
 protected:
  void SetUp() override { keys = GetParam().make(); }

  crypto::PublicKeyPtr create(const Gun& name, const RoleName& role) {
    auto key = keys->create(name, role);
    EXPECT_TRUE(key) << (key ? "" : key.error().what());
    return key ? *key : nullptr;
  }
  std::shared_ptr<crypto::Signer> find(const Gun& name, const RoleName& role, const crypto::PublicKey& key) {
    auto signer = keys->find(name, role, key);
    EXPECT_TRUE(signer) << (signer ? "" : signer.error().what());
    return signer ? *signer : nullptr;
  }
  static std::string payload(tuf::Form form, std::int64_t version) {
    tuf::Timestamp body = tuf::new_timestamp(form, system_clock().now() + 10 * kDay, gun);
    body.version = version;
    if (form == tuf::Form::tuf1) {
      body.expires = std::chrono::floor<std::chrono::seconds>(body.expires);
      body.issued = std::chrono::floor<std::chrono::seconds>(system_clock().now());
    }
    tuf::set_snapshot_meta(body, tuf::meta_of(form, "snapshot", "bytes of snapshot", 1));
    return tuf::write_payload(body).canonical;
  }

  inline static const Gun gun = *Gun::parse("docker.io/library/app");
  inline static const Gun other = *Gun::parse("docker.io/library/other");
  inline static const RoleName timestamp = RoleName::timestamp();
  inline static const RoleName snapshot = RoleName::snapshot();
  std::shared_ptr<KeyService> keys;
};

TEST_P(KeyServiceConformance, AnUnusedKeyIsGivenAgain) {
  const auto key = create(gun, timestamp);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(*create(gun, timestamp), *key);
  EXPECT_NE(*create(gun, snapshot), *key);
  EXPECT_NE(*create(other, timestamp), *key);
  const auto signer = find(gun, timestamp, *key);
  ASSERT_NE(signer, nullptr);
  ASSERT_TRUE(signer->sign_text(crypto::Scheme::ecdsa_raw_sha256, payload(tuf::Form::notary, 1)));
  EXPECT_NE(*create(gun, timestamp), *key) << "used: a rotation gives a new one";
  EXPECT_NE(find(gun, timestamp, *key), nullptr) << "and the old one goes on";
}

TEST_P(KeyServiceConformance, SignsInBothForms) {
  const auto key = create(gun, timestamp);
  const auto signer = find(gun, timestamp, *key);
  ASSERT_NE(signer, nullptr);
  EXPECT_EQ(*signer->public_key(), *key);
  for (const auto& [form, scheme] : {std::pair(tuf::Form::notary, crypto::Scheme::ecdsa_raw_sha256),
                                     std::pair(tuf::Form::tuf1, crypto::Scheme::ecdsa_der_sha256)}) {
    for (const std::int64_t version : {1, 2, 2}) {
      const std::string text = payload(form, version);
      const auto signature = signer->sign_text(scheme, text);
      ASSERT_TRUE(signature) << signature.error().what();
      EXPECT_TRUE(crypto::verify(*key, scheme, text, *signature));
    }
  }
}

TEST_P(KeyServiceConformance, AKeyIsOfItsGunAndRole) {
  const auto key = create(gun, timestamp);
  EXPECT_NE(find(gun, timestamp, *key), nullptr);
  EXPECT_EQ(find(other, timestamp, *key), nullptr);
  EXPECT_EQ(find(gun, snapshot, *key), nullptr);
  const auto stranger = crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256);
  EXPECT_EQ(find(gun, timestamp, *(*stranger)->public_key()), nullptr);
}

TEST_P(KeyServiceConformance, RetiredKeysSignNoMore) {
  const auto key = create(gun, timestamp);
  const auto kept = create(other, timestamp);
  ASSERT_TRUE(keys->retire(gun));
  EXPECT_EQ(find(gun, timestamp, *key), nullptr);
  EXPECT_NE(*create(gun, timestamp), *key) << "its id is never taken again";
  EXPECT_NE(find(other, timestamp, *kept), nullptr);
  EXPECT_TRUE(keys->retire(gun)) << "again";
}

TEST_P(KeyServiceConformance, IsHealthy) { EXPECT_TRUE(keys->check()); }

TEST_P(KeyServiceConformance, ServesManyAtOnce) {
  const auto key = create(gun, timestamp);
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) {
        const auto signer = keys->find(gun, timestamp, *key);
        if (signer && *signer &&
            (*signer)->sign_text(crypto::Scheme::ecdsa_raw_sha256, payload(tuf::Form::notary, 1)))
          ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 40);
}

}  // namespace boltseal::server
