// What every implementation of vault::KeyTable must do. Include it in a test and instantiate:
//   INSTANTIATE_TEST_SUITE_P(Memory, KeyTableConformance, ::testing::Values(KeyTableCase{"memory", make}));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "vault/key_table.h"

namespace boltseal::vault {

struct KeyTableCase {
  std::string name;
  /// A fresh, empty table each time; two objects on it where others may open it too, else one twice.
  std::function<std::pair<std::shared_ptr<KeyTable>, std::shared_ptr<KeyTable>>()> make;
};

class KeyTableConformance : public ::testing::TestWithParam<KeyTableCase> {
 protected:
  void SetUp() override {
    std::tie(table_, other_) = GetParam().make();
    ASSERT_TRUE(table_ && other_);
  }
  static Gun gun(std::string_view text = "docker.io/library/app") { return *Gun::parse_lenient(text); }
  static Time at(int seconds) { return Time(std::chrono::seconds(1'800'000'000 + seconds)); }
  static KeyRow row(const std::string& seed, const Gun& name = gun(),
                    const RoleName& role = RoleName::timestamp(), std::string algorithm = "ecdsa-p256") {
    const KeyId id = *KeyId::parse(hex_encode(crypto::sha256(seed)));
    return {name,
            role,
            id,
            std::move(algorithm),
            to_bytes("spki \0\xff of " + seed),
            Bytes(300, static_cast<std::uint8_t>(seed[0])),
            at(1),
            {},
            {}};
  }
  static void expect_equal(const KeyRow& a, const KeyRow& b) {
    EXPECT_EQ(a.gun, b.gun);
    EXPECT_EQ(a.role, b.role);
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.algorithm, b.algorithm);
    EXPECT_EQ(a.spki, b.spki);
    EXPECT_EQ(a.sealed, b.sealed);
    EXPECT_EQ(a.created, b.created);
    EXPECT_EQ(a.last_used, b.last_used);
    EXPECT_EQ(a.retired, b.retired);
  }
  std::shared_ptr<KeyTable> table_, other_;
};

TEST_P(KeyTableConformance, RowsComeBackAsTheyWent) {
  EXPECT_TRUE(*table_->empty());
  EXPECT_FALSE(*table_->find(row("a").id));
  expect_equal(*table_->insert_unless_unused(row("a")), row("a"));
  EXPECT_FALSE(*other_->empty());
  expect_equal(**other_->find(row("a").id), row("a"));
  expect_equal(other_->list(gun(), RoleName::timestamp())->at(0), row("a"));
}

TEST_P(KeyTableConformance, IsListedAndFilledForBackups) {
  KeyRow used = row("b", gun("a/b"));
  used.last_used = at(5);
  used.retired = at(9);
  const std::vector<KeptKey> rows = {{row("a"), 0, 0}, {used, 7, 3}};
  const Bytes check = to_bytes("check \0 value");
  ASSERT_TRUE(table_->fill(rows, check));
  EXPECT_EQ(other_->check_value()->value(), check);
  std::vector<KeptKey> found;
  std::string after;
  for (int i = 0; i < 3; ++i) {
    const auto page = other_->page(after, 1);
    ASSERT_TRUE(page) << page.error().what();
    if (page->empty()) break;
    EXPECT_GT(page->at(0).row.id.str(), after);
    after = page->at(0).row.id.str();
    found.push_back(page->at(0));
  }
  ASSERT_EQ(found.size(), 2u);
  for (const KeptKey& key : found) {
    const bool is_used = key.row.id == used.id;
    expect_equal(key.row, is_used ? used : row("a"));
    EXPECT_EQ(key.notary_version, is_used ? 7 : 0);
    EXPECT_EQ(key.tuf1_version, is_used ? 3 : 0);
  }
  EXPECT_EQ(*table_->record_use(used.id, tuf::Form::notary, 8, at(10)), Use::retired);
  const auto again = table_->fill(rows, std::nullopt);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::already_exists);
}

TEST_P(KeyTableConformance, AnUnusedKeyIsTheAnswer) {
  ASSERT_TRUE(table_->insert_unless_unused(row("a")));
  EXPECT_EQ(other_->insert_unless_unused(row("b"))->id, row("a").id);
  EXPECT_EQ(table_->insert_unless_unused(row("c", gun(), RoleName::snapshot()))->id, row("c").id);
  EXPECT_EQ(table_->insert_unless_unused(row("d", gun(), RoleName::timestamp(), "ed25519"))->id, row("d").id);
  EXPECT_EQ(*table_->record_use(row("a").id, tuf::Form::notary, 1, at(2)), Use::allowed);
  EXPECT_EQ(table_->insert_unless_unused(row("b"))->id, row("b").id);
  ASSERT_TRUE(*table_->retire_key(row("b").id, at(3)));
  EXPECT_EQ(table_->insert_unless_unused(row("e"))->id, row("e").id);
  EXPECT_EQ(table_->list(gun(), RoleName::timestamp())->size(), 3u) << "a, d and e, not the retired b";
}

TEST_P(KeyTableConformance, AnIdIsTakenForEver) {
  ASSERT_TRUE(table_->insert_unless_unused(row("a")));
  ASSERT_TRUE(table_->retire_key(row("a").id, at(2)));
  EXPECT_EQ(table_->insert_unless_unused(row("a")).error().code(), ErrorCode::already_exists);
  EXPECT_EQ(table_->insert_unless_unused(row("a", gun("other"))).error().code(), ErrorCode::already_exists);
}

TEST_P(KeyTableConformance, Security23NamesCompareAsBinary) {
  const std::vector<std::string> twins = {"reg.example/app", "REG.example/app", "reg.example/app ",
                                          "reg.example/\u00e4pp"};
  for (const std::string& name : twins)
    ASSERT_EQ(table_->insert_unless_unused(row(name, gun(name)))->gun.str(), name);
  for (const std::string& name : twins) {
    const auto found = table_->list(gun(name), RoleName::timestamp());
    ASSERT_TRUE(found) << found.error().what();
    ASSERT_EQ(found->size(), 1u) << name;
    EXPECT_EQ(found->front().gun.str(), name);
  }
  EXPECT_EQ(*table_->retire(gun(twins[0]), at(2)), 1);
  for (const std::string& name : twins)
    EXPECT_EQ((*table_->find(row(name, gun(name)).id))->retired.has_value(), name == twins[0]) << name;
}

TEST_P(KeyTableConformance, VersionsNeverFallPerForm) {
  const KeyId id = row("a").id;
  EXPECT_EQ(*table_->record_use(id, tuf::Form::notary, 1, at(2)), Use::missing);
  ASSERT_TRUE(table_->insert_unless_unused(row("a")));
  EXPECT_EQ(*table_->last_version(id, tuf::Form::notary), 0);
  EXPECT_EQ(*table_->record_use(id, tuf::Form::notary, 5, at(2)), Use::allowed);
  EXPECT_EQ(*other_->record_use(id, tuf::Form::notary, 5, at(2)), Use::allowed) << "the very same again";
  EXPECT_EQ(*other_->record_use(id, tuf::Form::notary, 4, at(3)), Use::below_last);
  EXPECT_EQ((*table_->find(id))->last_used, at(2)) << "a refusal writes nothing";
  EXPECT_EQ(*table_->record_use(id, tuf::Form::tuf1, 1, at(4)), Use::allowed);
  EXPECT_EQ(*table_->last_version(id, tuf::Form::notary), 5);
  EXPECT_EQ(*table_->last_version(id, tuf::Form::tuf1), 1);
  EXPECT_EQ((*table_->find(id))->last_used, at(4));
  const std::int64_t large = (std::int64_t{1} << 53) - 1;
  EXPECT_EQ(*table_->record_use(id, tuf::Form::notary, large, at(5)), Use::allowed);
  EXPECT_EQ(*other_->last_version(id, tuf::Form::notary), large);
}

TEST_P(KeyTableConformance, RetiredKeysAreNotUsed) {
  ASSERT_TRUE(table_->insert_unless_unused(row("a")));
  ASSERT_TRUE(table_->insert_unless_unused(row("b", gun(), RoleName::snapshot())));
  ASSERT_TRUE(table_->insert_unless_unused(row("c", gun("other"))));
  EXPECT_FALSE(*table_->retire_key(row("z").id, at(2)));
  EXPECT_TRUE(*table_->retire_key(row("a").id, at(2)));
  EXPECT_FALSE(*other_->retire_key(row("a").id, at(3)));
  EXPECT_EQ((*table_->find(row("a").id))->retired, at(2));
  EXPECT_EQ(*other_->record_use(row("a").id, tuf::Form::notary, 1, at(3)), Use::retired);
  EXPECT_EQ(*table_->retire(gun(), at(4)), 1);
  EXPECT_EQ(*table_->retire(gun(), at(5)), 0);
  EXPECT_EQ(*table_->record_use(row("c").id, tuf::Form::notary, 1, at(5)), Use::allowed);
}

TEST_P(KeyTableConformance, TheCheckValueIsSetOnce) {
  EXPECT_FALSE(*table_->check_value());
  ASSERT_TRUE(table_->set_check_value(Bytes(70, 0)));
  EXPECT_EQ(other_->set_check_value(Bytes(70, 1)).error().code(), ErrorCode::already_exists);
  EXPECT_EQ(**other_->check_value(), Bytes(70, 0));
}

TEST_P(KeyTableConformance, ManyAtOnceGetOneUnusedKey) {
  constexpr int kThreads = 6;
  std::vector<std::string> ids(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      const auto got =
          (i % 2 == 0 ? table_ : other_)->insert_unless_unused(row("thread " + std::to_string(i)));
      ids[static_cast<std::size_t>(i)] = got ? got->id.str() : got.error().what();
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& id : ids) EXPECT_EQ(id, ids[0]);
  EXPECT_EQ(table_->list(gun(), RoleName::timestamp())->size(), 1u);
}

TEST_P(KeyTableConformance, ManyAtOnceNeverLowerAVersion) {
  ASSERT_TRUE(table_->insert_unless_unused(row("a")));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int version = 1 + i; version < 40; version += 3) {
        const auto use =
            (i % 2 == 0 ? table_ : other_)->record_use(row("a").id, tuf::Form::notary, version, at(version));
        EXPECT_TRUE(use) << use.error().what();
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(*table_->last_version(row("a").id, tuf::Form::notary), 39);
}

}  // namespace boltseal::vault
