// Translation between the forms, and the refusal of twins that differ (SECURITY rule 2).
#include "tuf/twin.h"

#include <gtest/gtest.h>

#include "tuf/path_pattern.h"
#include "tuf/test_files.h"

namespace boltseal::tuf::testing {
namespace {

RoleName role(std::string_view name) { return *RoleName::parse_notary(name); }

TEST(TwinNames, RolesAndTargets) {
  EXPECT_EQ(tuf1_role(RoleName::targets())->str(), "targets/-base");
  EXPECT_EQ(*tuf1_role(RoleName::releases()), RoleName::releases());
  EXPECT_EQ(*notary_role(*RoleName::parse_tuf1("targets/-base")), RoleName::targets());
  EXPECT_TRUE(fails(tuf1_role(role("targets/-base")), ErrorCode::bad_role));
  EXPECT_TRUE(fails(tuf1_role(RoleName::snapshot()), ErrorCode::bad_role));
  EXPECT_TRUE(fails(notary_role(RoleName::targets()), ErrorCode::bad_role));
  EXPECT_TRUE(fails(notary_role(*RoleName::parse_tuf1("other")), ErrorCode::bad_role));
  EXPECT_EQ(tuf1_target(RoleName::targets(), "v1"), "v1");
  EXPECT_EQ(tuf1_target(RoleName::releases(), "v1"), "v1");
  EXPECT_EQ(tuf1_target(role("targets/alice"), "v1"), "by-role/alice/v1");
  EXPECT_EQ(tuf1_target(role("targets/alice/sub"), "v1"), "by-role/alice.sub/v1");
  EXPECT_EQ(*notary_target(role("targets/alice"), "by-role/alice/v1"), "v1");
  EXPECT_TRUE(fails(notary_target(role("targets/alice"), "by-role/alice.sub/v1"), ErrorCode::bad_format));
}

bool covered(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return glob_matches(p, name); });
}

TEST(TwinNames, Patterns) {
  const std::vector<std::string> all = {""}, some = {"x/", "y"}, none, odd = {"a[b"}, star = {"a*"};
  EXPECT_EQ(*tuf1_patterns(RoleName::targets(), all, 0), std::vector<std::string>{"*"});
  const auto alice = tuf1_patterns(role("targets/alice"), some, 1);
  ASSERT_TRUE(ok(alice));
  for (const char* name : {"by-role/alice/x/one", "by-role/alice/y", "by-role/alice/yes", "by-role/alice/y/z",
                           "by-role/alice.sub/x", "by-role/alice.sub.b/x/y"}) {
    EXPECT_TRUE(covered(*alice, name)) << name;
  }
  for (const char* name :
       {"x/one", "by-role/alice/z", "by-role/bob/x/one", "by-role/alice2/x/one", "by-role/alice"}) {
    EXPECT_FALSE(covered(*alice, name)) << name;
  }
  EXPECT_TRUE(tuf1_patterns(role("targets/alice"), none, 3)->empty());
  EXPECT_TRUE(fails(tuf1_patterns(role("targets/alice"), odd, 0), ErrorCode::bad_format));
  EXPECT_TRUE(fails(tuf1_patterns(role("targets/alice"), star, 0), ErrorCode::bad_format));
}

/// The captured repository and its translation.
struct Twins {
  Root notary_root, tuf1_root;
  Targets targets, releases, alice;  // Notary
  Targets top, base, releases1, alice1;

  Twins() {
    notary_root = parse_root(Form::notary, vector_file("3.root.json"))->body();
    targets = parse_targets(Form::notary, RoleName::targets(), vector_file("3.targets.json"))->body();
    // The captured prefix "y<" has no counterpart among patterns.
    for (auto& path : targets.delegations->find("targets/alice")->paths) path = path == "y<" ? "y" : path;
    releases =
        parse_targets(Form::notary, RoleName::releases(), vector_file("3.targets_releases.json"))->body();
    alice = parse_targets(Form::notary, role("targets/alice"), vector_file("3.targets_alice.json"))->body();
    const std::size_t depth = name_depth(notary());
    const std::vector<std::string> everything = {""}, of_alice = {"x/", "y"};
    tuf1_root = *to_tuf1(notary_root, vector_gun());
    top = *tuf1_top(notary_root, targets, depth);
    base = *to_tuf1(RoleName::targets(), targets, everything, depth);
    releases1 = *to_tuf1(RoleName::releases(), releases, everything, depth);
    alice1 = *to_tuf1(role("targets/alice"), alice, of_alice, depth);
  }
  RoleBodies notary() const {
    return {{"targets", &targets}, {"targets/releases", &releases}, {"targets/alice", &alice}};
  }
  RoleBodies tuf1() const {
    return {{"targets", &top},
            {"targets/-base", &base},
            {"targets/releases", &releases1},
            {"targets/alice", &alice1}};
  }
};

TEST(Twin, TranslationsAreTwins) {
  const Twins twins;
  EXPECT_TRUE(ok(compare_twins(twins.notary(), twins.tuf1())));
  EXPECT_TRUE(ok(compare_root_twins(twins.notary_root, twins.tuf1_root, twins.top)));
}

TEST(Twin, TopDelegatesInDockersOrder) {
  const Twins twins;
  EXPECT_TRUE(twins.top.targets.empty());
  std::vector<std::string> order;
  for (const DelegatedRole& delegation : twins.top.delegations->roles) {
    order.push_back(delegation.name);
    EXPECT_EQ(delegation.terminating, false);
  }
  EXPECT_EQ(order, (std::vector<std::string>{"targets/releases", "targets/-base", "targets/alice",
                                             "targets/nopaths"}));
  EXPECT_TRUE(covered(twins.top.delegations->roles[0].paths, "v1"));
  EXPECT_TRUE(twins.top.delegations->roles[3].paths.empty());
  EXPECT_TRUE(covered(twins.top.delegations->roles[2].paths, twins.alice1.targets[0].name));
  // The child keeps what its parent may sign.
  const DelegatedRole* sub = twins.alice1.delegations->find("targets/alice/sub");
  ASSERT_NE(sub, nullptr);
  EXPECT_TRUE(covered(sub->paths, "by-role/alice.sub/x/sub1"));
  EXPECT_FALSE(covered(sub->paths, "by-role/alice.sub/x/other"));
}

TEST(Twin, BodiesCanBeSignedAndReadInTuf1) {
  const Twins twins;
  for (const Targets* body : {&twins.top, &twins.base, &twins.releases1, &twins.alice1}) {
    const auto read =
        parse_targets(Form::tuf1, RoleName::targets(), assemble(Form::tuf1, write_payload(*body).wire, {}));
    ASSERT_TRUE(ok(read));
    EXPECT_EQ(write_payload(read->body()).canonical, write_payload(*body).canonical);
  }
  EXPECT_TRUE(ok(parse_root(Form::tuf1, assemble(Form::tuf1, write_payload(twins.tuf1_root).wire, {}))));
}

using Harm = void (*)(Twins&);
struct HarmCase {
  const char* name;
  Harm harm;
};
class TwinHarm : public ::testing::TestWithParam<HarmCase> {};

TEST_P(TwinHarm, IsAMismatch) {
  Twins twins;
  GetParam().harm(twins);
  const auto maps = compare_twins(twins.notary(), twins.tuf1());
  const auto roots = compare_root_twins(twins.notary_root, twins.tuf1_root, twins.top);
  EXPECT_TRUE(maps ? fails(roots, ErrorCode::twin_mismatch) : fails(maps, ErrorCode::twin_mismatch));
}

RoleKeys stranger(KeyMap& keys, Form form) {
  Key key = encode_key(form, new_key()->public_key());
  RoleKeys out;
  out.keyids = {key.id};
  keys.emplace(key.id, std::move(key));
  return out;
}

INSTANTIATE_TEST_SUITE_P(
    Each, TwinHarm,
    ::testing::Values(
        HarmCase{"digest", [](Twins& all) { (*all.base.targets[0].hashes.sha256)[0] ^= 1; }},
        HarmCase{"length", [](Twins& all) { ++all.releases1.targets[0].length; }},
        HarmCase{"name_missing", [](Twins& all) { all.base.targets.pop_back(); }},
        HarmCase{"name_missing_in_notary", [](Twins& all) { all.targets.targets.pop_back(); }},
        HarmCase{"name_bare", [](Twins& all) { all.alice1.targets[0].name = "x/one"; }},
        HarmCase{"target_in_top", [](Twins& all) { all.top.targets = all.base.targets; }},
        HarmCase{"delegation_missing", [](Twins& all) { all.top.delegations->roles.pop_back(); }},
        HarmCase{"delegation_more",
                 [](Twins& all) { all.top.delegations->roles.emplace_back().name = "targets/x"; }},
        HarmCase{"delegation_below_base", [](Twins& all) { all.base.delegations = all.top.delegations; }},
        HarmCase{"delegation_keys",
                 [](Twins& all) {
                   all.top.delegations->roles[0].keyids =
                       stranger(all.top.delegations->keys, Form::tuf1).keyids;
                 }},
        HarmCase{"delegation_threshold", [](Twins& all) { all.top.delegations->roles[0].threshold = 2; }},
        HarmCase{"nested_delegation", [](Twins& all) { all.alice1.delegations.reset(); }},
        HarmCase{"base_keys",
                 [](Twins& all) {
                   all.top.delegations->roles[1].keyids =
                       stranger(all.top.delegations->keys, Form::tuf1).keyids;
                 }},
        HarmCase{"root_keys",
                 [](Twins& all) { all.tuf1_root.root = stranger(all.tuf1_root.keys, Form::tuf1); }},
        HarmCase{"root_threshold", [](Twins& all) { all.tuf1_root.timestamp.threshold = 2; }}),
    [](const auto& one) { return one.param.name; });

TEST(Twin, RolesInOneFormOnly) {
  const Twins twins;
  auto notary = twins.notary();
  notary.erase("targets/alice");
  EXPECT_TRUE(fails(compare_twins(notary, twins.tuf1()), ErrorCode::twin_mismatch));
  auto tuf1 = twins.tuf1();
  tuf1.erase("targets/-base");
  EXPECT_TRUE(fails(compare_twins(twins.notary(), tuf1), ErrorCode::twin_mismatch));
  tuf1 = twins.tuf1();
  tuf1["other"] = &twins.base;
  EXPECT_TRUE(fails(compare_twins(twins.notary(), tuf1), ErrorCode::twin_mismatch));
}

}  // namespace
}  // namespace boltseal::tuf::testing
