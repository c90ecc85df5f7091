// Group G: targets roles, delegations, the search over them.
#include "base/encoding.h"
#include "crypto/digest.h"
#include "tests/attack/attack.h"
#include "tuf/path_pattern.h"

namespace boltseal::test {
namespace {

using tuf::LookupOrder;

/// What covers every tag in the form's own words.
std::vector<std::string> everything(Form form) { return {form == Form::notary ? "" : "*"}; }

const RoleName& releases() { return RoleName::releases(); }

TEST_P(Attack, G1_TargetsExpired) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.file(RoleName::targets()).expires = sim_now();
  repo.publish();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
  EXPECT_EQ(client.refusal->role, RoleName::targets());
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 2, targets 1");
}

TEST_P(Attack, G1_TargetsSignedByAnotherKey) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.signers[RoleName::targets()] = repo.signers[RoleName::snapshot()];
  repo.publish();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 2, targets 1");
}

TEST_P(Attack, G1_TargetsUnsigned) {
  Simulator repo(form());
  Client client(repo);
  repo.signers[RoleName::targets()] = {};
  repo.publish();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
}

TEST_P(Attack, G1_TargetsMissing) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.publish();
  repo.served.erase(RoleName::targets());
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::metadata_missing));
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 2, targets 1");
}

TEST_P(Attack, G2_DelegatedExpired) {
  Simulator repo = with_releases(form());
  repo.file(releases()).expires = sim_now();
  repo.publish({releases()});
  Client client(repo);
  EXPECT_TRUE(fails_with(client.look_up("v2"), ErrorCode::expired));
  EXPECT_EQ(client.state(), "root 1, timestamp 3, snapshot 3, targets 2");
}

TEST_P(Attack, G2_DelegatedWrongHash) {
  Simulator repo = with_releases(form());
  replace_first(repo.served[releases()], "\"version\":1", "\"version\":2");
  Client client(repo);
  EXPECT_TRUE(fails_with(client.look_up("v2"), ErrorCode::hash_mismatch));
  EXPECT_FALSE(client.disk.contains(releases()));
}

TEST_P(Attack, G2_DelegatedWrongLength) {
  Simulator repo = with_releases(form());
  repo.served[releases()] += "\n";
  Client client(repo);
  EXPECT_TRUE(fails_with(client.look_up("v2"), ErrorCode::length_mismatch));
}

TEST_F(AttackTuf1, G2_DelegatedWrongVersion) {
  Simulator repo = with_releases(kForm);
  for (tuf::Meta& meta : repo.snapshot.meta) {
    if (meta.name == "targets/releases") meta.version = 7;
  }
  repo.served[RoleName::snapshot()] = repo.signed_file(
      RoleName::snapshot(), tuf::write_payload(repo.snapshot), repo.signers[RoleName::snapshot()]);
  repo.sign_timestamp();
  Client client(repo);
  EXPECT_TRUE(fails_with(client.look_up("v2"), ErrorCode::version_mismatch));
}

TEST_P(Attack, G2_DelegatedUnderItsThreshold) {
  Simulator repo(form());
  const TestKeys keys = repo.delegate(RoleName::targets(), "targets/releases", everything(form()), 2, 2);
  repo.set_target(releases(), "v2", "two");
  repo.signers[releases()] = {keys[0]};
  repo.publish({RoleName::targets(), releases()});
  Client client(repo);
  EXPECT_TRUE(fails_with(client.look_up("v2"), ErrorCode::threshold_not_met));
  repo.signers[releases()] = keys;
  repo.publish({releases()});
  EXPECT_TRUE(succeeds(client.look_up("v2")));
}

TEST_P(Attack, G3_DelegationNotInTheSnapshot) {
  Simulator repo(form());
  repo.delegate(RoleName::targets(), "targets/releases", everything(form()));
  repo.publish();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  EXPECT_TRUE(fails_with(client.find("v2"), ErrorCode::target_not_found));
  EXPECT_THAT(repo.requests, testing::Not(testing::Contains("targets/releases")));
}

// Notary form: a delegation that never signed is normal; `targets` answers.
TEST_F(AttackNotary, G3_AnUnsignedReleasesLeavesTargets) {
  Simulator repo(kForm);
  repo.delegate(RoleName::targets(), "targets/releases", {""});
  repo.publish();
  Client client(repo);
  const auto found = client.look_up("v1");
  ASSERT_TRUE(succeeds(found));
  EXPECT_EQ(found->edge.role, RoleName::targets());
}

TEST_F(AttackTuf1, G4_PreOrderWithTerminatingSibling) {
  Simulator repo(kForm);
  // targets -> a (not terminating) -> a1; b (terminating) -> b1; c
  repo.delegate(RoleName::targets(), "a", {"*"});
  repo.delegate(role("a"), "a1", {"*"});
  repo.delegate(RoleName::targets(), "b", {"x*"}, 1, 1, true);
  repo.delegate(role("b"), "b1", {"x*"});
  repo.delegate(RoleName::targets(), "c", {"*"});
  repo.set_target(role("a1"), "x1", "a1");
  repo.set_target(role("b"), "x1", "b");
  repo.set_target(role("b1"), "x2", "b1");
  repo.set_target(role("c"), "x3", "c");
  repo.set_target(role("c"), "y", "c");
  repo.publish({RoleName::targets(), role("a"), role("a1"), role("b"), role("b1"), role("c")});
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.requests.clear();
  auto found = client.find("x1");
  ASSERT_TRUE(succeeds(found));
  EXPECT_EQ(found->edge.role.str(), "a1");  // the whole subtree of a before b (CVE-2024-47534)
  EXPECT_EQ(repo.requests, (std::vector<std::string>{"a", "a1"}));
  found = client.find("x2");
  ASSERT_TRUE(succeeds(found));
  EXPECT_EQ(found->edge.role.str(), "b1");
  EXPECT_TRUE(
      fails_with(client.find("x3"), ErrorCode::target_not_found));  // b ends the search (CVE-2025-2886)
  EXPECT_THAT(repo.requests, testing::Not(testing::Contains("c")));
  EXPECT_TRUE(succeeds(client.find("y")));  // b does not match y: no effect
}

TEST_F(AttackTuf1, G4_TerminatingEndsTheSearchAtEveryLevel) {
  Simulator repo(kForm);
  repo.delegate(RoleName::targets(), "a", {"*"});
  repo.delegate(role("a"), "a1", {"*"}, 1, 1, true);
  repo.delegate(RoleName::targets(), "b", {"*"});
  repo.set_target(role("b"), "x", "b");
  repo.publish({RoleName::targets(), role("a"), role("a1"), role("b")});
  Client client(repo);
  EXPECT_TRUE(fails_with(client.look_up("x"), ErrorCode::target_not_found));
}

TEST_F(AttackTuf1, G4_Cycles) {
  Simulator repo(kForm);
  const TestKeys keys = repo.delegate(RoleName::targets(), "a", {"*"});
  const TestKeys b_keys = repo.delegate(role("a"), "b", {"*"});
  repo.delegate_with(role("b"), "a", {"*"}, keys);
  repo.delegate_with(role("b"), "b", {"*"}, b_keys);
  repo.publish({RoleName::targets(), role("a"), role("b")});
  Client client(repo);
  EXPECT_TRUE(fails_with(client.look_up("x"), ErrorCode::target_not_found));
  EXPECT_TRUE(succeeds(client.list(LookupOrder::tuf1)));
}

TEST_F(AttackTuf1, G4_AtMost32DelegatedRolesAreVisited) {
  Simulator repo(kForm);
  std::vector<RoleName> all = {RoleName::targets()};
  for (int i = 0; i < 33; ++i) {
    const std::string name = "r" + std::to_string(i);
    repo.delegate(RoleName::targets(), name, {"*"});
    all.push_back(role(name));
  }
  repo.set_target(role("r31"), "x", "in the 32nd");
  repo.set_target(role("r32"), "y", "in the 33rd");
  repo.publish(all);
  Client client(repo);
  ASSERT_TRUE(succeeds(client.look_up("x")));
  EXPECT_TRUE(fails_with(client.find("y"), ErrorCode::limit_exceeded));
  EXPECT_THAT(repo.requests, testing::Not(testing::Contains("r32")));
}

TEST_F(AttackTuf1, G5_DiamondWithDifferentKeys) {
  Simulator repo(kForm);
  repo.delegate(RoleName::targets(), "a", {"1*"});
  repo.delegate(RoleName::targets(), "b", {"2*"});
  const TestKeys good = repo.delegate(role("a"), "c", {"*"});
  repo.delegate_with(role("b"), "c", {"*"}, {make_key(kForm)});  // another key, which did not sign
  repo.signers[role("c")] = good;
  repo.set_target(role("c"), "1", "one");
  repo.set_target(role("c"), "2", "two");
  repo.publish({RoleName::targets(), role("a"), role("b"), role("c")});
  Client client(repo);
  ASSERT_TRUE(succeeds(client.look_up("1")));
  EXPECT_TRUE(fails_with(client.find("2"), ErrorCode::threshold_not_met));
  ASSERT_TRUE(succeeds(client.find("1")));
}

TEST_F(AttackTuf1, G5_DiamondWithBothSignedNeedsOneRequest) {
  Simulator repo(kForm);
  repo.delegate(RoleName::targets(), "a", {"1*"});
  repo.delegate(RoleName::targets(), "b", {"2*"});
  const TestKeys first = repo.delegate(role("a"), "c", {"*"});
  const TestKey second = make_key(kForm);
  repo.delegate_with(role("b"), "c", {"*"}, {second});
  repo.signers[role("c")] = {first[0], second};
  repo.set_target(role("c"), "1", "one");
  repo.set_target(role("c"), "2", "two");
  repo.publish({RoleName::targets(), role("a"), role("b"), role("c")});
  Client client(repo);
  ASSERT_TRUE(succeeds(client.look_up("1")));
  ASSERT_TRUE(succeeds(client.find("2")));
  EXPECT_EQ(std::count(repo.requests.begin(), repo.requests.end(), "c"), 1);
}

TEST_P(Attack, G6_OutsideTheParentsPattern) {
  Simulator repo(form());
  const std::string child = notary() ? "targets/a/b" : "ab";
  const std::string parent = notary() ? "targets/a" : "a";
  repo.delegate(RoleName::targets(), parent, {notary() ? "in/" : "in/*"});
  repo.delegate(role(parent), child,
                {notary() ? "" : "*", notary() ? "in/" : "in/*", notary() ? "out/" : "out/*"});
  repo.set_target(role(child), "out/x", "out");
  repo.set_target(role(child), "in/x", "in");
  repo.set_target(role(parent), "out/y", "out");
  repo.publish({RoleName::targets(), role(parent), role(child)});
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  const LookupOrder order = notary() ? LookupOrder::notary : LookupOrder::tuf1;
  EXPECT_TRUE(succeeds(client.find("in/x", order)));
  EXPECT_TRUE(fails_with(client.find("out/x", order), ErrorCode::target_not_found));
  EXPECT_TRUE(fails_with(client.find("out/y", order), ErrorCode::target_not_found));
  const auto all = client.list(order);
  ASSERT_TRUE(succeeds(all));
  std::vector<std::string> names;
  for (const auto& listed : *all) names.push_back(listed.name);
  EXPECT_EQ(names, (std::vector<std::string>{"in/x", "v1"}));
}

TEST_F(AttackTuf1, G7_SuccinctBins) {
  Simulator repo(kForm);
  const TestKey key = make_key(kForm);
  tuf::Targets& top = repo.file(RoleName::targets());
  top.delegations.emplace();
  top.delegations->keys.insert_or_assign(key.listed.id, key.listed);
  tuf::SuccinctRoles bins;
  bins.keyids = {key.listed.id};
  bins.bit_length = 2;
  bins.name_prefix = "bin";
  top.delegations->succinct = bins;
  const std::string good = tuf::succinct_bin_name("bin", 2, crypto::sha256(std::string_view("app")));
  const std::string wrong = good == "bin-0" ? "bin-1" : "bin-0";
  std::vector<RoleName> all = {RoleName::targets()};
  for (const char* name : {"bin-0", "bin-1", "bin-2", "bin-3"}) {
    repo.targets.emplace(role(name), tuf::Targets(repo.targets.at(RoleName::targets())));
    repo.file(role(name)).delegations.reset();
    repo.file(role(name)).targets.clear();
    repo.signers[role(name)] = {key};
    all.push_back(role(name));
  }
  repo.set_target(role(good), "app", "app");
  repo.set_target(role(wrong), "app", "forged place");
  repo.publish(all);
  Client client(repo);
  const auto found = client.look_up("app");
  ASSERT_TRUE(succeeds(found));
  EXPECT_EQ(found->edge.role.str(), good);
  EXPECT_THAT(repo.requests, testing::Not(testing::Contains(wrong)));
  const auto list = client.list(LookupOrder::tuf1);
  ASSERT_TRUE(succeeds(list));
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].signed_by.size(), 1U);  // the wrong bin does not count
  const auto other = client.set->want_targets(RoleName::targets(), role("bin-4"));
  EXPECT_TRUE(fails_with(other, ErrorCode::target_not_found));
}

}  // namespace
}  // namespace boltseal::test
