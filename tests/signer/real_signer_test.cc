// Across the takeover: the stock notary-server on our signer, and our trust server on the stock
// notary-signer.
#include "server/remote_keys.h"
#include "server/test_repository.h"
#include "tests/signer/signers.h"

namespace boltseal::conformance {
namespace {

using server::testing::Owner;
using server::testing::TestServer;
using ::testing::HasSubstr;

/// A stock client of the service `server` in a home of its own.
class Notary {
 public:
  explicit Notary(const std::string& name, const std::string& server) : name_(name) {
    peers().run("client", name + " --server " + server);
  }
  void ok(const std::string& words) {
    std::string out;
    EXPECT_EQ(run(words, out), 0) << "notary " << words << ": " << out;
  }
  int run(const std::string& words, std::string& out) {
    return peers().shell(". " + peers().directory() + "/home-" + name_ + "/env; notary " + words, out);
  }

 private:
  std::string name_;
};

TEST(RealNotaryServer, WorksOnOurSigner) {
  for (const std::string algorithm : {"ecdsa", "ed25519"}) {
    OurSigner ours;
    const std::string service = "onours-" + algorithm;
    peers().run("notary", service + " --signer-address " + ours.address() + " --algorithm " + algorithm);
    const std::string url =
        peers().variable("ONOURS_" + std::string(algorithm == "ecdsa" ? "ECDSA" : "ED25519") + "_URL");
    Notary notary(service, service);
    const std::string gun = "example.com/signer/app";
    notary.ok("init " + gun + " -p");
    notary.ok("key rotate " + gun + " snapshot -r");
    EXPECT_EQ(ours.calls("CreateKey"), 2u) << "timestamp and snapshot";
    EXPECT_GE(ours.calls("Sign"), 2u);
    notary.ok("addhash " + gun + " v1 100 --sha256 " + std::string(64, '1') + " -p");
    notary.ok("key rotate " + gun + " timestamp -r");
    notary.ok("addhash " + gun + " v2 100 --sha256 " + std::string(64, '2') + " -p");
    std::string out;
    EXPECT_EQ(notary.run("list " + gun, out), 0) << out;
    EXPECT_THAT(out, HasSubstr("v1"));
    EXPECT_THAT(out, HasSubstr("v2"));
    EXPECT_EQ(ours.calls("CreateKey"), 3u);
    EXPECT_EQ(peers().shell(
                  "curl -fsS --cacert " + peers().ca("ca.crt") + " " + url + "/_notary_server/health", out),
              0)
        << out;
    notary.ok("delete " + gun + " --remote");
    peers().run("stop", service);
  }
}

// Two rounds of a restored notary-server: it signs a version that our signer has signed already, and a lower
// one.
TEST(RealNotaryServer, MaySignLowerVersionsAfterItsStoreWasLost) {
  OurSigner ours;
  peers().run("notary", "lossy --signer-address " + ours.address());
  Notary notary("lossy", "lossy");
  const std::string gun = "example.com/signer/lossy";
  notary.ok("init " + gun + " -p");
  for (int i = 0; i < 3; ++i)
    notary.ok("addhash " + gun + " v" + std::to_string(i) + " 100 --sha256 " + std::string(64, '1') + " -p");
  const auto created = ours.calls("CreateKey");
  EXPECT_EQ(created, 1u) << "the timestamp key";
  EXPECT_GE(ours.calls("Sign"), 4u);
  EXPECT_EQ(ours.calls("Sign", 9), 0u);
  peers().run("stop", "lossy");
}

class OnNotarySigner : public ::testing::Test {
 protected:
  void SetUp() override {
    peers().run("signer", "signer");
    address_ = peers().variable("SIGNER_ADDR");
    ASSERT_FALSE(address_.empty());
  }
  void TearDown() override { peers().run("stop", "signer"); }
  std::string address_;
};

TEST_F(OnNotarySigner, TheTrustServerWorks) {
  for (const auto algorithm : {crypto::KeyAlgorithm::ecdsa_p256, crypto::KeyAlgorithm::ed25519}) {
    server::TrustServerParts parts;
    parts.keys = server::make_remote_keys(peers().signer(address_), {.algorithm = algorithm});
    TestServer server({}, std::move(parts));
    const std::string gun = algorithm == crypto::KeyAlgorithm::ed25519 ? "example.com/ed" : "example.com/ec";
    Owner owner(server, gun);
    ASSERT_EQ(owner.init().status, 200);
    ASSERT_EQ(owner.publish("v1").status, 200);
    EXPECT_EQ(owner.version("timestamp"), 2);
    EXPECT_EQ(owner.version("snapshot"), 2);
    const auto before = server.key(owner.gun, "timestamp");
    EXPECT_EQ(*server.key(owner.gun, "timestamp"), *before) << "the one that the root names";
    EXPECT_EQ(before->algorithm(), algorithm);
    EXPECT_EQ(server.get("/_notary_server/health").status, 200);
    EXPECT_EQ(server.ask("DELETE", "/v2/" + gun + "/_trust/tuf/").status, 200);
    EXPECT_EQ(*server.keys->find(owner.gun, RoleName::timestamp(), *before), nullptr)
        << "deleted at the signer";
  }
}

TEST_F(OnNotarySigner, EachCallDoesWhatItSays) {
  const auto signer = peers().signer(address_);
  const Gun gun = *Gun::parse("example.com/calls");
  const auto key = signer->create(gun, RoleName::timestamp(), crypto::KeyAlgorithm::ecdsa_p256);
  ASSERT_TRUE(key) << key.error().what();
  const KeyId id = tuf::canonical_key_id(**key);
  const auto info = signer->info(gun, id);
  ASSERT_TRUE(info) << info.error().what();
  ASSERT_TRUE(*info);
  EXPECT_EQ(*(*info)->key, **key);
  const auto signature =
      signer->sign(gun, **key, crypto::Scheme::ecdsa_der_sha256, as_bytes("notary-signer signs anything"));
  ASSERT_TRUE(signature) << signature.error().what();
  EXPECT_TRUE(signer->check());
  EXPECT_TRUE(signer->remove(gun, id));
  EXPECT_TRUE(signer->remove(gun, id)) << "again";
  EXPECT_FALSE(signer->info(gun, id).value().has_value());
  EXPECT_EQ(signer->sign(gun, **key, crypto::Scheme::ecdsa_raw_sha256, as_bytes("x")).error().code(),
            ErrorCode::key_missing);
  EXPECT_EQ(signer->create(gun, RoleName::timestamp(), crypto::KeyAlgorithm::rsa).error().code(),
            ErrorCode::bad_key);
}

// NOTARY-SERVER.md 9, bug 18: the stock server makes a new key here and answers 200.
TEST_F(OnNotarySigner, KeysThatItLostAreNotReplaced) {
  server::TrustServerParts parts;
  parts.keys = server::make_remote_keys(peers().signer(address_));
  TestServer server({}, std::move(parts));
  Owner owner(server, "example.com/lost");
  ASSERT_EQ(owner.init().status, 200);
  const std::string port = address_.substr(address_.rfind(':') + 1);
  peers().run("stop", "signer");
  EXPECT_EQ(server.get("/_notary_server/health").status, 503);
  EXPECT_EQ(owner.publish("v1").status, 503) << "no signer: nothing is stored";
  --owner.targets.version;
  peers().run("signer", "signer --port " + port);  // its keys were in memory
  EXPECT_NE(owner.publish("v2").status, 200) << "nobody signs the snapshot";
  // Another process on the same store knows nothing of the keys but what the signer says.
  const auto named = tuf::parse_root(tuf::Form::notary, server.file(owner.gun, "root.json"));
  const auto again = server::make_remote_keys(peers().signer(address_));
  EXPECT_FALSE(again->absence_is_certain());
  for (const auto& [id, key] : (*named)->keys)
    EXPECT_EQ(*again->find(owner.gun, RoleName::timestamp(), *key.key), nullptr);
  const std::string path = TestServer::path(owner.gun, "snapshot.key");
  EXPECT_EQ(server.get(path).status, 500) << "not another key";
  EXPECT_EQ(server.ask("POST", path).status, 200) << "a rotation is asked for";
}

}  // namespace
}  // namespace boltseal::conformance
