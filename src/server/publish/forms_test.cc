// Both forms at once (SECURITY rules 1-3).
#include <gtest/gtest.h>

#include "server/test_repository.h"
#include "tuf/chain_verifier.h"
#include "tuf/twin.h"

namespace boltseal::server {
namespace {

using ::testing::HasSubstr;
using testing::must;
using testing::Owner;
using testing::Parts;
using testing::refused;
using testing::TestServer;
using tuf::Form;

class FormsTest : public ::testing::Test {
 protected:
  http::Response post(const Parts& parts) {
    return server_.ask("POST", "/v2/" + owner_.gun.str() + "/_trust/tuf1/", testing::multipart(parts));
  }
  std::string tuf1(const std::string& name) {
    return server_.get("/v2/" + owner_.gun.str() + "/_trust/tuf1/metadata/" + name).body;
  }
  template <typename Body>
  static std::string sign(const Body& body, const tuf::KeyMap& keys, const tuf::RoleKeys& role,
                          crypto::Signer& key) {
    const tuf::Authority authority{keys, role};
    const std::vector<crypto::Signer*> signers = {&key};
    return must(tuf::sign(body, std::span(&authority, 1), signers)).bytes;
  }

  /// The owner's present bodies as TUF 1.0 files; `base_version` of targets/-base, built on `base_`.
  Parts tuf1_parts(std::int64_t base_version) {
    const Time expires = server_.clock.now() + 365 * kDay;
    tuf::Root root = must(tuf::to_tuf1(owner_.root, owner_.gun));
    root.version = 1;
    root.expires = expires;
    root.expires_text.clear();
    tuf::Targets top = must(tuf::tuf1_top(owner_.root, owner_.targets, 0));
    top.version = 1;
    top.gun = owner_.gun.str();
    top.expires = expires;
    top.expires_text.clear();
    const std::vector<std::string> everything = {""};
    tuf::Targets base = must(tuf::to_tuf1(RoleName::targets(), owner_.targets, everything, 0));
    base.version = base_version;
    base.gun = owner_.gun.str();
    base.based_on = base_;
    base.expires = expires;
    base.expires_text.clear();
    const auto& delegations = *top.delegations;
    const std::string base_file =
        sign(base, delegations.keys, *delegations.find(tuf::kBaseRole), *owner_.targets_key);
    base_ = crypto::sha256(base_file);
    Parts parts = {{std::to_string(base_version) + ".targets%2F-base.json", base_file}};
    if (base_version > 1) return parts;
    parts.emplace_back("1.root.json", sign(root, root.keys, root.root, *owner_.root_key));
    parts.emplace_back("1.targets.json", sign(top, root.keys, root.targets, *owner_.targets_key));
    return parts;
  }
  Parts notary_parts(bool first) {
    Parts parts = {{"n1/targets.json", owner_.targets_file()}};
    if (first) parts.emplace_back("n1/root.json", owner_.root_file());
    return parts;
  }
  static Parts joined(Parts a, const Parts& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  http::Response init() {
    owner_.add("v1");
    return post(joined(notary_parts(true), tuf1_parts(1)));
  }

  TestServer server_;
  Owner owner_{server_, "docker.io/library/a"};
  std::optional<Sha256> base_;
};

TEST_F(FormsTest, Security2BothFormsTogetherCarryTheTwinHashes) {
  const auto response = init();
  ASSERT_EQ(response.status, 200) << response.body;
  const auto timestamp = must(tuf::parse_timestamp(Form::tuf1, tuf1("timestamp.json")));
  const auto snapshot = must(tuf::parse_snapshot(Form::tuf1, tuf1("1.snapshot.json")));
  EXPECT_EQ(timestamp->twin, crypto::sha256(server_.file(owner_.gun, "timestamp.json")));
  EXPECT_EQ(snapshot->twin, crypto::sha256(server_.file(owner_.gun, "snapshot.json")));
  EXPECT_EQ(timestamp->gun, owner_.gun.str());
  EXPECT_EQ(timestamp->issued, server_.clock.now());
  EXPECT_EQ(snapshot->find("targets/-base")->version, 1);
  // Plain and encoded slashes name one file; both forms verify under their roots.
  EXPECT_FALSE(tuf1("1.targets%2F-base.json").empty());
  EXPECT_EQ(tuf1("1.targets%2F-base.json"), tuf1("1.targets/-base.json"));
  const auto root = must(tuf::parse_root(Form::tuf1, tuf1("1.root.json")));
  const auto trusted = must(tuf::ChainVerifier::root_itself(root, {.gun = owner_.gun.str()}));
  EXPECT_TRUE(tuf::ChainVerifier::timestamp(timestamp, trusted));
  EXPECT_TRUE(tuf::ChainVerifier::snapshot(snapshot, trusted));
}

TEST_F(FormsTest, Security2FormsThatDifferAreRefused) {
  owner_.add("v1");
  const Parts notary = notary_parts(true);
  owner_.add("v2");
  const auto response = post(joined(notary, tuf1_parts(1)));
  EXPECT_EQ(refused(response).name, "ErrValidation") << response.body;
  EXPECT_THAT(refused(response).text, HasSubstr("the two forms differ"));
  EXPECT_EQ(server_.status(owner_.gun, "root.json"), 404);
  EXPECT_EQ(server_.get("/v2/" + owner_.gun.str() + "/_trust/tuf1/metadata/1.root.json").status, 404);
}

TEST_F(FormsTest, Security2Tuf1AloneIsRefusedWhereTheNotaryFormExists) {
  ASSERT_EQ(owner_.init().status, 200);
  const auto response = post(tuf1_parts(1));
  EXPECT_EQ(refused(response).name, "ErrValidation");
  EXPECT_THAT(refused(response).text, HasSubstr("publish both forms in one update"));
}

TEST_F(FormsTest, Tuf1AloneMakesARepositoryOfItsOwn) {
  owner_.add("v1");
  const auto response = post(tuf1_parts(1));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(server_.status(owner_.gun, "root.json"), 404);
  EXPECT_FALSE(must(tuf::parse_timestamp(Form::tuf1, tuf1("timestamp.json")))->twin);
  server_.clock.advance(8 * kDay);
  EXPECT_TRUE(must(server_.server->renewal().renew(owner_.gun)));
  EXPECT_EQ(must(tuf::parse_timestamp(Form::tuf1, tuf1("timestamp.json")))->version, 2);
}

TEST_F(FormsTest, Security2RenewalRefreshesBothWhileTheyAgree) {
  ASSERT_EQ(init().status, 200);
  server_.clock.advance(8 * kDay);
  ASSERT_TRUE(must(server_.server->renewal().renew(owner_.gun)));
  const auto timestamp = must(tuf::parse_timestamp(Form::tuf1, tuf1("timestamp.json")));
  EXPECT_EQ(timestamp->version, 2);
  EXPECT_EQ(timestamp->twin, crypto::sha256(server_.file(owner_.gun, "timestamp.json")));
}

TEST_F(FormsTest, Security2NotaryAloneLeavesTheOtherUnrenewedUntilRepublished) {
  ASSERT_EQ(init().status, 200);
  ASSERT_EQ(owner_.publish("v2").status, 200) << "as notary-server would";
  server_.clock.advance(8 * kDay);
  ASSERT_TRUE(must(server_.server->renewal().renew(owner_.gun)));
  EXPECT_EQ(owner_.version("timestamp"), 3);
  EXPECT_EQ(must(tuf::parse_timestamp(Form::tuf1, tuf1("timestamp.json")))->version, 1);
  // The owner publishes both again.
  owner_.add("v3");
  ++owner_.targets.version;
  const auto response = post(joined(notary_parts(false), tuf1_parts(2)));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(must(tuf::parse_timestamp(Form::tuf1, tuf1("timestamp.json")))->version, 2);
  EXPECT_EQ(must(tuf::parse_snapshot(Form::tuf1, tuf1("snapshot.json")))->find("targets/-base")->version, 2);
}

TEST_F(FormsTest, Security1FilesAreBoundToTheirGun) {
  Owner other(server_, "docker.io/library/b");
  owner_.add("v1");
  const Parts parts = tuf1_parts(1);
  const auto response =
      server_.ask("POST", "/v2/" + other.gun.str() + "/_trust/tuf1/", testing::multipart(parts));
  EXPECT_EQ(refused(response).name, "ErrBadRoot");
  EXPECT_THAT(refused(response).text, HasSubstr("x-boltseal-gun"));
}

TEST_F(FormsTest, Security3FileMustBeBuiltOnTheStoredOne) {
  owner_.add("v1");
  ASSERT_EQ(post(tuf1_parts(1)).status, 200);
  const auto base = base_;
  owner_.add("v2");
  ASSERT_EQ(post(tuf1_parts(2)).status, 200);
  base_ = base;  // another signer, who saw version 1
  const auto response = post(tuf1_parts(3));
  EXPECT_EQ(refused(response).code, "VERSION") << response.body;
}

}  // namespace
}  // namespace boltseal::server
