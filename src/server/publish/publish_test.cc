// Publish as notary-server judges it (NOTARY-SERVER.md 2.4, 2.5): statuses, classes, texts.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "server/test_repository.h"
#include "tuf/chain_verifier.h"

namespace boltseal::server {
namespace {

using ::testing::HasSubstr;
using testing::Owner;
using testing::Parts;
using testing::refused;
using testing::TestServer;

class PublishTest : public ::testing::Test {
 protected:
  void expect_refused(const http::Response& response, const std::string& name, const std::string& text) {
    EXPECT_EQ(response.status, 400) << response.body;
    const auto found = refused(response);
    EXPECT_EQ(found.code, "INVALID_UPDATE") << response.body;
    EXPECT_EQ(found.name, name);
    EXPECT_EQ(found.text, text);
  }
  TestServer server_;
  Owner owner_{server_, "docker.io/library/a"};
};

TEST_F(PublishTest, WholeLifeWithServerHeldSnapshot) {
  ASSERT_EQ(owner_.init().status, 200);
  EXPECT_EQ(owner_.version("timestamp"), 1);
  EXPECT_EQ(owner_.version("snapshot"), 1);
  ASSERT_EQ(owner_.publish("v1").status, 200);
  EXPECT_EQ(owner_.version("targets"), 2);
  EXPECT_EQ(owner_.version("snapshot"), 2);
  EXPECT_EQ(owner_.version("timestamp"), 2);
  // Everything verifies from the root down, as a client does it.
  const auto root = testing::must(tuf::parse_root(tuf::Form::notary, server_.file(owner_.gun, "root.json")));
  const auto trusted = testing::must(tuf::ChainVerifier::root_itself(root, {.gun = owner_.gun.str()}));
  const auto stamp =
      testing::must(tuf::parse_timestamp(tuf::Form::notary, server_.file(owner_.gun, "timestamp.json")));
  EXPECT_TRUE(tuf::ChainVerifier::timestamp(stamp, trusted));
  const std::string hash = hex_encode(*stamp->snapshot.hashes.sha256);
  const auto snapshot = testing::must(
      tuf::parse_snapshot(tuf::Form::notary, server_.file(owner_.gun, "snapshot." + hash + ".json")));
  EXPECT_TRUE(tuf::ChainVerifier::snapshot(snapshot, trusted));
}

TEST_F(PublishTest, ClientHeldSnapshot) {
  Owner owner(server_, "docker.io/library/b", true);
  ASSERT_EQ(owner.init().status, 200);
  EXPECT_EQ(
      server_.file(owner.gun, "snapshot.json"),
      testing::must(server_.storage->latest(owner.gun, tuf::Form::notary, RoleName::snapshot()))->bytes);
  owner.add("v1");
  owner.targets.version = 2;
  // Without the snapshot, whose key the server lacks.
  const auto response = server_.post(owner.gun, {{"targets", owner.targets_file()}});
  expect_refused(
      response, "ErrBadHierarchy",
      "no snapshot was included in update and server does not hold current snapshot key for repository");
  EXPECT_THAT(response.body, HasSubstr(R"("Missing":"snapshot")"));
}

TEST_F(PublishTest, BodyErrorsInOrder) {
  const Gun& gun = owner_.gun;
  const auto code = [&](const Parts& parts) { return refused(server_.post(gun, parts)).code; };
  EXPECT_EQ(code({{"", "{}"}}), "NO_FILENAME");
  EXPECT_EQ(code({{"targets/../a", "{}"}}), "INVALID_ROLE");
  EXPECT_EQ(code({{"targets/A", "{}"}}), "INVALID_ROLE");
  for (const char* text : {"", "[]", "{", R"({"signed":{"version":"1"}})", R"({"signed":{"version":1.0}})",
                           R"({"signatures":[{"sig":"!!"}]})", R"({"signed":{"expires":"soon"}})"}) {
    EXPECT_EQ(code({{"root", text}}), "MALFORMED_JSON") << text;
  }
  EXPECT_EQ(code({{"root", "{"}, {"bad role", "{}"}}), "MALFORMED_JSON") << "the first part decides";
  EXPECT_EQ(refused(server_.ask("POST", TestServer::path(gun, ""), "x", "text/plain")).code,
            "MALFORMED_UPLOAD");
}

TEST_F(PublishTest, RootTexts) {
  const Gun& gun = owner_.gun;
  const auto root = [&](const std::string& text) { return server_.post(gun, {{"root", text}}); };
  expect_refused(server_.post(gun, {}), "ErrValidation",
                 "no pre-existing root and no root provided in update.");
  expect_refused(root("{}"), "ErrBadRoot", "Root modifications must increment the version. Current 1, new 0");
  expect_refused(root("null"), "ErrBadRoot",
                 "Root modifications must increment the version. Current 1, new 0");
  expect_refused(root(R"({"signed":{"_type":"Root","version":5}})"), "ErrBadRoot",
                 "Root modifications must increment the version. Current 1, new 5");
  expect_refused(root(R"({"signed":{"_type":"root","version":1}})"), "ErrBadRoot",
                 "root type metadata invalid: expected type Root, not root");
  expect_refused(root(R"({"signed":{"_type":"Root","version":1}})"), "ErrBadRoot",
                 "root type metadata invalid: missing root role specification");
  expect_refused(root(R"({"signed":{"_type":"Root","version":1,"roles":{"root":{"threshold":0}}}})"),
                 "ErrBadRoot", "root type metadata invalid: invalid threshold specified for root: 0 ");
  expect_refused(
      root(R"({"signed":{"_type":"Root","version":1,"roles":{"root":{"threshold":1,"keyids":["aa"]}}}})"),
      "ErrBadRoot", "root type metadata invalid: key ID aa specified in root without corresponding key");
  expect_refused(root(R"({"signed":{"_type":"Root","version":1}} GARBAGE)"), "ErrBadRoot",
                 "invalid character 'G' after top-level value");
}

TEST_F(PublishTest, RootOfAnotherGunIsRefused) {
  Owner other(server_, "docker.io/library/b");
  expect_refused(server_.post(owner_.gun, other.first_parts()), "ErrBadRoot",
                 "could not validate the path to a trusted root: unable to retrieve valid leaf certificates");
}

TEST_F(PublishTest, RootMustBeSignedByItsPredecessor) {
  ASSERT_EQ(owner_.init().status, 200);
  Owner thief(server_, "docker.io/library/a");
  thief.root.version = 2;
  expect_refused(server_.post(owner_.gun, {{"root", thief.root_file()}}), "ErrBadRoot",
                 "could not rotate trust to a new trusted root: failed to validate data with current trusted "
                 "certificates");
  thief.root.version = 4;
  expect_refused(server_.post(owner_.gun, {{"root", thief.root_file()}}), "ErrBadRoot",
                 "Root modifications must increment the version. Current 1, new 4");
}

TEST_F(PublishTest, ExpiredFilesAreRefused) {
  owner_.targets.expires = *parse_rfc3339("2026-11-23T06:47:34Z");
  owner_.targets.expires_text.clear();
  expect_refused(owner_.init(), "ErrBadTargets", "targets expired at Mon Nov 23 06:47:34 UTC 2026");
  owner_.root.expires = *parse_rfc3339("2026-11-02T16:07:04Z");
  owner_.root.expires_text.clear();
  expect_refused(owner_.init(), "ErrBadRoot", "root expired at Mon Nov 2 16:07:04 UTC 2026");
}

TEST_F(PublishTest, TargetsTexts) {
  ASSERT_EQ(owner_.init().status, 200);
  std::string forged = owner_.targets_file();
  const std::size_t sig = forged.find("\"sig\":\"") + 7;
  forged[sig] = forged[sig] == 'A' ? 'B' : 'A';
  expect_refused(server_.post(owner_.gun, {{"targets", forged}}), "ErrBadTargets",
                 "valid signatures did not meet threshold for targets");
  expect_refused(server_.post(owner_.gun, {{"targets/releases", owner_.targets_file()}}), "ErrBadTargets",
                 "tuf: invalid role targets/releases. delegation does not exist");
  expect_refused(server_.post(owner_.gun, {{"targets", R"({"signed":{"_type":"Targets","version":2}})"}}),
                 "ErrBadTargets", "tuf: data has no signatures");
}

TEST_F(PublishTest, FirstPublishNeedsTargets) {
  expect_refused(server_.post(owner_.gun, {{"root", owner_.root_file()}}), "ErrValidation",
                 "targets must be loaded first");
}

TEST_F(PublishTest, TimestampKeyThatTheServerLacks) {
  auto& keys = owner_.root;
  const tuf::Key foreign = tuf::encode_key(tuf::Form::notary, testing::new_key()->public_key());
  ASSERT_TRUE(tuf::set_role_keys(keys, tuf::FileType::timestamp, std::span(&foreign, 1), 1));
  expect_refused(owner_.init(), "ErrBadRoot", "no  timestamp keys exist on the server");
}

TEST_F(PublishTest, DelegationIsCheckedAgainstItsParent) {
  ASSERT_EQ(owner_.init().status, 200);
  const auto alice = testing::new_key();
  const tuf::Key key = tuf::encode_key(tuf::Form::notary, alice->public_key());
  ASSERT_TRUE(tuf::edit_delegation(owner_.targets, RoleName::targets(), RoleName::releases(),
                                   {.add_keys = {key}, .add_paths = {""}}));
  ++owner_.targets.version;
  const auto& delegations = *owner_.targets.delegations;
  tuf::Targets body = tuf::new_targets(tuf::Form::notary, server_.clock.now() + kDay, std::nullopt);
  const std::string good =
      Owner::sign_targets(body, delegations.keys, *delegations.find("targets/releases"), *alice);
  ASSERT_EQ(server_.post(owner_.gun, {{"targets/releases", good}, {"targets", owner_.targets_file()}}).status,
            200);
  EXPECT_EQ(server_.file(owner_.gun, "targets/releases.json"), good);
  // A new one alone, under the stored parent; then one that jumps ahead in its version.
  body.version = 9;
  const std::string next =
      Owner::sign_targets(body, delegations.keys, *delegations.find("targets/releases"), *alice);
  EXPECT_EQ(server_.post(owner_.gun, {{"targets/releases", next}}).status, 200);
  EXPECT_EQ(server_.file(owner_.gun, "targets/releases.json"), next);
  std::string forged = next;
  forged.replace(forged.find("\"version\":9"), 11, "\"version\":8");
  expect_refused(server_.post(owner_.gun, {{"targets/releases", forged}}), "ErrBadTargets",
                 "valid signatures did not meet threshold for targets/releases");
}

TEST_F(PublishTest, OldVersionIsVersion) {
  ASSERT_EQ(owner_.init().status, 200);
  ASSERT_EQ(owner_.publish("v1").status, 200);
  for (const char* role : {"targets", "root"}) {
    const auto response = server_.post(
        owner_.gun, {{role, role == std::string("root") ? owner_.root_file() : owner_.targets_file()}});
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body,
              "{\"errors\":[{\"code\":\"VERSION\",\"message\":\"A newer version of metadata is already "
              "available.\",\"detail\":{}}]}\n");
  }
}

TEST_F(PublishTest, TimestampPartIsIgnoredAndTheLastOfTwoPartsCounts) {
  ASSERT_EQ(owner_.init().status, 200);
  const std::string old = owner_.targets_file();
  owner_.targets.version = 2;
  ASSERT_EQ(server_
                .post(owner_.gun, {{"timestamp", R"({"signed":{"version":99}})"},
                                   {"targets", old},
                                   {"targets.json", owner_.targets_file()}})
                .status,
            200);
  EXPECT_EQ(owner_.version("timestamp"), 2);
  EXPECT_EQ(owner_.version("targets"), 2);
}

TEST_F(PublishTest, NoPartsSignTheOnlineRolesAgain) {
  ASSERT_EQ(owner_.init().status, 200);
  ASSERT_EQ(server_.post(owner_.gun, {}).status, 200);
  EXPECT_EQ(owner_.version("snapshot"), 2);
  EXPECT_EQ(owner_.version("timestamp"), 2);
  EXPECT_EQ(owner_.version("targets"), 1);
}

TEST_F(PublishTest, WrongSnapshotHashIsNamed) {
  Owner owner(server_, "docker.io/library/b", true);
  Parts parts = owner.first_parts();
  owner.name("targets", "something else");
  parts[2].second = owner.snapshot_file();
  expect_refused(
      server_.post(owner.gun, parts), "ErrBadSnapshot",
      "sha256 checksum for targets did not match: expected " + hex_encode(crypto::sha256("something else")));
}

// The hash in a server-made snapshot is that of the bytes that came, in whatever spelling.
TEST_F(PublishTest, NotaryBug1HashesOfTheStoredBytes) {
  Parts parts = owner_.first_parts();
  parts[1].second += "\n  ";
  std::string& root = parts[0].second;
  root.insert(root.find(':') + 1, " ");
  ASSERT_EQ(server_.post(owner_.gun, parts).status, 200);
  EXPECT_EQ(server_.file(owner_.gun, "targets.json"), parts[1].second);
  EXPECT_EQ(server_.file(owner_.gun, "root.json"), root);
  EXPECT_EQ(server_.status(owner_.gun, "targets." + hex_encode(crypto::sha256(parts[1].second)) + ".json"),
            200);
}

// notary-server takes a snapshot that names files nobody has.
TEST_F(PublishTest, NotaryBug2SnapshotNamesOnlyFilesThatExist) {
  Owner owner(server_, "docker.io/library/b", true);
  Parts parts = owner.first_parts();
  owner.name("targets/ghost", "nobody has it");
  parts[2].second = owner.snapshot_file();
  const auto response = server_.post(owner.gun, parts);
  EXPECT_EQ(refused(response).name, "ErrBadSnapshot") << response.body;
  EXPECT_THAT(response.body, HasSubstr("targets/ghost"));
  EXPECT_EQ(server_.status(owner.gun, "root.json"), 404);
  Parts without_targets = {{"root", owner.root_file()}};
  owner.snapshot = tuf::new_snapshot(tuf::Form::notary, server_.clock.now() + kDay, std::nullopt);
  owner.name("root", without_targets[0].second);
  owner.name("targets", "nobody has it");
  without_targets.emplace_back("snapshot", owner.snapshot_file());
  EXPECT_EQ(refused(server_.post(owner.gun, without_targets)).name, "ErrBadSnapshot");
}

// Go's multipart reader panics and the connection drops.
TEST_F(PublishTest, NotaryBug5MalformedMultipartIsAnswered) {
  for (const std::string body : {"", "--edge", "--edge\r\n\r\n", "--other--\r\n",
                                 "--edge\r\nContent-Disposition: form-data\r\n\r\nx"}) {
    const auto response = server_.ask("POST", TestServer::path(owner_.gun, ""), body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(refused(response).code, "MALFORMED_UPLOAD") << body;
  }
}

// Two publishers of different roles at once: both must come through, whoever is first.
TEST_F(PublishTest, NotaryBug19DifferentRolesDoNotCollide) {
  ASSERT_EQ(owner_.init().status, 200);
  std::vector<crypto::SoftwareKeyPtr> keys;
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) {
    keys.push_back(testing::new_key());
    names.push_back("targets/d" + std::to_string(i));
    const tuf::Key key = tuf::encode_key(tuf::Form::notary, keys.back()->public_key());
    ASSERT_TRUE(tuf::edit_delegation(owner_.targets, RoleName::targets(),
                                     *RoleName::parse_notary(names.back()),
                                     {.add_keys = {key}, .add_paths = {""}}));
  }
  ++owner_.targets.version;
  ASSERT_EQ(server_.post(owner_.gun, {{"targets", owner_.targets_file()}}).status, 200);
  const auto& delegations = *owner_.targets.delegations;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (std::size_t i = 0; i < names.size(); ++i) {
    threads.emplace_back([&, i] {
      tuf::Targets body = tuf::new_targets(tuf::Form::notary, server_.clock.now() + kDay, std::nullopt);
      for (body.version = 1; body.version <= 5; ++body.version) {
        const std::string file =
            Owner::sign_targets(body, delegations.keys, *delegations.find(names[i]), *keys[i]);
        if (server_.post(owner_.gun, {{names[i], file}}).status == 200) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 20);
  EXPECT_EQ(owner_.version("snapshot"), 22);
  for (const std::string& name : names) EXPECT_EQ(owner_.version(name), 5) << name;
}

}  // namespace
}  // namespace boltseal::server
