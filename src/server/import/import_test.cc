// Import of saved repositories (SECURITY rule 16), with hostile bundles.
#include "server/import/import.h"

#include "server/import/test_bundle.h"
#include "server/test_repository.h"

namespace boltseal::server {
namespace {

using testing::BundleFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::must;
using testing::Owner;
using testing::refused;
using testing::TestServer;

/// A dying server with a repository of three roots and two delegations, and a new server.
class ImportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    delegate("targets/releases");
    delegate("targets/alice");
    ASSERT_EQ(owner_.init().status, 200);
    for (const char* role : {"targets/releases", "targets/alice"})
      ASSERT_EQ(old_.post(owner_.gun, {{role, delegated_file(role)}}).status, 200);
    for (int i = 0; i < 2; ++i) {
      ++owner_.root.version;
      ASSERT_EQ(old_.post(owner_.gun, {{"root", owner_.root_file()}}).status, 200);
    }
    ASSERT_EQ(owner_.publish("v1").status, 200);
    bundle_.save(old_, owner_.gun);
  }

  void delegate(const std::string& name) {
    const auto role = must(RoleName::parse_notary(name));
    const tuf::Key key = tuf::encode_key(tuf::Form::notary, delegate_key_->public_key());
    ASSERT_TRUE(tuf::edit_delegation(owner_.targets, RoleName::targets(), role,
                                     {.add_keys = {key}, .add_paths = {""}, .threshold = 1}));
  }
  std::string delegated_file(const std::string& name) {
    const auto body = tuf::new_targets(tuf::Form::notary, old_.clock.now() + 1000 * kDay, std::nullopt);
    const tuf::Delegations& listed = *owner_.targets.delegations;
    return Owner::sign_targets(body, listed.keys, *listed.find(name), *delegate_key_);
  }

  Result<ImportReport> import(TestServer& server, const ImportOptions& options = {}) {
    const Signing signing(*server.keys, {});
    const ImportParts parts{*server.storage, signing, *server.record, server.clock};
    return import_bundle(parts, BS_TRY(read_bundle(bundle_.write())), options);
  }
  ErrorCode refusal(TestServer& server, const ImportOptions& options = {}) {
    const auto done = import(server, options);
    EXPECT_FALSE(done);
    if (!done) said_ = done.error().what() + " / " + done.error().hint();
    return done ? ErrorCode::internal : done.error().code();
  }
  void expect_untouched(TestServer& server) {
    EXPECT_TRUE(must(server.storage->heads(owner_.gun)).empty());
    EXPECT_TRUE(server.record->of(owner_.gun).empty());
  }
  /// Another version number in what is signed; the manifest follows.
  void change(const std::string& name) {
    std::string& bytes = bundle_.files[name];
    ++bytes[bytes.find("\"version\":") + 10];
  }

  TestServer old_, new_;
  crypto::SoftwareKeyPtr delegate_key_ = testing::new_key();
  Owner owner_{old_, "docker.io/library/a"};
  BundleFolder bundle_;
  std::string said_;
};

TEST_F(ImportTest, Security16EveryFileIsServedToTheByte) {
  const ImportReport report = must(import(new_));
  EXPECT_EQ(report.stored, bundle_.files.size() - 1);  // root.json is the newest of the numbered ones
  EXPECT_EQ(report.newest_root, 3);
  EXPECT_THAT(report.lacks, ElementsAre(RoleName::timestamp(), RoleName::snapshot()));
  for (const auto& [name, bytes] : bundle_.files) EXPECT_EQ(new_.file(owner_.gun, name), bytes) << name;
  EXPECT_EQ(new_.record->mark(owner_.gun, Form::notary, RoleName::targets())->version, 2);
  const auto feed = must(new_.storage->changes(owner_.gun, 0, 10));
  ASSERT_EQ(feed.size(), 1u);
  EXPECT_EQ(feed[0].category, "update");
}

TEST_F(ImportTest, DryRunChecksAndChangesNothing) {
  EXPECT_EQ(must(import(new_, {.dry_run = true})).stored, bundle_.files.size() - 1);
  expect_untouched(new_);
}

TEST_F(ImportTest, OneRootWithNewKeysForBothRolesGoesOn) {
  must(import(new_));
  tuf::Root next = owner_.root;
  ++next.version;
  const auto rotate = [&](tuf::FileType type, const char* role) {
    const auto answer = new_.ask("POST", TestServer::path(owner_.gun, std::string(role) + ".key"));
    const tuf::Key key = must(tuf::parse_key(tuf::Form::notary, answer.body));
    ASSERT_TRUE(tuf::set_role_keys(next, type, {&key, 1}, 1));
  };
  // Either role alone leaves one that nobody can sign: refused, and the state stays as it was.
  rotate(tuf::FileType::timestamp, "timestamp");
  owner_.root = next;
  EXPECT_EQ(refused(new_.post(owner_.gun, {{"root", owner_.root_file()}})).name, "ErrBadHierarchy");
  EXPECT_EQ(new_.file(owner_.gun, "timestamp.json"), bundle_.files["timestamp.json"]);
  rotate(tuf::FileType::snapshot, "snapshot");
  owner_.root = next;
  ASSERT_EQ(new_.post(owner_.gun, {{"root", owner_.root_file()}}).status, 200);
  EXPECT_GT(Owner::tuf_version(new_.file(owner_.gun, "timestamp.json")),
            Owner::tuf_version(bundle_.files["timestamp.json"]));
  ++owner_.targets.version;
  EXPECT_EQ(new_.post(owner_.gun, {{"targets", owner_.targets_file()}}).status, 200);
  EXPECT_EQ(refusal(new_), ErrorCode::rollback);
}

TEST_F(ImportTest, TheSameBundleAgainChangesNothing) {
  must(import(new_));
  EXPECT_EQ(must(import(new_)).stored, 0u);
  EXPECT_EQ(must(new_.storage->changes(owner_.gun, 0, 10)).size(), 1u);
}

TEST_F(ImportTest, ANewerBundleOfTheSameChainIsAdded) {
  must(import(new_));
  ++owner_.root.version;
  ASSERT_EQ(old_.post(owner_.gun, {{"root", owner_.root_file()}}).status, 200);
  bundle_.save(old_, owner_.gun);
  EXPECT_EQ(must(import(new_)).stored, 3u) << "root, snapshot, timestamp";
  EXPECT_EQ(new_.file(owner_.gun, "root.json"), bundle_.files["root.json"]);
}

TEST_F(ImportTest, ExpiryIsReportedAndNoReasonToRefuse) {
  new_.clock.advance(20 * kDay);
  const ImportReport report = must(import(new_));
  const std::string text = describe(report, {});
  EXPECT_THAT(text, HasSubstr("EXPIRED"));
  EXPECT_THAT(text, HasSubstr("Readers are refused since"));
  EXPECT_THAT(text, HasSubstr("boltseal rotate --gun docker.io/library/a timestamp snapshot --server URL"));
}

TEST_F(ImportTest, WithoutTheKeysReadersGetTheFilesAsTheyAreAndNoError) {
  must(import(new_));
  new_.clock.advance(20 * kDay);
  const auto renewed = new_.server->renewal().renew(owner_.gun);
  ASSERT_FALSE(renewed);
  EXPECT_EQ(renewed.error().code(), ErrorCode::key_missing);
  for (const char* name : {"timestamp.json", "snapshot.json", "targets.json"})
    EXPECT_EQ(new_.file(owner_.gun, name), bundle_.files[name]) << name;
  EXPECT_EQ(refused(new_.post(owner_.gun, {})).name, "ErrBadHierarchy");
}

TEST_F(ImportTest, CommandsOfTheReportAreSafeToCopy) {
  ImportReport report = must(import(new_));
  report.gun = *Gun::parse_lenient("a'$(reboot)");
  EXPECT_THAT(describe(report, {}), HasSubstr(R"(--gun 'a'\''$(reboot)' timestamp)"));
}

TEST_F(ImportTest, ARoleWhoseKeysItsParentChangedIsStoredAndSaidToBeLeftOut) {
  delegate_key_ = testing::new_key();
  tuf::remove_delegation(owner_.targets, *RoleName::parse_notary("targets/alice"));
  delegate("targets/alice");
  ++owner_.targets.version;
  ASSERT_EQ(old_.post(owner_.gun, {{"targets", owner_.targets_file()}}).status, 200);
  bundle_.save(old_, owner_.gun);
  const ImportReport report = must(import(new_));
  EXPECT_THAT(report.left_out, ElementsAre(*RoleName::parse_notary("targets/alice")));
  EXPECT_EQ(new_.file(owner_.gun, "targets/alice.json"), bundle_.files["targets/alice.json"]);
}

TEST_F(ImportTest, Security16WhatIsNotMarkedVerifiedNeedsAnAcceptedRoot) {
  for (const char* status : {"unverified", "raw"}) {
    bundle_.status = status;
    EXPECT_EQ(refusal(new_), ErrorCode::first_use);
    EXPECT_THAT(said_, HasSubstr("--accept-root"));
  }
  EXPECT_EQ(refusal(new_, {.accepted_root = crypto::sha256("another root")}), ErrorCode::pin_mismatch);
  expect_untouched(new_);
  EXPECT_TRUE(import(new_, {.accepted_root = crypto::sha256(bundle_.files["2.root.json"])}));
}

TEST_F(ImportTest, AnAcceptedRootIsDemandedOfVerifiedBundlesToo) {
  EXPECT_EQ(refusal(new_, {.accepted_root = crypto::sha256("another root")}), ErrorCode::pin_mismatch);
}

TEST_F(ImportTest, AChangedByteIsNoticedWithTheManifestAndWithoutIt) {
  bundle_.write();
  const std::string good = bundle_.manifest();
  std::string bytes = bundle_.files["targets/alice.json"];
  bytes[bytes.size() / 2] ^= 1;
  bundle_.write_file("metadata/targets/alice.json", bytes);
  EXPECT_EQ(read_bundle(bundle_.path).error().code(), ErrorCode::hash_mismatch);
  for (const char* name : {"timestamp.json", "snapshot.json", "targets.json", "targets/releases.json"}) {
    const std::string kept = bundle_.files[name];
    change(name);
    EXPECT_EQ(refusal(new_),
              name == std::string("timestamp.json") ? ErrorCode::threshold_not_met : ErrorCode::hash_mismatch)
        << name;
    bundle_.files[name] = kept;
  }
  expect_untouched(new_);
}

TEST_F(ImportTest, RootsWithoutAGap) {
  const auto all = bundle_.files;
  bundle_.files.erase("2.root.json");
  std::filesystem::remove(bundle_.path + "/metadata/2.root.json");
  EXPECT_EQ(refusal(new_), ErrorCode::metadata_missing);
  EXPECT_THAT(said_, HasSubstr("2.root.json"));
  bundle_.files = all;
  bundle_.files["2.root.json"] = all.at("3.root.json");
  EXPECT_EQ(refusal(new_), ErrorCode::version_mismatch);
  bundle_.files = all;
  bundle_.files.erase("3.root.json");
  EXPECT_EQ(refusal(new_), ErrorCode::metadata_missing) << "root.json is newer than the numbered ones";
  expect_untouched(new_);
}

TEST_F(ImportTest, ARootThatItsPredecessorDidNotSign) {
  Owner stranger(old_, "docker.io/library/other");
  stranger.gun = owner_.gun;
  stranger.begin();
  stranger.root.version = 3;
  bundle_.files["3.root.json"] = bundle_.files["root.json"] = stranger.root_file();
  EXPECT_EQ(refusal(new_), ErrorCode::threshold_not_met);
  expect_untouched(new_);
}

TEST_F(ImportTest, AnotherGunThanThatOfTheCertificates) {
  bundle_.gun = "docker.io/library/b";
  EXPECT_EQ(refusal(new_), ErrorCode::root_not_trusted);
  bundle_.gun = "../../etc";
  EXPECT_EQ(refusal(new_), ErrorCode::bad_name);
}

TEST_F(ImportTest, Security1TargetsThatNameAnotherGun) {
  tuf::Target target{.name = "v9"};
  target.length = 5;
  target.hashes.sha256 = crypto::sha256("v9");
  ASSERT_TRUE(tuf::set_target_facts(target, {.gun = "docker.io/library/b"}));
  tuf::set_target(owner_.targets, target);
  ++owner_.targets.version;
  ASSERT_EQ(old_.post(owner_.gun, {{"targets", owner_.targets_file()}}).status, 200);
  bundle_.save(old_, owner_.gun);
  EXPECT_EQ(refusal(new_), ErrorCode::gun_mismatch);
}

TEST_F(ImportTest, ARoleThatTheSnapshotNamesIsMissingOrOneMoreIsThere) {
  const auto all = bundle_.files;
  bundle_.files.erase("targets/alice.json");
  EXPECT_EQ(refusal(new_), ErrorCode::metadata_missing);
  bundle_.files = all;
  bundle_.files["targets/mallory.json"] = all.at("targets/alice.json");
  EXPECT_EQ(refusal(new_), ErrorCode::bad_format);
  expect_untouched(new_);
}

TEST_F(ImportTest, AnotherRepositoryOfTheSameNameStays) {
  Owner present(new_, "docker.io/library/a");
  ASSERT_EQ(present.init().status, 200);
  const std::string root = new_.file(present.gun, "root.json");
  EXPECT_EQ(refusal(new_), ErrorCode::root_not_trusted);
  EXPECT_EQ(new_.file(present.gun, "root.json"), root);
  // Deleted, it comes back only by its own root keys, or when the operator says so.
  ASSERT_EQ(new_.ask("DELETE", TestServer::path(present.gun, "")).status, 200);
  EXPECT_EQ(refusal(new_), ErrorCode::root_not_trusted);
  EXPECT_THAT(said_, HasSubstr("boltseald gun reset"));
  ASSERT_TRUE(new_.storage->allow_reset(present.gun));
  EXPECT_TRUE(import(new_));
  EXPECT_EQ(must(new_.storage->state(present.gun)).epoch, 2);
}

TEST_F(ImportTest, Security12OlderThanWhatWasAcknowledgedOnce) {
  BundleFolder& bundle = bundle_;
  must(import(old_));  // the same server: nothing new
  const auto first = bundle.files;
  ASSERT_EQ(owner_.publish("v2").status, 200);
  EXPECT_EQ(refusal(old_), ErrorCode::rollback);
  // The store was lost, the record was not.
  bundle.save(old_, owner_.gun);
  Signing signing(*old_.keys, {});
  const auto fresh = make_memory_storage();
  const ImportParts parts{*fresh, signing, *old_.record, old_.clock};
  bundle.files = first;
  auto lost = import_bundle(parts, must(read_bundle(bundle.write())), {});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code(), ErrorCode::rollback);
  bundle.save(old_, owner_.gun);
  const auto back = import_bundle(parts, must(read_bundle(bundle.write())), {});
  ASSERT_TRUE(back) << back.error().what();
  EXPECT_TRUE(back->lacks.empty()) << "its own keys are here";
}

TEST_F(ImportTest, FilesAreReadByNameAndNeverThroughLinks) {
  bundle_.write();
  const std::string victim = bundle_.path + "/metadata/targets/alice.json";
  std::filesystem::rename(victim, bundle_.path + "/elsewhere");
  std::filesystem::create_symlink(bundle_.path + "/elsewhere", victim);
  EXPECT_FALSE(read_bundle(bundle_.path));
  std::filesystem::remove(victim);
  std::filesystem::create_directory(victim);
  EXPECT_FALSE(read_bundle(bundle_.path));
}

TEST_F(ImportTest, AFileThatIsLongerThanTheManifestSaysIsNotReadWhole) {
  bundle_.write();
  std::filesystem::resize_file(bundle_.path + "/metadata/targets.json", std::uintmax_t{1} << 40);  // sparse
  EXPECT_EQ(read_bundle(bundle_.path).error().code(), ErrorCode::limit_exceeded);
}

TEST(BundleManifest, RefusesWhatNoExportWrites) {
  const auto manifest = [](const std::string& files, const std::string& more = "") {
    return R"({"format":1,"gun":"docker.io/library/a","form":"notary","server":"s","saved":"t","status":)" +
           (more.empty() ? std::string(R"("verified")") : more) + R"(,"files":[)" + files +
           R"(],"missing":[]})";
  };
  const std::string hash(64, '0');
  const auto file = [&](const std::string& name, const std::string& length = "1") {
    return R"({"name":")" + name + R"(","length":)" + length + R"(,"sha256":")" + hash + "\"}";
  };
  EXPECT_TRUE(parse_manifest(manifest(file("12.root.json") + "," + file("targets/a/b.json"))));
  for (const char* name :
       {"../root.json", "/root.json", "targets/../x.json", "targets//x.json", "01.root.json", "0.root.json",
        "-1.root.json", "99999999999999999999.root.json", ".root.json", "root", "other.json", "targets/.json",
        "1.targets.json", "targets/A.json"}) {
    EXPECT_FALSE(parse_manifest(manifest(file(name)))) << name;
  }
  EXPECT_FALSE(parse_manifest(manifest(file("root.json") + "," + file("root.json")))) << "twice";
  EXPECT_FALSE(parse_manifest(manifest(file("root.json", "0"))));
  EXPECT_FALSE(parse_manifest(manifest(file("root.json", "999999999999"))));
  EXPECT_FALSE(parse_manifest(manifest("", "\"Verified\"")));
  EXPECT_EQ(parse_manifest("{").error().code(), ErrorCode::bad_format);
  std::string many;
  for (int i = 1; i <= 12; ++i)
    many += (i > 1 ? "," : "") + file(std::to_string(i) + ".root.json", "104857600");
  EXPECT_EQ(parse_manifest(manifest(many)).error().code(), ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace boltseal::server
