#include "client/sign.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "client/test_keys.h"
#include "client/test_repository.h"
#include "client/test_trust_server.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

using boltseal::testing::TestAnswer;
using boltseal::testing::TestHttpServer;
using boltseal::testing::TestRequest;

const Gun kRepository = *Gun::parse(test::kGun);

/// An owner who holds the targets key of a repository at a trust server.
class SignTest : public RepositoryTest {
 protected:
  SignTest() {
    policy_text = R"({"format":1,"first_use":["registry.example/**"]})";
    server_url = trust.url();
    trust.serve(server);
    EXPECT_TRUE(
        keys.store.add(server.signers.at(RoleName::targets()).front().signer, "targets", kRepository));
  }
  Result<Published> sign(const std::string& tag, DigestSource source = DigestSource::producer) {
    const Image image{.digest = crypto::digest_of(tag), .size = 7, .source = source};
    const auto env = environment();
    return client::sign(*env, keys.store, kRepository, tag, image, {});
  }
  /// What the last publish says of a tag.
  tuf::TargetFacts signed_facts(const std::string& tag) const {
    const auto targets =
        tuf::parse_targets(tuf::Form::notary, RoleName::targets(), trust.published().back().at("targets"));
    EXPECT_TRUE(targets);
    return *tuf::target_facts(*(*targets)->find(tag));
  }

  TestTrustServer trust;
  TestKeyStore keys{folder + "/trust"};
};
INSTANTIATE_TEST_SUITE_P(Notary, SignTest, ::testing::Values(tuf::Form::notary));

TEST_P(SignTest, Security4_ADigestFromTheRegistryIsRecorded) {
  ASSERT_TRUE(sign("v2", DigestSource::resolved_tag));
  EXPECT_EQ(signed_facts("v2").source, "resolve-tag");
  ASSERT_TRUE(sign("v3", DigestSource::producer));
  EXPECT_EQ(signed_facts("v3").source, std::nullopt);
}

TEST_P(SignTest, Security8_NothingIsSignedBelowTheFloor) {
  test::Simulator old = server;
  server.publish();
  trust.serve(server);
  ASSERT_TRUE(sign("v2"));
  ASSERT_EQ(std::filesystem::remove_all(folder + "/trust/tuf/" + std::string(test::kGun) +
                                        "/metadata/timestamp.json"),
            1u);
  ASSERT_EQ(std::filesystem::remove_all(folder + "/trust/tuf/" + std::string(test::kGun) +
                                        "/metadata/snapshot.json"),
            1u);
  trust.serve(old);
  EXPECT_EQ(sign("v3").error().code(), ErrorCode::rollback);
  EXPECT_EQ(trust.published().size(), 1u);
}

TEST_P(SignTest, Security8_NothingIsSignedOverAnExpiredTimestamp) {
  clock.advance(15 * kDay);
  EXPECT_EQ(sign("v2").error().code(), ErrorCode::expired);
  EXPECT_TRUE(trust.published().empty());
}

TEST_P(SignTest, Security8_NothingIsSignedOverTheCacheAlone) {
  ASSERT_TRUE(sign("v2"));
  trust.fail_with(503);
  EXPECT_EQ(sign("v3").error().code(), ErrorCode::unreachable);
  EXPECT_EQ(trust.published().size(), 1u);
}

TEST_P(SignTest, Security14_NothingIsPublishedToAnotherPlace) {
  ASSERT_TRUE(sign("v2"));
  TestTrustServer elsewhere;
  elsewhere.serve(server);
  server_url = elsewhere.url();
  EXPECT_EQ(sign("v3").error().code(), ErrorCode::pin_mismatch);
  EXPECT_TRUE(elsewhere.asked().empty());
}

/// A registry that names the digest asked for, whatever bytes it sends.
TEST_P(SignTest, Security4_BytesAreHashedHere) {
  const std::string index =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
  const Digest other = crypto::digest_of("something else");
  std::string claimed;
  TestHttpServer registry([&](const TestRequest&) -> TestAnswer {
    TestAnswer answer{.body = index,
                      .headers = {{"Content-Type", "application/vnd.oci.image.index.v1+json"}}};
    if (!claimed.empty()) answer.headers.emplace_back("Docker-Content-Digest", claimed);
    return answer;
  });
  const auto env = environment();
  const auto reference = *registry::Reference::parse(registry.authority() + "/team/app:v1");
  for (const std::string& claim : {std::string(), other.str()}) {
    claimed = claim;
    const auto resolved = image_of_tag(*env, reference, {});
    ASSERT_TRUE(resolved) << resolved.error().what();
    EXPECT_EQ(resolved->image.digest, crypto::digest_of(index));
    EXPECT_EQ(resolved->image.source, DigestSource::resolved_tag);
  }
  EXPECT_EQ(image_of_digest(*env, reference, other, {}).error().code(), ErrorCode::digest_differs);
}

}  // namespace
}  // namespace boltseal::client
