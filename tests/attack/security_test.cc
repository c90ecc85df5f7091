// SECURITY rules that the trusted set answers for: 1 (GUN), 2 and 3 (facts), 6 (form), 7 (keys), 10 (clock);
// 11 is in recovery_test.cc, 13 and 16 in pins_test.cc.
#include "crypto/digest.h"
#include "tests/attack/attack.h"
#include "tuf/editor.h"

namespace boltseal::test {
namespace {

constexpr std::string_view kNeighbour = "registry.example/team/other";

/// A repository under another name with the same key pairs, as shared CI keys give it.
Simulator neighbour_of(const Simulator& repo, std::string_view gun = kNeighbour) {
  const TestKey& root = repo.signers.at(RoleName::root()).front();
  const TestKey named = repo.form == Form::notary ? certify(root.signer, gun) : root;
  Simulator other(repo.form, std::string(gun), &named);
  for (const RoleName& role_name : {RoleName::targets(), RoleName::snapshot(), RoleName::timestamp()}) {
    other.set_keys(role_name, repo.signers.at(role_name));
  }
  other.sign_root();
  other.set_target(RoleName::targets(), "v1", "content of the neighbour's v1");
  tuf::TargetFacts facts;
  facts.gun = std::string(gun);
  EXPECT_TRUE(succeeds(tuf::set_target_facts(other.file(RoleName::targets()).targets.front(), facts)));
  for (int i = 0; i < 3; ++i) other.publish();  // ahead of what the victim saw
  return other;
}

TEST_P(Attack, Security1_FilesOfANeighbourWithTheSameKeys) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  Simulator other = neighbour_of(repo);
  repo.served = other.served;
  if (tuf1()) {
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::gun_mismatch));
    EXPECT_EQ(client.refusal->role, RoleName::timestamp());
    EXPECT_EQ(client.state(), "root 1, timestamp 1, snapshot 1, targets 1");
  } else {  // the form's timestamps carry no name; the snapshot names the neighbour's root
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::hash_mismatch));
    EXPECT_EQ(client.disk.at(RoleName::targets()).find("neighbour"), std::string::npos);
  }
}

TEST_P(Attack, Security1_TheNeighboursRootToo) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  Simulator other = neighbour_of(repo);
  other.publish_root();
  repo.served = other.served;
  repo.roots = other.roots;
  EXPECT_TRUE(fails_with(client.refresh(), tuf1() ? ErrorCode::gun_mismatch : ErrorCode::root_not_trusted));
  EXPECT_EQ(client.state().substr(0, 6), "root 1");
}

TEST_P(Attack, Security1_FirstContactWithTheNeighboursRoot) {
  Simulator repo(form());
  Simulator other = neighbour_of(repo);
  repo.served = other.served;
  repo.roots = other.roots;
  Client client(repo, other.newest_root());
  EXPECT_TRUE(fails_with(client.refresh(), tuf1() ? ErrorCode::gun_mismatch : ErrorCode::root_not_trusted));
  EXPECT_TRUE(repo.requests.empty());
}

TEST_P(Attack, Security1_OneRoleOfANeighbourUnderOurSnapshot) {
  Simulator repo(form());
  Client client(repo);
  Simulator other = neighbour_of(repo);
  repo.targets = other.targets;
  repo.served[RoleName::targets()] = other.served[RoleName::targets()];
  repo.publish_online();  // with the shared online keys
  if (tuf1()) {
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::gun_mismatch));
    EXPECT_FALSE(client.disk.contains(RoleName::targets()));
  } else {
    EXPECT_TRUE(fails_with(client.look_up("v1"), ErrorCode::gun_mismatch));
  }
}

TEST_F(AttackTuf1, Security1_AFileWithoutAName) {
  for (const RoleName& victim : {RoleName::timestamp(), RoleName::snapshot(), RoleName::targets()}) {
    Simulator repo(kForm);
    if (victim == RoleName::timestamp()) repo.timestamp.gun.reset();
    if (victim == RoleName::snapshot()) repo.snapshot.gun.reset();
    if (victim == RoleName::targets()) repo.file(victim).gun.reset();
    repo.publish();
    Client client(repo);
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::gun_mismatch)) << victim.str();
    // A foreign repository need not know of names.
    client.configure = [](tuf::TrustOptions& options) { options.gun.reset(); };
    EXPECT_TRUE(succeeds(client.refresh())) << victim.str();
  }
}

TEST_F(AttackNotary, Security1_WildcardCertificates) {
  struct Case {
    const char* common_name;
    bool with_pin;
  };
  for (const Case& test : {Case{"registry.example/team/*", true}, Case{"registry.example/te*", false},
                           Case{"registry.example/team/app*", false}, Case{"*", false}}) {
    const TestKey key = make_certificate(test.common_name);
    Simulator repo(kForm, std::string(kGun), &key);
    Client client(repo);
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::root_not_trusted)) << test.common_name;
    client.configure = [](tuf::TrustOptions& options) { options.wildcard_cn = true; };
    EXPECT_EQ(client.refresh().has_value(), test.with_pin) << test.common_name;
  }
}

TEST_F(AttackNotary, Security1_CertificateNames) {
  for (const char* common_name :
       {"registry.example/team/app2", "registry.example/team", "Registry.example/team/app",
        "registry.example/team/app ", "registry.example:443/team/app"}) {
    const TestKey key = make_certificate(common_name);
    Simulator repo(kForm, std::string(kGun), &key);
    Client client(repo);
    client.configure = [](tuf::TrustOptions& options) { options.wildcard_cn = true; };
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::root_not_trusted)) << common_name;
    EXPECT_EQ(client.refusal, std::nullopt);  // no set came to be; the error says it all
  }
}

TEST_F(AttackNotary, Security1_CertificateDates) {
  const TestKey ended = make_certificate(kGun, -20 * kDay, -kDay);
  Simulator repo(kForm, std::string(kGun), &ended);
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
  EXPECT_EQ(client.refusal->root_check, tuf::RootCheck::certificates);
  // The certificate of the root before it may have ended: a new root heals the repository.
  repo.rotate(RoleName::root());
  repo.publish_root();
  EXPECT_TRUE(succeeds(client.refresh()));
  const TestKey soon = make_certificate(kGun, std::chrono::hours(20), 400 * kDay);
  Simulator near(kForm, std::string(kGun), &soon);
  Client patient(near);
  EXPECT_TRUE(succeeds(patient.refresh()));  // a day of grace for clocks
  const TestKey later = make_certificate(kGun, std::chrono::hours(30), 400 * kDay);
  Simulator far(kForm, std::string(kGun), &later);
  Client early(far);
  EXPECT_TRUE(fails_with(early.refresh(), ErrorCode::expired));
}

TEST_F(AttackNotary, Security1_ABareRootKeyIsNone) {
  Simulator repo(kForm);
  const TestKey bare = make_key(kForm);
  repo.root.root.keyids = {bare.listed.id};
  repo.root.keys.insert_or_assign(bare.listed.id, bare.listed);
  repo.signers[RoleName::root()] = {bare};
  repo.sign_root();
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::root_not_trusted));
}

TEST_F(AttackTuf1, Security2_TwinsAreFacts) {
  Simulator repo(kForm);
  Sha256 twin{};
  twin[0] = 7;
  repo.snapshot.twin = twin;
  repo.timestamp.twin = twin;
  repo.publish();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  const auto facts = client.set->facts();
  ASSERT_EQ(facts.size(), 4U);
  EXPECT_EQ(facts[1].twin, twin);
  EXPECT_EQ(facts[2].twin, twin);
}

TEST_F(AttackTuf1, Security3_PredecessorsAreFacts) {
  Simulator repo(kForm);
  const Sha256 before = crypto::sha256(repo.served.at(RoleName::targets()));
  repo.file(RoleName::targets()).based_on = before;
  repo.publish();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  EXPECT_EQ(client.set->facts().back().based_on, before);
}

TEST_P(Attack, Security6_OneCodecPerFile) {
  const Form wrong = notary() ? Form::tuf1 : Form::notary;
  Simulator repo(form());
  Simulator foreign(wrong);
  Client first_contact(repo, foreign.newest_root());
  EXPECT_TRUE(fails_with(first_contact.refresh(), ErrorCode::bad_format));
  for (const RoleName& victim : {RoleName::timestamp(), RoleName::snapshot(), RoleName::targets()}) {
    Simulator mixed(form());
    mixed.served[victim] = foreign.served[victim];
    if (victim == RoleName::targets()) mixed.publish_online();
    if (victim == RoleName::snapshot()) {
      ++mixed.timestamp.version;
      mixed.sign_timestamp();
    }
    Client client(mixed);
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format)) << victim.str();
    EXPECT_FALSE(client.disk.contains(victim));
  }
}

TEST_P(Attack, Security6_TypeAndSpecVersionToTheByte) {
  const auto with = [this](std::string_view from, std::string_view to) {
    Simulator repo(form());
    repo.before_signing[RoleName::timestamp()] = [&](std::string& text) { replace_first(text, from, to); };
    repo.sign_timestamp();
    Client client(repo);
    return client.refresh();
  };
  const std::string type = notary() ? "\"_type\":\"Timestamp\"" : "\"_type\":\"timestamp\"";
  for (const char* other : {"TIMESTAMP", "Snapshot", "snapshot", " timestamp", ""}) {
    EXPECT_TRUE(fails_with(with(type, "\"_type\":\"" + std::string(other) + "\""), ErrorCode::bad_format))
        << other;
  }
  EXPECT_TRUE(fails_with(with(type, notary() ? "\"_type\":\"timestamp\"" : "\"_type\":\"Timestamp\""),
                         ErrorCode::bad_format));
  if (notary()) {
    EXPECT_TRUE(fails_with(with("\"version\":1}", "\"spec_version\":\"1.0.31\",\"version\":1}"),
                           ErrorCode::bad_format));
  } else {
    EXPECT_TRUE(fails_with(with("\"spec_version\"", "\"spec_versio\""), ErrorCode::bad_format));
    EXPECT_TRUE(fails_with(with("\"spec_version\":\"1", "\"spec_version\":\"2"), ErrorCode::bad_format));
  }
}

TEST_F(AttackNotary, Security7_OneKeyUnderTwoCertificates) {
  Simulator repo(kForm);
  const TestKey first = repo.signers[RoleName::root()].front();
  repo.set_keys(RoleName::root(), {first, certify(first.signer, kGun)}, 2);
  ASSERT_NE(repo.signers[RoleName::root()][0].listed.id, repo.signers[RoleName::root()][1].listed.id);
  repo.publish_root();
  Client client(repo, repo.roots[1]);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  Client cold(repo);
  EXPECT_TRUE(fails_with(cold.refresh(), ErrorCode::threshold_not_met));
}

TEST_P(Attack, Security7_FactsNameEachSignerOnce) {
  Simulator repo(form());
  const TestKeys keys = {make_key(form()), make_key(form()), make_key(form())};
  repo.set_keys(RoleName::targets(), keys, 2);
  repo.publish_root();
  repo.publish();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  EXPECT_EQ(client.set->facts().back().signers.size(), 2U);
  EXPECT_EQ(client.set->facts().back().threshold, 2);
  client.configure = [](tuf::TrustOptions& options) { options.check_all_signatures = true; };
  ASSERT_TRUE(succeeds(client.refresh()));
  EXPECT_EQ(client.set->facts().back().signers.size(), 3U);
}

TEST_F(AttackTuf1, Security10_IssuedInTheFuture) {
  Simulator repo(kForm);
  Client client(repo);
  repo.timestamp.issued = sim_now() + std::chrono::minutes(5) + std::chrono::seconds(1);
  repo.publish_online();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::clock_wrong));
  EXPECT_EQ(client.state(), "root 1");
  EXPECT_EQ(client.floors.issued, std::nullopt);
  repo.timestamp.issued = sim_now() + std::chrono::minutes(5);
  repo.publish_online();
  EXPECT_TRUE(succeeds(client.refresh()));
  EXPECT_EQ(client.floors.issued, repo.timestamp.issued);
  EXPECT_EQ(client.set->facts()[1].issued, repo.timestamp.issued);
}

TEST_F(AttackTuf1, Security10_ATimestampWithoutAge) {
  Simulator repo(kForm);
  repo.timestamp.issued.reset();
  repo.publish_online();
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format));
}

TEST_F(AttackTuf1, Security10_OurClockIsBehind) {
  Simulator repo(kForm);
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  client.now = *repo.timestamp.issued - std::chrono::minutes(6);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::clock_wrong));
  EXPECT_TRUE(fails_with(client.refresh_offline(), ErrorCode::clock_wrong));
  client.now = *repo.timestamp.issued - std::chrono::minutes(4);
  EXPECT_TRUE(succeeds(client.refresh()));
}

}  // namespace
}  // namespace boltseal::test
