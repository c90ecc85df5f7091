// SECURITY rules 13 and 16: pins and renames.
#include "base/encoding.h"
#include "crypto/certificate_authority.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "tests/attack/attack.h"
#include "tuf/editor.h"

namespace boltseal::test {
namespace {

TEST_P(Attack, Security13_ThePinBindsTheStart) {
  Simulator repo(form());
  const std::string first = repo.newest_root();
  repo.publish_root();
  const auto refresh = [&](const std::string& root, const tuf::RootPin& pin, tuf::RootOrigin origin) {
    Client client(repo, root);
    client.origin = origin;
    client.configure = [&](tuf::TrustOptions& options) { options.pin = pin; };
    return client.refresh();
  };
  const auto contact = tuf::RootOrigin::first_contact;
  const Sha256 hash = crypto::sha256(first);
  const KeyId key = *KeyId::parse(repo.signers[RoleName::root()].front().listed.id);
  const auto identity =
      KeyId::parse(hex_encode(repo.signers[RoleName::root()].front().listed.key->identity()));
  const KeyId wrong = *KeyId::parse(std::string(64, 'a'));
  EXPECT_TRUE(succeeds(refresh(first, {.version = 1, .sha256 = hash, .keys = {key}}, contact)));
  EXPECT_TRUE(succeeds(refresh(first, {.keys = {wrong, *identity}}, contact)));
  EXPECT_TRUE(fails_with(refresh(repo.newest_root(), {.version = 1}, contact), ErrorCode::pin_mismatch));
  EXPECT_TRUE(fails_with(refresh(repo.newest_root(), {.sha256 = hash}, contact), ErrorCode::pin_mismatch));
  EXPECT_TRUE(fails_with(refresh(first, {.keys = {wrong}}, contact), ErrorCode::pin_mismatch));
  // Once the chain left the pin, only the minimal version is compared.
  EXPECT_TRUE(succeeds(refresh(repo.newest_root(), {.version = 1, .sha256 = hash}, tuf::RootOrigin::cached)));
  EXPECT_TRUE(succeeds(refresh(first, {.minimal_version = tuf1() ? 2 : 1}, contact)));
  EXPECT_TRUE(fails_with(refresh(first, {.minimal_version = 3}, contact), ErrorCode::pin_mismatch));
}

TEST_P(Attack, Security13_UnpinnedKeysDoNotCount) {
  Simulator repo(form());
  const TestKey first = repo.signers[RoleName::root()].front();
  const TestKey second = notary() ? make_certificate(kGun) : make_key(form());
  repo.set_keys(RoleName::root(), {first, second}, 2);
  repo.publish_root();
  Client client(repo);
  client.configure = [&](tuf::TrustOptions& options) {
    options.pin = tuf::RootPin{.keys = {*KeyId::parse(first.listed.id)}};
  };
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::pin_mismatch));
  client.configure = [&](tuf::TrustOptions& options) {
    options.pin = tuf::RootPin{.keys = {*KeyId::parse(first.listed.id), *KeyId::parse(second.listed.id)}};
  };
  EXPECT_TRUE(succeeds(client.refresh()));
}

TEST_F(AttackNotary, Security13_ACaThatDidNotIssueTheCertificate) {
  Simulator repo(kForm);
  const TestKey other = make_certificate("some CA");
  Client client(repo);
  client.configure = [&](tuf::TrustOptions& options) {
    options.pin = tuf::RootPin{.ca_bundle = tuf::certificate_pem(other.listed)};
  };
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::pin_mismatch));
  client.configure = [&](tuf::TrustOptions& options) {
    options.pin = tuf::RootPin{.ca_bundle = "no certificate"};
  };
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_config));
}

TEST_F(AttackNotary, Security13_ACaThatIssuedTheCertificate) {
  const std::string name = "app.example";
  const TestKey ca_key = make_key(kForm), root_key = make_key(kForm);
  const Time from = sim_now() - kDay, until = sim_now() + 3650 * kDay;
  auto& random = crypto::system_random();
  const auto ca = crypto::make_ca(*ca_key.signer, "some CA", from, until, random);
  ASSERT_TRUE(succeeds(ca));
  const auto leaf = crypto::issue_server_certificate(*ca_key.signer, *ca, *root_key.signer->public_key(),
                                                     {.dns = {name}, .ips = {}}, from, until, random);
  ASSERT_TRUE(succeeds(leaf));
  const TestKey issued{root_key.signer, *tuf::certificate_key(leaf->pem())};
  Simulator repo(kForm, name, &issued);
  Client client(repo);
  client.configure = [&](tuf::TrustOptions& options) { options.pin = tuf::RootPin{.ca_bundle = ca->pem()}; };
  EXPECT_TRUE(succeeds(client.refresh()));

  // The same key under a certificate of its own is not the CA's word.
  const TestKey self_signed = certify(root_key.signer, name);
  Simulator other(kForm, name, &self_signed);
  Client wary(other);
  wary.configure = client.configure;
  EXPECT_TRUE(fails_with(wary.refresh(), ErrorCode::pin_mismatch));
}

TEST_P(Attack, Security16_ARenameNamesBoth) {
  constexpr std::string_view kNewName = "registry.example/new/app";
  Simulator repo(form());
  Client old_client(repo);
  ASSERT_TRUE(succeeds(old_client.refresh()));
  if (notary()) {
    TestKeys both = repo.signers[RoleName::root()];
    both.push_back(certify(both.front().signer, kNewName));
    repo.set_keys(RoleName::root(), both);
  } else {
    repo.root.gun = kNewName;
    repo.root.extras.push_back({"x-boltseal-former-guns", R"([")" + std::string(kGun) + R"("])"});
  }
  const std::string before = repo.newest_root();
  repo.publish_root();
  tuf::TargetFacts facts;
  facts.gun = std::string(kGun);
  ASSERT_TRUE(succeeds(tuf::set_target_facts(repo.file(RoleName::targets()).targets.front(), facts)));
  if (tuf1()) repo.timestamp.gun = repo.snapshot.gun = kNewName;
  repo.publish();
  EXPECT_TRUE(succeeds(old_client.look_up("v1")));
  repo.gun = kNewName;
  Client stranger(repo, before);  // the root from before does not know the new name
  EXPECT_TRUE(fails_with(stranger.refresh(), tuf1() ? ErrorCode::gun_mismatch : ErrorCode::root_not_trusted));
  Client new_client(repo, before);
  new_client.configure = [](tuf::TrustOptions& options) { options.former_guns = {*Gun::parse(kGun)}; };
  EXPECT_TRUE(succeeds(new_client.look_up("v1")));
  Client direct(repo);
  EXPECT_TRUE(succeeds(direct.look_up("v1")));
}

TEST_P(Attack, Security16_AFormerNameIsNotEnoughInTheEnd) {
  Simulator repo(form());
  repo.gun = "registry.example/new/app";
  Client client(repo);
  client.configure = [](tuf::TrustOptions& options) { options.former_guns = {*Gun::parse(kGun)}; };
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::gun_mismatch));
}

}  // namespace
}  // namespace boltseal::test
