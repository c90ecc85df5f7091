// Files captured from notary 0.7.0: read, verified down the chain, and written again to the byte.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "tuf/test_files.h"

namespace boltseal::tuf::testing {
namespace {

template <typename T>
void expect_same_bytes(const Unverified<T>& file) {
  const Payload payload = write_payload(file.body());
  EXPECT_EQ(payload.canonical, file.signed_bytes());
  EXPECT_EQ(payload.wire, file.signed_source());
  EXPECT_EQ(assemble(Form::notary, payload.wire, file.signatures()), file.bytes());
}

struct Step {
  std::string number;
  std::vector<std::string> delegations;
};

class Vectors : public ::testing::TestWithParam<Step> {};

TEST_P(Vectors, VerifyAndWriteAgain) {
  const std::string step = GetParam().number + ".";
  const auto root = parse_root(Form::notary, vector_file(step + "root.json"));
  ASSERT_TRUE(ok(root));
  expect_same_bytes(*root);
  const auto trusted = ChainVerifier::root_itself(*root, certificate_rules());
  ASSERT_TRUE(ok(trusted));

  const auto targets = parse_targets(Form::notary, RoleName::targets(), vector_file(step + "targets.json"));
  ASSERT_TRUE(ok(targets));
  expect_same_bytes(*targets);
  const auto trusted_targets = ChainVerifier::targets(*targets, *trusted);
  ASSERT_TRUE(ok(trusted_targets));

  const auto snapshot = parse_snapshot(Form::notary, vector_file(step + "snapshot.json"));
  ASSERT_TRUE(ok(snapshot));
  expect_same_bytes(*snapshot);
  EXPECT_TRUE(ok(ChainVerifier::snapshot(*snapshot, *trusted)));
  EXPECT_EQ(snapshot->body().find("root")->hashes, meta_of(Form::notary, "root", root->bytes(), 1).hashes);
  EXPECT_EQ(*snapshot->body().find("targets"), meta_of(Form::notary, "targets", targets->bytes(), 1));

  const auto timestamp = parse_timestamp(Form::notary, vector_file(step + "timestamp.json"));
  ASSERT_TRUE(ok(timestamp));
  expect_same_bytes(*timestamp);
  EXPECT_TRUE(ok(ChainVerifier::timestamp(*timestamp, *trusted)));
  EXPECT_EQ(timestamp->body().snapshot, meta_of(Form::notary, "snapshot", snapshot->bytes(), 1));

  for (const std::string& name : GetParam().delegations) {
    std::string file = step + name + ".json";
    std::replace(file.begin(), file.end(), '/', '_');
    const RoleName role = *RoleName::parse_notary(name);
    const auto delegated = parse_targets(Form::notary, role, vector_file(file));
    ASSERT_TRUE(ok(delegated)) << name;
    expect_same_bytes(*delegated);
    EXPECT_TRUE(ok(ChainVerifier::delegated(*delegated, role, *trusted_targets))) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Captured, Vectors,
                         ::testing::Values(Step{"1", {}}, Step{"2", {}},
                                           Step{"3", {"targets/releases", "targets/alice"}}, Step{"4", {}}),
                         [](const auto& one) { return "Step" + one.param.number; });

TEST(VectorRoots, EachFollowsItsPredecessor) {
  auto previous = ChainVerifier::root_itself(*parse_root(Form::notary, vector_file("4.root.1.json")),
                                             certificate_rules());
  ASSERT_TRUE(ok(previous));
  for (const char* name : {"4.root.2.json", "4.root.3.json", "4.root.4.json"}) {
    const auto file = parse_root(Form::notary, vector_file(name));
    ASSERT_TRUE(ok(file));
    expect_same_bytes(*file);
    auto next = ChainVerifier::next_root(*file, *previous, certificate_rules());
    ASSERT_TRUE(ok(next)) << name;
    EXPECT_EQ((*next)->version, (*previous)->version + 1);
    previous = std::move(next);
  }
  EXPECT_EQ(previous->bytes(), vector_file("4.root.json"));
}

TEST(VectorRoots, ALeapOverTheRotationIsRefused) {
  const auto first = ChainVerifier::root_itself(*parse_root(Form::notary, vector_file("4.root.1.json")),
                                                certificate_rules());
  ASSERT_TRUE(ok(first));
  const auto last = parse_root(Form::notary, vector_file("4.root.4.json"));
  EXPECT_TRUE(
      fails(ChainVerifier::next_root(*last, *first, certificate_rules()), ErrorCode::threshold_not_met));
}

TEST(VectorRoots, CertificateRules) {
  const auto root = parse_root(Form::notary, vector_file("1.root.json"));
  ASSERT_TRUE(ok(root));
  RootCertificateRules rules = certificate_rules();
  const auto check = [&] { return ChainVerifier::root_itself(*root, rules); };
  EXPECT_TRUE(ok(check()));
  rules.gun = "example.com/vectors/app2";
  EXPECT_TRUE(fails(check(), ErrorCode::root_not_trusted));
  rules.gun = "example.com/vectors";
  EXPECT_TRUE(fails(check(), ErrorCode::root_not_trusted));
  rules = certificate_rules();
  rules.now = *parse_rfc3339("2037-01-01T00:00:00Z");
  EXPECT_TRUE(fails(check(), ErrorCode::root_not_trusted));
  rules.now = *parse_rfc3339("2026-11-23T12:00:00Z");  // within the day of grace
  EXPECT_TRUE(ok(check()));
  rules.now = *parse_rfc3339("2026-11-20T00:00:00Z");
  EXPECT_TRUE(fails(check(), ErrorCode::root_not_trusted));
  rules.now.reset();
  EXPECT_TRUE(ok(check()));
}

TEST(VectorTargets, Content) {
  const auto file = parse_targets(Form::notary, RoleName::targets(), vector_file("2.targets.json"));
  ASSERT_TRUE(ok(file));
  const Targets& targets = file->body();
  ASSERT_EQ(targets.targets.size(), 5u);
  const Target* odd = targets.find("a<b>&c");
  ASSERT_NE(odd, nullptr);
  EXPECT_EQ(odd->length, 5);
  EXPECT_EQ(odd->hashes.sha256, crypto::sha256("hello"));
  EXPECT_EQ(odd->hashes.sha512, crypto::sha512("hello"));
  EXPECT_FALSE(targets.find("sha256only")->hashes.sha512);
  EXPECT_NE(targets.find("\xC3\xA9t\xC3\xA9-\xE6\xA0\x87\xE7\xAD\xBE"), nullptr);
  EXPECT_EQ(targets.find("v2")->custom, R"({"a":1,"b":{"c":[true,null,"x"]}})");
  EXPECT_EQ(targets.find("v3"), nullptr);
}

TEST(VectorTargets, PurgedKeysStayNull) {
  const auto file = parse_targets(Form::notary, RoleName::targets(), vector_file("4.targets.json"));
  ASSERT_TRUE(ok(file));
  const DelegatedRole* role = file->body().delegations->find("targets/nopaths");
  ASSERT_NE(role, nullptr);
  EXPECT_TRUE(role->null_keyids);
  EXPECT_TRUE(role->keyids.empty());
  EXPECT_FALSE(role->has_paths);
}

TEST(VectorTargets, OnlyDirectChildren) {
  const auto name = *RoleName::parse_notary("targets/bob");
  EXPECT_TRUE(fails(parse_targets(Form::notary, name, vector_file("3.targets.json")), ErrorCode::bad_format));
  EXPECT_TRUE(fails(parse_targets(Form::notary, RoleName::snapshot(), vector_file("3.targets.json")),
                    ErrorCode::bad_role));
}

TEST(VectorKeys, ServerKey) {
  for (const char* name : {"4.timestamp.key", "4.snapshot.key"}) {
    const std::string text = vector_file(name);
    const auto key = parse_key(Form::notary, text);
    ASSERT_TRUE(ok(key));
    ASSERT_TRUE(key->can_verify());
    EXPECT_EQ(server_key_json(*key->key), text);
  }
}

TEST(VectorKeys, CertificatesAndTheirPlainIds) {
  const auto file = parse_root(Form::notary, vector_file("1.root.json"));
  ASSERT_TRUE(ok(file));
  const Key& key = file->body().keys.at(file->body().root.keyids.at(0));
  EXPECT_EQ(key.keytype, "ecdsa-x509");
  ASSERT_TRUE(key.certificate);
  EXPECT_EQ(key.certificate->common_name, vector_gun().str());
  EXPECT_TRUE(key.certificate->well_formed);
  EXPECT_FALSE(key.certificate->sha1_signed);
  EXPECT_EQ(key.canonical_id, canonical_key_id(*key.key));
  EXPECT_NE(key.canonical_id->str(), key.id);
  EXPECT_EQ(encode_key(Form::notary, key.key).id, key.canonical_id->str());
  const auto again = certificate_key(certificate_pem(key));
  ASSERT_TRUE(ok(again));
  EXPECT_EQ(*again, key);
}

}  // namespace
}  // namespace boltseal::tuf::testing
