// Next versions in both forms, and what their readers make of them.
#include "tuf/editor.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "tuf/test_files.h"

namespace boltseal::tuf::testing {
namespace {

const Time kNow = vector_time();
const Gun& gun() { return vector_gun(); }

Target target(std::string name, std::string_view content) {
  const Meta meta = meta_of(Form::notary, "", content, 1);
  Target out;
  out.name = std::move(name);
  out.length = *meta.length;
  out.hashes.sha256 = meta.hashes.sha256;
  return out;
}

/// Keys and a signed root of one form.
struct Repository {
  Form form;
  crypto::SoftwareKeyPtr root_key = new_key(), targets_key = new_key(),
                         online_key = new_key(crypto::KeyAlgorithm::ed25519);
  std::vector<crypto::Signer*> signers{root_key.get(), targets_key.get(), online_key.get()};
  RootRoles roles;

  explicit Repository(Form f) : form(f) {
    roles.root = {root_role_key(*root_key)};
    roles.targets = {key(*targets_key)};
    roles.snapshot = roles.timestamp = {key(*online_key)};
  }
  Key key(crypto::Signer& signer) const { return encode_key(form, signer.public_key()); }
  Key root_role_key(crypto::Signer& signer) const {
    if (form == Form::tuf1) return key(signer);
    return *make_root_certificate(signer, gun(), kNow, kNow + 100 * kDay, crypto::system_random());
  }
  Root root() const { return *new_root(form, roles, kNow + 10 * kDay, gun()); }
  RootCertificateRules rules() const { return {.gun = gun().str(), .now = kNow}; }
};

class Editor : public ::testing::TestWithParam<Form> {};

TEST_P(Editor, AWholeRepositoryFromNothing) {
  Repository repo(GetParam());
  const Root root = repo.root();
  const Authority own{root.keys, root.root};
  const auto root_file = sign(root, {{own}}, repo.signers);
  ASSERT_TRUE(ok(root_file));
  const auto trusted = ChainVerifier::root_itself(*parse_root(repo.form, root_file->bytes), repo.rules());
  ASSERT_TRUE(ok(trusted));
  EXPECT_EQ(trusted->sha256(), root_file->sha256);
  EXPECT_EQ((*trusted)->consistent_snapshot, repo.form == Form::tuf1);
  EXPECT_EQ((*trusted)->gun.has_value(), repo.form == Form::tuf1);

  Targets targets = new_targets(repo.form, kNow + kDay, gun());
  EXPECT_TRUE(set_target(targets, target("v1", "hello")));
  const auto targets_file = sign(targets, {{{root.keys, root.targets}}}, repo.signers);
  ASSERT_TRUE(ok(targets_file));
  const auto parsed = parse_targets(repo.form, RoleName::targets(), targets_file->bytes);
  ASSERT_TRUE(ok(parsed));
  EXPECT_TRUE(ok(ChainVerifier::targets(*parsed, *trusted)));

  Snapshot snapshot = new_snapshot(repo.form, kNow + kDay, gun());
  set_meta(snapshot, meta_of(repo.form, "targets", targets_file->bytes, 1));
  if (repo.form == Form::notary) set_meta(snapshot, meta_of(repo.form, "root", root_file->bytes, 1));
  if (repo.form == Form::tuf1) snapshot.twin = root_file->sha256;
  const auto snapshot_file = sign(snapshot, {{{root.keys, root.snapshot}}}, repo.signers);
  ASSERT_TRUE(ok(snapshot_file));
  EXPECT_TRUE(ok(ChainVerifier::snapshot(*parse_snapshot(repo.form, snapshot_file->bytes), *trusted)));

  Timestamp timestamp = new_timestamp(repo.form, kNow + kDay, gun());
  if (repo.form == Form::tuf1) timestamp.issued = kNow;
  set_snapshot_meta(timestamp, meta_of(repo.form, "snapshot", snapshot_file->bytes, 1));
  const auto timestamp_file = sign(timestamp, {{{root.keys, root.timestamp}}}, repo.signers);
  ASSERT_TRUE(ok(timestamp_file));
  const auto read = parse_timestamp(repo.form, timestamp_file->bytes);
  ASSERT_TRUE(ok(read));
  EXPECT_TRUE(ok(ChainVerifier::timestamp(*read, *trusted)));
  EXPECT_EQ(read->body().issued, timestamp.issued);
  EXPECT_EQ(read->body().snapshot, timestamp.snapshot);
}

TEST_P(Editor, RootRotationNeedsBothSides) {
  Repository repo(GetParam());
  const Root root = repo.root();
  const auto first = ChainVerifier::root_itself(
      *parse_root(repo.form, sign(root, {{{root.keys, root.root}}}, repo.signers)->bytes), repo.rules());
  ASSERT_TRUE(ok(first));
  const auto fresh = new_key();
  auto next = next_version(root, kNow + 20 * kDay);
  ASSERT_TRUE(ok(next));
  ASSERT_TRUE(ok(set_role_keys(*next, FileType::root, std::vector{repo.root_role_key(*fresh)}, 1)));
  EXPECT_FALSE(next->keys.contains(root.root.keyids[0]));
  const Authority authorities[] = {{root.keys, root.root}, {next->keys, next->root}};
  EXPECT_TRUE(fails(sign(*next, authorities, repo.signers), ErrorCode::key_missing));
  const auto half = sign(*next, authorities, repo.signers, {.allow_partial = true});
  ASSERT_TRUE(ok(half));
  EXPECT_TRUE(half->reports[0].met);
  EXPECT_FALSE(half->reports[1].met);
  const auto unfinished = parse_root(repo.form, half->bytes);
  EXPECT_TRUE(
      fails(ChainVerifier::next_root(*unfinished, *first, repo.rules()), ErrorCode::threshold_not_met));

  // The other side signs the same bytes elsewhere.
  crypto::Signer* others[] = {fresh.get()};
  const auto whole = cosign(*unfinished, authorities, others);
  ASSERT_TRUE(ok(whole));
  const auto file = parse_root(repo.form, whole->bytes);
  EXPECT_EQ(file->signed_source(), unfinished->signed_source());
  EXPECT_EQ(file->signatures().size(), 2u);
  EXPECT_TRUE(ok(ChainVerifier::next_root(*file, *first, repo.rules())));
  // A root of the new key alone does not follow the old one.
  const auto alone = sign(*next, {{{next->keys, next->root}}}, others);
  ASSERT_TRUE(ok(alone));
  EXPECT_TRUE(fails(ChainVerifier::next_root(*parse_root(repo.form, alone->bytes), *first, repo.rules()),
                    ErrorCode::threshold_not_met));
}

TEST_P(Editor, KeptSignaturesAreThoseThatStillVerify) {
  Repository repo(GetParam());
  const auto second = new_key();
  repo.roles.targets.push_back(repo.key(*second));
  repo.roles.targets_threshold = 2;
  const Root root = repo.root();
  const Authority authority{root.keys, root.targets};
  Targets targets = new_targets(repo.form, kNow + kDay, gun());
  crypto::Signer* one[] = {repo.targets_key.get()};
  crypto::Signer* two[] = {second.get()};
  const auto partial = sign(targets, {{authority}}, one, {.allow_partial = true});
  ASSERT_TRUE(ok(partial));
  const auto kept = parse_targets(repo.form, RoleName::targets(), partial->bytes);
  EXPECT_TRUE(ok(sign(targets, {{authority}}, two, {.allow_partial = false, .keep = kept->signatures()})));
  set_target(targets, target("v1", "x"));
  EXPECT_TRUE(fails(sign(targets, {{authority}}, two, {.allow_partial = false, .keep = kept->signatures()}),
                    ErrorCode::key_missing));
}

TEST_P(Editor, TargetsAreSortedAndReplaced) {
  Targets targets = new_targets(GetParam(), kNow, gun());
  for (const char* name : {"b", "a", "c", "B"}) EXPECT_TRUE(set_target(targets, target(name, "1")));
  EXPECT_FALSE(set_target(targets, target("a", "1")));
  EXPECT_TRUE(set_target(targets, target("a", "2")));
  std::string names;
  for (const Target& entry : targets.targets) names += entry.name;
  EXPECT_EQ(names, "Babc");
  EXPECT_TRUE(remove_target(targets, "b"));
  EXPECT_FALSE(remove_target(targets, "b"));
}

TEST_P(Editor, DelegationsWithTheirKeys) {
  Repository repo(GetParam());
  const Key a = repo.key(*new_key()), b = repo.key(*new_key());
  const RoleName alice = *parse_role(repo.form, "targets/alice"), bob = *parse_role(repo.form, "targets/bob");
  Targets targets = new_targets(repo.form, kNow, gun());
  DelegationEdit edit;
  edit.add_keys = {a, b};
  edit.add_paths = {"x/", "y"};
  ASSERT_TRUE(ok(edit_delegation(targets, RoleName::targets(), alice, edit)));
  edit.add_keys = {a};
  ASSERT_TRUE(ok(edit_delegation(targets, RoleName::targets(), bob, edit)));
  EXPECT_EQ(targets.delegations->keys.size(), 2u);
  ASSERT_TRUE(ok(move_delegation(targets, bob, 0)));
  EXPECT_EQ(targets.delegations->roles[0].name, "targets/bob");

  DelegationEdit change;
  change.remove_keys = {b.canonical_id->str()};
  change.remove_paths = {"y"};
  change.add_paths = {"z"};
  ASSERT_TRUE(ok(edit_delegation(targets, RoleName::targets(), alice, change)));
  const DelegatedRole* role = targets.delegations->find("targets/alice");
  EXPECT_EQ(role->keyids, std::vector<std::string>{a.id});
  EXPECT_EQ(role->paths, (std::vector<std::string>{"x/", "z"}));
  EXPECT_FALSE(targets.delegations->keys.contains(b.id));

  EXPECT_TRUE(purge_keys(targets, "targets/", std::vector{a.id}));
  EXPECT_FALSE(purge_keys(targets, "targets/", std::vector{a.id}));
  EXPECT_EQ(targets.delegations->find("targets/bob")->null_keyids, repo.form == Form::notary);
  EXPECT_TRUE(targets.delegations->keys.empty());
  const Root root = repo.root();
  const auto file = sign(targets, {{{root.keys, root.targets}}}, repo.signers);
  ASSERT_TRUE(ok(file));
  EXPECT_EQ(file->bytes.find("\"keyids\":null") != std::string::npos, repo.form == Form::notary);
  EXPECT_TRUE(remove_delegation(targets, alice));
  EXPECT_FALSE(remove_delegation(targets, alice));
}

TEST_P(Editor, MetaKeepsWhatItDoesNotKnow) {
  Snapshot snapshot = new_snapshot(GetParam(), kNow, gun());
  Meta meta = meta_of(GetParam(), "targets", "abc", 1);
  meta.extras = {{"x", "1"}};
  set_meta(snapshot, meta);
  set_meta(snapshot, meta_of(GetParam(), "targets", "abcd", 2));
  EXPECT_EQ(snapshot.find("targets")->length, 4);
  EXPECT_EQ(snapshot.find("targets")->extras, meta.extras);
  EXPECT_TRUE(remove_meta(snapshot, "targets"));
  if (GetParam() == Form::notary) {
    EXPECT_EQ(snapshot.find("targets"), nullptr);
  } else {
    EXPECT_TRUE(snapshot.find("targets")->removed);
  }
  EXPECT_FALSE(remove_meta(snapshot, "targets/a"));
}

TEST_P(Editor, VersionsEnd) {
  Targets targets = new_targets(GetParam(), kNow, gun());
  targets.version = limits::kMaxInteger;
  EXPECT_TRUE(fails(next_version(targets, kNow), ErrorCode::limit_exceeded));
}

TEST_P(Editor, ThresholdsThatCanNotBeMet) {
  Repository repo(GetParam());
  Root root = repo.root();
  const std::vector<Key> twice = {repo.roles.targets[0], repo.roles.targets[0]};
  EXPECT_TRUE(fails(set_role_keys(root, FileType::targets, twice, 2), ErrorCode::usage));
  EXPECT_TRUE(fails(set_role_keys(root, FileType::targets, twice, 0), ErrorCode::usage));
  EXPECT_TRUE(fails(set_role_keys(root, FileType::targets, {}, 1), ErrorCode::usage));
  const Form other = GetParam() == Form::notary ? Form::tuf1 : Form::notary;
  EXPECT_TRUE(fails(
      set_role_keys(root, FileType::targets, std::vector{encode_key(other, new_key()->public_key())}, 1),
      ErrorCode::bad_key));
}

INSTANTIATE_TEST_SUITE_P(BothForms, Editor, ::testing::Values(Form::notary, Form::tuf1),
                         [](const auto& one) { return std::string(name_of(one.param)); });

TEST(NotaryEditor, WritesAsNotaryDoes) {
  // The captured third version from the second: notary's own edits, repeated here.
  const auto before = parse_targets(Form::notary, RoleName::targets(), vector_file("2.targets.json"));
  const auto after = parse_targets(Form::notary, RoleName::targets(), vector_file("3.targets.json"));
  ASSERT_TRUE(ok(before) && ok(after));
  Targets next = *next_version(before->body(), after->body().expires);
  next.version = after->body().version;
  for (const DelegatedRole& role : after->body().delegations->roles) {
    DelegationEdit edit;
    for (const std::string& id : role.keyids) edit.add_keys.push_back(after->body().delegations->keys.at(id));
    edit.add_paths = role.paths;
    ASSERT_TRUE(ok(edit_delegation(next, RoleName::targets(), *RoleName::parse_notary(role.name), edit)));
  }
  EXPECT_EQ(write_payload(next).wire, after->signed_source());
  // And its purge, which left two roles without a key.
  const auto purged = parse_targets(Form::notary, RoleName::targets(), vector_file("4.targets.json"));
  ASSERT_TRUE(ok(purged));
  next = *next_version(next, purged->body().expires);
  EXPECT_TRUE(purge_keys(next, "targets/", after->body().delegations->find("targets/nopaths")->keyids));
  next.version = purged->body().version;
  const auto alice =
      after->body().delegations->keys.at(after->body().delegations->find("targets/nopaths")->keyids[0]);
  purge_keys(next, "targets/", std::vector{alice.canonical_id->str()});
  EXPECT_EQ(write_payload(next).wire, purged->signed_source());
}

TEST(NotaryEditor, RootKeysAreCertificates) {
  Repository repo(Form::notary);
  repo.roles.root = {repo.key(*repo.root_key)};
  EXPECT_TRUE(fails(new_root(Form::notary, repo.roles, kNow, gun()), ErrorCode::bad_key));
}

TEST(NotaryEditor, ChildrenAreDirect) {
  Targets targets = new_targets(Form::notary, kNow, gun());
  for (const char* name : {"targets/a/b", "snapshot"}) {
    EXPECT_TRUE(fails(edit_delegation(targets, RoleName::targets(), *RoleName::parse_notary(name), {}),
                      ErrorCode::bad_role));
  }
}

TEST(Tuf1Editor, PathsThatAllClientsReadAlike) {
  Targets targets = new_targets(Form::tuf1, kNow, gun());
  for (const char* path : {"a[b]", "{a,b}", "!a", "a\\*", "a b", "#a"}) {
    DelegationEdit edit;
    edit.add_paths = {path};
    EXPECT_TRUE(fails(edit_delegation(targets, RoleName::targets(), RoleName::releases(), edit),
                      ErrorCode::bad_format))
        << path;
  }
}

TEST(Tuf1Editor, OurMembersSurvive) {
  Repository repo(Form::tuf1);
  const Root root = repo.root();
  Targets targets = new_targets(Form::tuf1, kNow + kDay + std::chrono::milliseconds(5), gun());
  targets.based_on = Sha256{1, 2, 3};
  targets.notary_version = 9;
  targets.extras = {{"x-other", R"({"a":"line
break"})"}};
  const auto file = sign(targets, {{{root.keys, root.targets}}}, repo.signers);
  ASSERT_TRUE(ok(file));
  const auto read = parse_targets(Form::tuf1, RoleName::targets(), file->bytes);
  ASSERT_TRUE(ok(read));
  EXPECT_EQ(read->body().based_on, targets.based_on);
  EXPECT_EQ(read->body().gun, gun().str());
  EXPECT_EQ(read->body().notary_version, 9);
  EXPECT_EQ(read->body().extras, targets.extras);
  EXPECT_EQ(read->body().expires, kNow + kDay);
  const auto next = next_version(read->body(), kNow + 2 * kDay);
  ASSERT_TRUE(ok(next));
  EXPECT_EQ(next->version, 2);
  EXPECT_EQ(next->extras, targets.extras);
}

TEST(TargetFacts, InCustomBesideOthers) {
  Target entry = target("v1", "x");
  EXPECT_FALSE(target_facts(entry)->gun);
  entry.custom = R"({"a":[1,"<"],"boltseal":{"gun":"old","z":1}})";
  ASSERT_TRUE(ok(
      set_target_facts(entry, {.gun = "example.com/a", .media_type = "application/x+json", .source = {}})));
  EXPECT_EQ(entry.custom,
            R"({"a":[1,"<"],"boltseal":{"gun":"example.com/a","mediaType":"application/x+json","z":1}})");
  const auto facts = target_facts(entry);
  ASSERT_TRUE(ok(facts));
  EXPECT_EQ(facts->gun, "example.com/a");
  EXPECT_EQ(facts->media_type, "application/x+json");
  EXPECT_FALSE(facts->source);
  entry.custom = R"({"boltseal":{"gun":1}})";
  EXPECT_TRUE(fails(target_facts(entry), ErrorCode::bad_format));
  entry.custom = "[1]";
  EXPECT_TRUE(ok(target_facts(entry)));
  EXPECT_TRUE(fails(set_target_facts(entry, {}), ErrorCode::bad_format));
}

}  // namespace
}  // namespace boltseal::tuf::testing
