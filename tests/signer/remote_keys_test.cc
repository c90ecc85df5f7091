// The client of signers on our own door: the suite of key services, round trips, rights, and the trust server
// on it.
#include "server/remote_keys.h"

#include "server/test_repository.h"
#include "tests/signer/signers.h"
#include "tests/support/key_service_conformance.h"

namespace boltseal::conformance {
namespace {

using server::KeyService;
using server::KeyServiceCase;
using server::KeyServiceConformance;
using server::testing::Owner;
using server::testing::TestServer;

const Gun kGun = *Gun::parse("docker.io/library/app");
const Gun kOther = *Gun::parse("docker.io/library/other");

/// Keeps the signer as long as the service.
std::shared_ptr<KeyService> remote_keys() {
  auto ours = std::make_shared<OurSigner>();
  auto keys = server::make_remote_keys(peers().signer(ours->address()));
  KeyService* raw = keys.get();
  return {raw, [ours, owned = std::shared_ptr<KeyService>(std::move(keys))](KeyService*) {}};
}
}  // namespace
}  // namespace boltseal::conformance

namespace boltseal::server {
INSTANTIATE_TEST_SUITE_P(Remote, KeyServiceConformance,
                         ::testing::Values(KeyServiceCase{"OurDoor", conformance::remote_keys}),
                         [](const auto& kind) { return kind.param.name; });
}  // namespace boltseal::server

namespace boltseal::conformance {
namespace {

server::TrustServerParts parts_on(const std::string& address) {
  server::TrustServerParts parts;
  parts.keys = server::make_remote_keys(peers().signer(address));
  return parts;
}

// The peer takes two round trips for each signature (NOTARY-SERVER.md 6).
TEST(RemoteKeys, OneRoundTripForASignature) {
  OurSigner ours;
  TestServer server({}, parts_on(ours.address()));
  Owner owner(server, "docker.io/library/app");
  ASSERT_EQ(owner.init().status, 200);
  const auto before = ours.calls("Sign");
  ASSERT_EQ(owner.publish("v1").status, 200);
  EXPECT_EQ(ours.calls("Sign") - before, 2u) << "snapshot and timestamp";
  EXPECT_EQ(ours.calls("GetKeyInfo"), 0u) << "what it has made it knows";
  EXPECT_EQ(ours.calls("CreateKey"), 2u);
  EXPECT_EQ(ours.connections(), 1u) << "kept";
  EXPECT_EQ(server.get("/_notary_server/health").status, 200);
}

TEST(RemoteKeys, KeysOfAnEarlierProcessAreAskedForOnce) {
  OurSigner ours;
  auto first = server::make_remote_keys(peers().signer(ours.address()));
  const auto key = *first->create(kGun, RoleName::timestamp());
  auto second = server::make_remote_keys(peers().signer(ours.address()));
  for (int i = 0; i < 3; ++i) EXPECT_NE(*second->find(kGun, RoleName::timestamp(), *key), nullptr);
  EXPECT_EQ(ours.calls("GetKeyInfo"), 1u);
  EXPECT_EQ(*second->find(kOther, RoleName::timestamp(), *key), nullptr);
  EXPECT_EQ(*second->find(kGun, RoleName::snapshot(), *key), nullptr);
}

TEST(RemoteKeys, AKeyThatIsGoneIsForgotten) {
  OurSigner ours;
  auto keys = server::make_remote_keys(peers().signer(ours.address()));
  const auto key = *keys->create(kGun, RoleName::timestamp());
  const auto holder = *keys->find(kGun, RoleName::timestamp(), *key);
  ASSERT_TRUE(ours.vault().retire(kGun));
  const auto signature = holder->sign_text(crypto::Scheme::ecdsa_raw_sha256, "{}");
  ASSERT_FALSE(signature);
  EXPECT_EQ(signature.error().code(), ErrorCode::key_missing);
  EXPECT_EQ(*keys->find(kGun, RoleName::timestamp(), *key), nullptr) << "asked again";
}

TEST(RemoteKeys, TheSignersRefusalsAreTold) {
  OurSigner ours(
      {.clients = {
           {"CN=notaryserver,O=Boltseal tests", {*policy::GunPattern::parse("docker.io/library/*")}, true}}});
  auto keys = server::make_remote_keys(peers().signer(ours.address()));
  const auto key = *keys->create(kGun, RoleName::timestamp());
  const auto holder = *keys->find(kGun, RoleName::timestamp(), *key);
  EXPECT_EQ(holder->sign_text(crypto::Scheme::ecdsa_raw_sha256, "anything").error().code(),
            ErrorCode::bad_format);
  EXPECT_EQ(holder->sign_text(crypto::Scheme::ed25519, "anything").error().code(), ErrorCode::bad_key);
  EXPECT_EQ(keys->create(*Gun::parse("example.com/app"), RoleName::timestamp()).error().code(),
            ErrorCode::forbidden);
  EXPECT_EQ(keys->create(kGun, RoleName::targets()).error().code(), ErrorCode::bad_format);
}

TEST(RemoteKeys, WithoutAClientCertificateThereIsNoConnection) {
  OurSigner ours;
  auto options = peers().client(ours.address());
  options.client_certificate.clear();
  options.client_key.clear();
  const auto refused = (*keys::RemoteSigner::make(options))->check();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::tls_failed) << refused.error().what();
  options = peers().client(ours.address());
  options.ca_file = peers().ca("client.crt");
  EXPECT_EQ((*keys::RemoteSigner::make(options))->check().error().code(), ErrorCode::tls_failed);
}

TEST(RemoteKeys, ASignerThatIsAwayIsNoMissingKey) {
  std::string address;
  crypto::PublicKeyPtr key;
  {
    OurSigner ours;
    address = ours.address();
    key = *server::make_remote_keys(peers().signer(address))->create(kGun, RoleName::timestamp());
  }
  auto options = peers().client(address);
  options.attempts = 2;
  auto keys = server::make_remote_keys(std::move(*keys::RemoteSigner::make(options)));
  EXPECT_EQ(keys->find(kGun, RoleName::timestamp(), *key).error().code(), ErrorCode::unreachable);
  EXPECT_EQ(keys->check().error().code(), ErrorCode::unreachable);
  EXPECT_EQ(keys->create(kGun, RoleName::timestamp()).error().code(), ErrorCode::unreachable);
}

TEST(RemoteKeys, AddressesAreChecked) {
  for (const char* bad : {"", "host:port", "a b:1", "host:7899/path", "host:70000"}) {
    const auto signer = keys::RemoteSigner::make({.address = bad});
    ASSERT_FALSE(signer) << bad;
    EXPECT_EQ(signer.error().code(), ErrorCode::bad_config);
  }
}

}  // namespace
}  // namespace boltseal::conformance
