#include "keys/key_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/pem.h"
#include "keys/test_support.h"

namespace boltseal::keys {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace boltseal::keys::testing;

std::string vectors() { return std::string(BOLTSEAL_SOURCE_DIR) + "/tests/vectors/keys"; }

class KeyImport : public ::testing::Test {
 protected:
  static std::string vector_file(const std::string& name) {
    return *read_file(vectors() + "/" + name, 1 << 20);
  }
  std::string bytes(const char* id) const {
    return read_file(dir_.path() + "/private/" + id + ".key", 1 << 20).value_or("none");
  }
  // One block of a file with headers set.
  static std::string with_headers(const std::string& name,
                                  std::vector<std::pair<std::string, std::string>> headers) {
    auto block = *crypto::pem_read_first(vector_file(name));
    for (auto& [key, value] : headers) block.set_header(key, value);
    return *crypto::pem_write(block);
  }

  TempDir dir_;
  Passphrases passphrases_ = passphrases_of(fixture_passphrases());
  FileKeyStore store_{dir_.path(), passphrases_};
  const Gun gun_ = *Gun::parse(kGun);
};

TEST_F(KeyImport, TakesNotarysBundleAsItIs) {
  Passphrases none({});  // nobody is asked
  FileKeyStore store(dir_.path(), none);
  const auto report = import_keys(store, vector_file("bundle.pem"), {});
  ASSERT_TRUE(report) << report.error().what();
  EXPECT_EQ(report->imported.size(), 5u);
  EXPECT_TRUE(report->rejected.empty());
  for (const char* id : {kRootKey, kAliceKey, kBobKey, kSnapshotKey, kTargetsKey}) {
    EXPECT_EQ(bytes(id), vector_file("private/" + std::string(id) + ".key"));
  }
  EXPECT_EQ(import_keys(store, vector_file("bundle.pem"), {})->imported.size(),
            5u);  // again: nothing changes
}

TEST_F(KeyImport, NeverOverwritesAnotherFileUnopened) {
  ASSERT_TRUE(import_keys(store_, vector_file("bundle.pem"), {}));
  const std::string before = bytes(kRootKey);
  const std::string hostile =
      with_headers("private/" + std::string(kAliceKey) + ".key", {{"path", kRootKey}, {"role", "root"}});
  const auto report = import_keys(store_, hostile, {});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->rejected.size(), 1u);
  EXPECT_EQ(report->rejected[0].code(), ErrorCode::already_exists);
  EXPECT_EQ(bytes(kRootKey), before);
}

TEST_F(KeyImport, PlainKeysGetAPassphrase) {
  for (const char* name : {"plain-pkcs8.pem", "plain-sec1.pem"}) {
    const auto report = import_keys(store_, vector_file(name), {.role = "targets", .gun = gun_});
    ASSERT_TRUE(report) << report.error().what();
    ASSERT_EQ(report->imported.size(), 1u) << report->rejected[0].what();
    EXPECT_EQ(report->imported[0].id.str(), kTargetsKey);
    EXPECT_EQ(report->imported[0].gun, kGun);
    EXPECT_THAT(
        bytes(kTargetsKey),
        StartsWith(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\ngun: 127.0.0.1:5000/demo/app\nrole: targets\n\nMIHuMEk"));
  }
  FileKeyStore other(dir_.path(), passphrases_);
  EXPECT_TRUE(other.signer(id_of(kTargetsKey)));
}

TEST_F(KeyImport, KeysOfOpensslKeepTheirPassphraseInNotarysFormat) {
  for (const char* name : {"pkcs8-sha256.pem", "legacy-ec.pem"}) {
    ScriptedPrompter person({"openssl passphrase 5"});
    Passphrases typed = passphrases_of({}, &person);
    FileKeyStore store(dir_.path(), typed);
    const auto report = import_keys(store, vector_file(name), {.role = "alice"});
    ASSERT_TRUE(report) << report.error().what();
    ASSERT_EQ(report->imported.size(), 1u) << report->rejected[0].what();
    EXPECT_EQ(report->imported[0].id.str(), kTargetsKey);
    EXPECT_EQ(person.questions[0], "Enter passphrase for encrypted key: ");
    EXPECT_THAT(bytes(kTargetsKey),
                StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\nrole: alice\n\nMIHuMEk"));
    Passphrases same =
        passphrases_of({{"DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "openssl passphrase 5"}});
    FileKeyStore other(dir_.path(), same);
    EXPECT_TRUE(other.signer(id_of(kTargetsKey)));
    ASSERT_TRUE(store.remove(id_of(kTargetsKey)));
  }
}

TEST_F(KeyImport, WrongPassphraseImportsNothing) {
  Passphrases wrong = passphrases_of({{"NOTARY_DELEGATION_PASSPHRASE", "not it"}});
  FileKeyStore store(dir_.path(), wrong);
  const auto report = import_keys(store, vector_file("pkcs8-sha256.pem"), {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->imported.empty());
  EXPECT_EQ(report->rejected[0].code(), ErrorCode::bad_passphrase);
  EXPECT_TRUE(store.list()->keys.empty());
}

TEST_F(KeyImport, AbortEndsTheImport) {
  ScriptedPrompter person;
  Passphrases typed = passphrases_of({}, &person);
  FileKeyStore store(dir_.path(), typed);
  EXPECT_EQ(import_keys(store, vector_file("pkcs8-sha256.pem"), {}).error().code(), ErrorCode::aborted);
}

TEST_F(KeyImport, RolesAndGunsFollowNotarysRules) {
  const auto one = [&](const std::string& pem, const ImportOptions& options) {
    auto report = import_keys(store_, pem, options);
    EXPECT_TRUE(report);
    if (report->imported.empty()) return "rejected: " + std::string(name_of(report->rejected[0].code()));
    return report->imported[0].role + "|" + report->imported[0].gun;
  };
  const std::string plain = "plain-pkcs8.pem";
  EXPECT_EQ(one(vector_file(plain), {}), "delegation|");
  EXPECT_EQ(one(vector_file(plain), {.role = "alice", .gun = gun_}), "alice|");
  EXPECT_EQ(one(with_headers(plain, {{"role", "bob"}}), {.role = "alice"}), "bob|");  // headers win
  EXPECT_EQ(one(with_headers(plain, {{"role", "bob"}, {"gun", kGun}}), {}), "bob|");
  EXPECT_EQ(one(with_headers(plain, {{"role", "targets"}}), {}), "rejected: bad_role");
  EXPECT_EQ(one(with_headers(plain, {{"role", "targets"}}), {.gun = gun_}), "targets|" + std::string(kGun));
  EXPECT_EQ(one(with_headers(plain, {{"role", "targets"}, {"gun", "../../evil"}}), {}), "rejected: bad_name");
}

TEST_F(KeyImport, OldBundlesNamePaths) {
  const std::string file = "private/" + std::string(kTargetsKey) + ".key";
  auto block = *crypto::pem_read_first(vector_file(file));
  block.remove_header("gun");
  block.set_header("path", "tuf_keys/docker.io/library/app/" + std::string(kTargetsKey));
  auto report = import_keys(store_, *crypto::pem_write(block), {});
  ASSERT_EQ(report->imported.size(), 1u);
  EXPECT_EQ(report->imported[0].gun, "docker.io/library/app");

  auto root = *crypto::pem_read_first(vector_file("private/" + std::string(kRootKey) + ".key"));
  root.remove_header("role");
  root.set_header("path", "root_keys/" + std::string(kRootKey) + "_root");
  report = import_keys(store_, *crypto::pem_write(root), {});
  ASSERT_EQ(report->imported.size(), 1u);
  EXPECT_EQ(report->imported[0].id.str(), kRootKey);
  EXPECT_EQ(report->imported[0].role, "root");
}

TEST_F(KeyImport, APathMustBeAKeyId) {
  for (const char* path : {"../../etc/passwd", "x", "tuf_keys/a/..", "/"}) {
    const auto report = import_keys(store_, with_headers("plain-pkcs8.pem", {{"path", path}}), {});
    ASSERT_TRUE(report);
    ASSERT_EQ(report->rejected.size(), 1u) << path;
    EXPECT_EQ(report->rejected[0].code(), ErrorCode::bad_key) << path;
  }
  const auto other = import_keys(store_, with_headers("plain-pkcs8.pem", {{"path", kRootKey}}), {});
  EXPECT_EQ(other->rejected[0].code(), ErrorCode::bad_key);  // the block holds another key
}

TEST_F(KeyImport, GoodBlocksSurviveBadOnes) {
  const std::string certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const auto report = import_keys(store_, certificate + vector_file("plain-pkcs8.pem") + certificate, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->imported.size(), 1u);
  ASSERT_EQ(report->rejected.size(), 2u);
  EXPECT_THAT(report->rejected[0].what(), HasSubstr("CERTIFICATE"));
}

TEST_F(KeyImport, NothingToImport) {
  EXPECT_EQ(import_keys(store_, "", {}).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(import_keys(store_, "no pem here", {}).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(import_keys(store_, "-----BEGIN PRIVATE KEY-----\nAA", {}).error().code(), ErrorCode::bad_format);
}

TEST_F(KeyImport, Ed25519OfOpenssl) {
  const auto report = import_keys(store_, vector_file("plain-ed25519.pem"), {.role = "alice"});
  ASSERT_EQ(report->imported.size(), 1u) << report->rejected[0].what();
  FileKeyStore other(dir_.path(), passphrases_);
  EXPECT_EQ((*other.signer(report->imported[0].id))->public_key()->algorithm(),
            crypto::KeyAlgorithm::ed25519);
}

}  // namespace
}  // namespace boltseal::keys
