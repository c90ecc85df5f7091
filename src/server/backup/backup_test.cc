#include "server/backup/backup.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "server/storage/sqlite_storage.h"
#include "server/test_repository.h"
#include "server/verify_store.h"
#include "vault/vault.h"

namespace boltseal::server {
namespace {

using ::testing::HasSubstr;
using testing::must;
using testing::Owner;
using testing::TestServer;

BackupReader::Source source_of(const std::string& text, std::size_t step = 1000) {
  return [&text, step, at = std::size_t{0}](std::span<char> out) mutable -> Result<std::size_t> {
    const std::size_t n = std::min({out.size(), step, text.size() - at});
    std::memcpy(out.data(), text.data() + at, n);
    at += n;
    return n;
  };
}

class BackupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "boltseal-backup-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    server_ = std::make_unique<TestServer>();
    Owner a(*server_, "docker.io/library/a"), b(*server_, "docker.io/library/b");
    ASSERT_EQ(a.init().status, 200);
    ASSERT_EQ(a.publish("v1").status, 200);
    ASSERT_EQ(b.init().status, 200);
    ASSERT_EQ(server_->ask("DELETE", "/v2/docker.io/library/b/_trust/tuf/").status, 200);
    ASSERT_TRUE(server_->storage->allow_reset(b.gun));
    ASSERT_TRUE(server_->storage->set_needs_recovery(*Gun::parse("docker.io/library/c"), true));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string backup(const Storage& storage, vault::KeyTable* keys = nullptr) {
    std::string out;
    counts_ = must(write_backup(storage, keys, server_->clock.now(), [&](std::string_view bytes) {
      out += bytes;
      return Result<void>();
    }));
    return out;
  }
  std::string backup() { return backup(*server_->storage); }
  Result<BackupCounts> restore(const std::string& text, Storage& into, vault::KeyTable* keys = nullptr) {
    return restore_backup([&]() -> Result<BackupReader::Source> { return source_of(text); }, into, keys);
  }
  std::unique_ptr<Storage> sqlite(const std::string& name) {
    return must(make_sqlite_storage({.path = folder_ + "/" + name}));
  }

  std::string folder_;
  std::unique_ptr<TestServer> server_;
  BackupCounts counts_;
};

TEST_F(BackupTest, GoesFromOneKindOfStorageToAnotherAndBack) {
  const std::string first = backup();
  EXPECT_EQ(counts_, (BackupCounts{.guns = 3, .tombstones = 1, .files = 7, .changes = 4, .keys = 0}));
  const auto other = sqlite("server.db");
  EXPECT_EQ(must(restore(first, *other)), counts_);
  // The same to the byte: nothing was lost on the way.
  EXPECT_EQ(backup(*other), first);
  const Gun gone = *Gun::parse("docker.io/library/b");
  EXPECT_TRUE(must(other->state(gone)).reset_allowed);
  EXPECT_TRUE(must(other->tombstone(gone)).has_value());
  EXPECT_TRUE(must(other->state(*Gun::parse("docker.io/library/c"))).needs_recovery);
  const auto report = must(verify_store(
      {*other, server_->keys, server_->record, server_->clock.now()},
      [](const StoreFinding& finding) { EXPECT_EQ(finding.kind, "needs_recovery") << finding.text; }));
  EXPECT_EQ(report.files, 7U);
}

TEST_F(BackupTest, AStoreThatHoldsSomethingIsNotTouched) {
  const std::string text = backup();
  const auto restored = restore(text, *server_->storage);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code(), ErrorCode::already_exists);
}

TEST_F(BackupTest, ReadsWhateverTheSourceGivesAtOnce) {
  const std::string text = backup();
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20})
    EXPECT_EQ(must(check_backup(source_of(text, step))), counts_);
}

TEST_F(BackupTest, EveryChangedByteIsNoticedAndNothingIsWritten) {
  const std::string good = backup();
  const auto store = make_memory_storage();
  for (std::size_t i = 0; i < good.size(); i += 37) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(restore(bad, *store)) << "byte " << i;
  }
  for (std::size_t size = 0; size < good.size(); size += 101)
    EXPECT_FALSE(restore(good.substr(0, size), *store)) << size;
  EXPECT_FALSE(restore(good + "\n", *store));
  EXPECT_FALSE(restore(good + good, *store));
  EXPECT_TRUE(must(store->guns("", 10)).empty());
  EXPECT_TRUE(must(store->remembered("", 10)).empty());
  EXPECT_TRUE(restore(good, *store));
}

TEST_F(BackupTest, ABackupThatChangesBetweenItsTwoReadingsIsNotRestored) {
  const std::string first = backup();
  Owner more(*server_, "docker.io/library/d");
  ASSERT_EQ(more.init().status, 200);
  const std::string second = backup();
  int opened = 0;
  const auto store = make_memory_storage();
  const auto restored = restore_backup(
      [&]() -> Result<BackupReader::Source> { return source_of(opened++ == 0 ? first : second); }, *store,
      nullptr);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code(), ErrorCode::hash_mismatch);
  EXPECT_TRUE(must(store->guns("", 10)).empty());
}

TEST_F(BackupTest, SealedKeysGoWithItAndTheSealingKeyDoesNot) {
  for (const char* name : {"/keys", "/from", "/to"}) std::filesystem::create_directory(folder_ + name);
  const Directory keys = must(Directory::open(folder_ + "/keys"));
  const std::string from = folder_ + "/from/vault.db", to = folder_ + "/to/vault.db";
  const Gun gun = *Gun::parse("docker.io/library/a");
  auto vault = must(vault::Vault::open(must(vault::make_sqlite_key_table(from)), keys));
  const auto key = must(vault.create(gun, RoleName::timestamp(), crypto::KeyAlgorithm::ecdsa_p256));
  const auto table = must(vault::make_sqlite_key_table(from));
  const std::string text = backup(*server_->storage, table.get());
  EXPECT_EQ(counts_.keys, 1);
  const std::string sealing = must(keys.read("sealing.key", 1000));
  EXPECT_EQ(text.find(sealing.substr(0, 64)), std::string::npos);

  const auto target = must(vault::make_sqlite_key_table(to));
  const auto store = make_memory_storage();
  EXPECT_EQ(must(restore(text, *store, target.get())).keys, 1);
  const auto opened = must(vault::Vault::open(must(vault::make_sqlite_key_table(to)), keys));
  EXPECT_TRUE(must(opened.find(tuf::canonical_key_id(*key))).has_value());
  // Again into another store: the keys are there exactly so. With others it is refused.
  EXPECT_TRUE(restore(text, *make_memory_storage(), target.get()));
  const auto foreign = vault::make_memory_key_table();
  ASSERT_TRUE(foreign->set_check_value(Bytes{1, 2, 3}));
  const auto third = make_memory_storage();
  EXPECT_FALSE(restore(text, *third, foreign.get()));
  EXPECT_TRUE(must(third->guns("", 10)).empty());
}

TEST_F(BackupTest, HostileRecordsAreRefused) {
  const std::string begin = "{\"type\":\"begin\",\"format\":1,\"created\":\"2026-11-24T07:00:00Z\"}\n";
  const std::string gun = "{\"type\":\"gun\",\"gun\":\"a/b\"}\n";
  const std::vector<std::string> bad = {
      "",
      "\n",
      "no JSON\n",
      gun,
      "{\"type\":\"begin\",\"format\":2,\"created\":\"2026-11-24T07:00:00Z\"}\n",
      begin + begin,
      begin + gun + gun,
      begin + "{\"type\":\"gun\",\"gun\":\"../etc\"}\n",
      begin + "{\"type\":\"file\",\"form\":\"notary\",\"role\":\"root\",\"version\":1}\n",
      begin + gun +
          "{\"type\":\"file\",\"form\":\"notary\",\"role\":\"root\",\"version\":1,\"created\":"
          "\"2026-11-24T07:00:00Z\",\"sha256\":\"" +
          std::string(64, '0') + "\",\"bytes\":900719925474099}\n",
      begin + gun +
          "{\"type\":\"file\",\"form\":\"notary\",\"role\":\"root\",\"version\":1,\"created\":"
          "\"2026-11-24T07:00:00Z\",\"sha256\":\"" +
          std::string(64, '0') + "\",\"bytes\":-1}\n",
      begin + "{\"type\":\"surprise\"}\n",
      begin + "{\"type\":\"gun\",\"gun\":\"a/b\",\"more\":1}\n",
      begin + std::string(200'000, ' '),
      begin + "{\"type\":\"key\"}\n",
      begin + "{\"guns\":0,\"type\":\"end\"}\n",
  };
  for (const std::string& text : bad) {
    const auto checked = check_backup(source_of(text));
    ASSERT_FALSE(checked) << text.substr(0, 200);
    EXPECT_FALSE(checked.error().what().empty());
  }
}

}  // namespace
}  // namespace boltseal::server
