#include "keys/file_key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "crypto/pkcs8.h"
#include "crypto/verify.h"
#include "keys/test_support.h"
#include "tuf/key.h"

namespace boltseal::keys {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace boltseal::keys::testing;
namespace fs = std::filesystem;

std::string vectors() { return std::string(BOLTSEAL_SOURCE_DIR) + "/tests/vectors/keys"; }

class FileKeyStoreTest : public ::testing::Test {
 protected:
  ~FileKeyStoreTest() override { set_file_fault_hook({}); }

  FileKeyStore store(Passphrases& passphrases) const { return FileKeyStore(dir_.path(), passphrases); }
  void copy_fixtures() const { fs::copy(vectors() + "/private", dir_.path() + "/private"); }
  std::string file(const KeyId& id) const { return dir_.path() + "/private/" + key_file_name(id); }
  std::string bytes(const KeyId& id) const { return read_file(file(id), 1 << 20).value_or("none"); }
  void put(const std::string& name, std::string_view text) const {
    fs::create_directories((fs::path(dir_.path()) / "private" / name).parent_path());
    std::ofstream(dir_.path() + "/private/" + name) << text;
  }
  std::size_t files() const {
    std::size_t n = 0;
    for (const auto& entry : fs::recursive_directory_iterator(dir_.path()))
      n += entry.is_regular_file() ? 1 : 0;
    return n;
  }

  TempDir dir_;
  Passphrases passphrases_ = passphrases_of(fixture_passphrases());
  const Gun gun_ = *Gun::parse(kGun);
};

TEST_F(FileKeyStoreTest, ListsWhatNotaryWroteWithoutOpeningIt) {
  copy_fixtures();
  Passphrases none({});
  const auto listing = store(none).list();
  ASSERT_TRUE(listing) << listing.error().what();
  EXPECT_TRUE(listing->warnings.empty());
  ASSERT_EQ(listing->keys.size(), 5u);
  const auto expect = [&](std::size_t i, const char* id, const char* role, const char* gun) {
    EXPECT_EQ(listing->keys[i].id.str(), id);
    EXPECT_EQ(listing->keys[i].role, role);
    EXPECT_EQ(listing->keys[i].gun, gun);
    EXPECT_TRUE(listing->keys[i].encrypted);
  };
  expect(0, kRootKey, "root", "");
  expect(1, kAliceKey, "alice", "");
  expect(2, kBobKey, "bob", "");
  expect(3, kSnapshotKey, "snapshot", kGun);
  expect(4, kTargetsKey, "targets", kGun);
}

TEST_F(FileKeyStoreTest, SignsWithEveryKeyThatNotaryWrote) {
  copy_fixtures();
  FileKeyStore keys = store(passphrases_);
  for (const char* id : {kRootKey, kAliceKey, kBobKey, kSnapshotKey, kTargetsKey}) {
    ASSERT_TRUE(keys.holds(id_of(id)));
    const auto signer = keys.signer(id_of(id));
    ASSERT_TRUE(signer) << id << ": " << signer.error().what();
    const auto key = (*signer)->public_key();
    EXPECT_EQ(tuf::canonical_key_id(*key).str(), id);
    const auto scheme = key->algorithm() == crypto::KeyAlgorithm::rsa ? crypto::Scheme::rsa_pss_sha256_salt32
                                                                      : crypto::Scheme::ecdsa_raw_sha256;
    const auto signature = (*signer)->sign_text(scheme, "text");
    ASSERT_TRUE(signature);
    EXPECT_TRUE(crypto::verify(*key, scheme, as_bytes("text"), *signature));
  }
}

TEST_F(FileKeyStoreTest, WrongPassphrase) {
  copy_fixtures();
  Passphrases wrong = passphrases_of({{"NOTARY_ROOT_PASSPHRASE", "not it at all"}});
  const auto signer = store(wrong).signer(id_of(kRootKey));
  ASSERT_FALSE(signer);
  EXPECT_EQ(signer.error().code(), ErrorCode::bad_passphrase);
  Passphrases none({});
  EXPECT_EQ(store(none).signer(id_of(kRootKey)).error().code(), ErrorCode::no_passphrase);
}

TEST_F(FileKeyStoreTest, MissingKeyAndMissingDirectory) {
  FileKeyStore keys = store(passphrases_);
  EXPECT_TRUE(keys.list()->keys.empty());
  EXPECT_FALSE(keys.holds(id_of(kRootKey)));
  EXPECT_EQ(keys.signer(id_of(kRootKey)).error().code(), ErrorCode::key_missing);
  EXPECT_EQ(keys.info(id_of(kRootKey)).error().code(), ErrorCode::key_missing);
  EXPECT_EQ(keys.remove(id_of(kRootKey)).error().code(), ErrorCode::key_missing);
  EXPECT_FALSE(fs::exists(dir_.path() + "/private"));
}

TEST_F(FileKeyStoreTest, AFileUnderAnotherNameIsABadKey) {
  copy_fixtures();
  fs::rename(file(id_of(kAliceKey)), file(id_of(std::string(64, 'a'))));
  const auto signer = store(passphrases_).signer(id_of(std::string(64, 'a')));
  ASSERT_FALSE(signer);
  EXPECT_EQ(signer.error().code(), ErrorCode::bad_key);
  EXPECT_THAT(signer.error().what(), HasSubstr(kAliceKey));
}

TEST_F(FileKeyStoreTest, UnreadableFilesAreWarningsAndStay) {
  copy_fixtures();
  put(std::string(64, '1') + ".key", "");
  put(std::string(64, '2') + ".key", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  put(std::string(64, '3') + ".key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA");
  put(std::string(64, '4') + ".key", std::string((1 << 20) + 1, 'x'));
  put("\x1b[2J.key", "x");
  put("root_keys/abc_root.key", "x");
  put("notes.txt", "not a key");
  fs::create_symlink(file(id_of(kRootKey)), file(id_of(std::string(64, '5'))));
  const std::size_t before = files();
  FileKeyStore keys = store(passphrases_);
  const auto listing = keys.list();
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->keys.size(), 5u);
  ASSERT_EQ(listing->warnings.size(), 6u);
  for (const Error& warning : listing->warnings) EXPECT_EQ(warning.what().find('\x1b'), std::string::npos);
  EXPECT_EQ(files(), before);
  EXPECT_EQ(keys.signer(id_of(std::string(64, '1'))).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(keys.signer(id_of(std::string(64, '3'))).error().code(), ErrorCode::bad_key);
  EXPECT_FALSE(keys.signer(id_of(std::string(64, '5'))));  // symbolic links are not followed
}

TEST_F(FileKeyStoreTest, GeneratedFilesHaveNotarysFormat) {
  FileKeyStore keys = store(passphrases_);
  const auto root = keys.generate(crypto::KeyAlgorithm::ecdsa_p256, "root", std::nullopt);
  ASSERT_TRUE(root) << root.error().what();
  EXPECT_THAT(bytes(root->id),
              StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\nrole: root\n\nMIHuMEkGCSqGSIb3DQEFDTA8MBsG"
                         "CSqGSIb3DQEFDDAOBA"));
  const auto targets = keys.generate(crypto::KeyAlgorithm::ecdsa_p256, "targets", gun_);
  ASSERT_TRUE(targets);
  EXPECT_THAT(
      bytes(targets->id),
      StartsWith(
          "-----BEGIN ENCRYPTED PRIVATE KEY-----\ngun: 127.0.0.1:5000/demo/app\nrole: targets\n\nMIHu"));
  EXPECT_EQ(bytes(targets->id).size(),
            bytes(root->id).size() + std::string("gun: 127.0.0.1:5000/demo/app\n").size() + 3);
  struct stat info{};
  ASSERT_EQ(stat(file(root->id).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  ASSERT_EQ(stat((dir_.path() + "/private").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);

  const auto alice =
      keys.generate(crypto::KeyAlgorithm::ecdsa_p256, "alice", gun_);  // a delegation key has no GUN
  ASSERT_TRUE(alice);
  EXPECT_EQ(alice->gun, "");
  const auto again = store(passphrases_).signer(root->id);  // another process opens it
  EXPECT_TRUE(again) << again.error().what();
}

TEST_F(FileKeyStoreTest, Ed25519KeysGoThroughTheirFile) {
  FileKeyStore keys = store(passphrases_);
  const auto info = keys.generate(crypto::KeyAlgorithm::ed25519, "alice", std::nullopt);
  ASSERT_TRUE(info);
  FileKeyStore other = store(passphrases_);
  ASSERT_TRUE(other.signer(info->id));
}

TEST_F(FileKeyStoreTest, RolesOfARepositoryNeedItsGun) {
  FileKeyStore keys = store(passphrases_);
  for (const char* role : {"targets", "snapshot", "timestamp"}) {
    EXPECT_EQ(keys.generate(crypto::KeyAlgorithm::ecdsa_p256, role, std::nullopt).error().code(),
              ErrorCode::bad_role);
  }
  EXPECT_EQ(keys.generate(crypto::KeyAlgorithm::ecdsa_p256, "a\nrole: root", std::nullopt).error().code(),
            ErrorCode::bad_key);
  EXPECT_EQ(keys.list()->keys.size(), 0u);
}

TEST_F(FileKeyStoreTest, AnotherRoleReplacesTheHeader) {
  FileKeyStore keys = store(passphrases_);
  const auto info = keys.generate(crypto::KeyAlgorithm::ecdsa_p256, "alice", std::nullopt);
  ASSERT_TRUE(info);
  const auto key = keys.load(info->id);
  ASSERT_TRUE(key);
  EXPECT_EQ(keys.add(*key, "bob", std::nullopt)->role, "bob");
  EXPECT_EQ(keys.list()->keys.size(), 1u);
}

TEST_F(FileKeyStoreTest, NoPassphraseNoFile) {
  Passphrases empty = passphrases_of({{"DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", ""}});
  EXPECT_EQ(store(empty).generate(crypto::KeyAlgorithm::ecdsa_p256, "root", std::nullopt).error().code(),
            ErrorCode::no_passphrase);
  const auto key = crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256);
  ASSERT_TRUE(key);
  EXPECT_EQ(store(empty).add(*key, "root", std::nullopt, Secret()).error().code(), ErrorCode::no_passphrase);
  EXPECT_EQ(files(), 0u);
}

TEST_F(FileKeyStoreTest, RemoveForgetsTheKey) {
  copy_fixtures();
  FileKeyStore keys = store(passphrases_);
  ASSERT_TRUE(keys.signer(id_of(kAliceKey)));
  ASSERT_TRUE(keys.remove(id_of(kAliceKey)));
  EXPECT_FALSE(keys.holds(id_of(kAliceKey)));
  EXPECT_EQ(keys.signer(id_of(kAliceKey)).error().code(), ErrorCode::key_missing);
  EXPECT_EQ(keys.list()->keys.size(), 4u);
}

TEST_F(FileKeyStoreTest, ChangesThePassphrase) {
  copy_fixtures();
  ScriptedPrompter person({"targets passphrase 2", "a new passphrase", "a new passphrase"});
  Passphrases typed = passphrases_of({}, &person);
  ASSERT_TRUE(store(typed).change_passphrase(id_of(kTargetsKey)));
  EXPECT_TRUE(person.answers.empty());
  EXPECT_EQ(store(passphrases_).signer(id_of(kTargetsKey)).error().code(), ErrorCode::bad_passphrase);
  Passphrases right = passphrases_of({{"NOTARY_TARGETS_PASSPHRASE", "a new passphrase"}});
  ASSERT_TRUE(store(right).signer(id_of(kTargetsKey)));
  EXPECT_EQ(store(right).info(id_of(kTargetsKey))->gun, kGun);
}

TEST_F(FileKeyStoreTest, ExportsNotarysBundleByteForByte) {
  copy_fixtures();
  Passphrases none({});
  const KeyId ids[] = {id_of(kSnapshotKey), id_of(kAliceKey), id_of(kRootKey), id_of(kBobKey),
                       id_of(kTargetsKey)};
  const auto bundle = store(none).export_bundle(ids);
  ASSERT_TRUE(bundle) << bundle.error().what();
  EXPECT_EQ(*bundle, *read_file(vectors() + "/bundle.pem", 1 << 20));
  const KeyId missing[] = {id_of(std::string(64, '0'))};
  EXPECT_EQ(store(none).export_bundle(missing).error().code(), ErrorCode::key_missing);
}

// Fails the first step of a name; everything before must still be there, and nothing half-written.
class FileKeyStoreFault : public FileKeyStoreTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(FileKeyStoreFault, LeavesTheOldFile) {
  copy_fixtures();
  FileKeyStore keys = store(passphrases_);
  const auto key = keys.load(id_of(kAliceKey));
  ASSERT_TRUE(key);
  const std::string before = bytes(id_of(kAliceKey));
  const std::size_t count = files();
  for (const int error : {ENOSPC, EROFS, EIO}) {
    set_file_fault_hook(
        [&](std::string_view step, std::string_view) { return step == GetParam() ? error : 0; });
    const auto code = error == ENOSPC ? ErrorCode::disk_full : ErrorCode::io_error;
    EXPECT_EQ(keys.add(*key, "bob", std::nullopt).error().code(), code);
    EXPECT_EQ(keys.change_passphrase(id_of(kAliceKey)).error().code(), code);
    EXPECT_EQ(keys.generate(crypto::KeyAlgorithm::ecdsa_p256, "root", std::nullopt).error().code(), code);
    set_file_fault_hook({});
    EXPECT_EQ(bytes(id_of(kAliceKey)), before);
    EXPECT_EQ(files(), count + 1);  // the lock file
    EXPECT_EQ(keys.list()->keys.size(), 5u);
    EXPECT_TRUE(keys.list()->warnings.empty());
  }
  EXPECT_TRUE(keys.add(*key, "bob", std::nullopt));  // the next command works
}

INSTANTIATE_TEST_SUITE_P(Steps, FileKeyStoreFault, ::testing::Values("write", "fsync", "rename"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(FileKeyStoreTest, AFailedRemoveKeepsTheKey) {
  copy_fixtures();
  FileKeyStore keys = store(passphrases_);
  set_file_fault_hook([](std::string_view step, std::string_view) { return step == "unlink" ? EROFS : 0; });
  EXPECT_EQ(keys.remove(id_of(kAliceKey)).error().code(), ErrorCode::io_error);
  set_file_fault_hook({});
  EXPECT_TRUE(keys.signer(id_of(kAliceKey)));
}

TEST_F(FileKeyStoreTest, APlainFileOpensWithoutPassphrase) {
  const auto text = read_file(vectors() + "/plain-pkcs8.pem", 1 << 20);
  put(std::string(kTargetsKey) + ".key", *text);
  Passphrases none({});
  FileKeyStore keys = store(none);
  EXPECT_FALSE(keys.info(id_of(kTargetsKey))->encrypted);
  EXPECT_TRUE(keys.signer(id_of(kTargetsKey)));
}

TEST(KeyFile, NamesAndPublicKeys) {
  EXPECT_EQ(key_id_of_file(std::string(kRootKey) + ".key")->str(), kRootKey);
  for (const char* name : {"x.key", ".key", "root.json"}) EXPECT_FALSE(key_id_of_file(name)) << name;
  EXPECT_FALSE(key_id_of_file(std::string(kRootKey)));
  const auto theirs = read_file(vectors() + "/public.pem", 1 << 20);
  const auto key = crypto::PublicKey::from_pem(*theirs);
  ASSERT_TRUE(key);
  EXPECT_EQ(*write_public_key(**key, "carol"), *theirs);
  EXPECT_EQ(*write_public_key(**key, ""), (*key)->pem());
}

}  // namespace
}  // namespace boltseal::keys
