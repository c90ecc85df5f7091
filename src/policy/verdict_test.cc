#include "policy/verdict.h"

#include <gtest/gtest.h>

namespace boltseal::policy {
namespace {

const Time kNow = *parse_rfc3339("2026-11-24T12:00:00Z");
const Digest kSigned = *Digest::parse("sha256:" + std::string(64, 'a'));
const Digest kOther = *Digest::parse("sha256:" + std::string(64, 'b'));

Evidence good() {
  const Gun gun = *Gun::parse("r.io/team/app");
  TrustEvidence trust{.gun = gun};
  trust.target = SignedTarget{.name = "v1", .digest = kSigned, .length = 527, .role = RoleName::targets()};
  trust.pinned = true;
  trust.roles.push_back({.role = RoleName::timestamp(), .version = 3, .expires = kNow + 10 * kDay});
  return {.reference = "r.io/team/app:v1", .gun = gun, .trust = std::move(trust)};
}
Verdict judge(Evidence e, const Policy& policy = {}, bool yes = false) {
  return decide(std::move(e), policy, kNow, yes);
}

TEST(Verdict, PlainAllow) {
  Evidence e = good();
  e.registry = {.asked = RegistryEvidence::Asked::yes, .digest = kSigned};
  const Verdict v = judge(std::move(e));
  EXPECT_EQ(v.decision, Decision::allow);
  EXPECT_EQ(v.exit_status(), 0);
  EXPECT_TRUE(v.reasons.empty());
}

TEST(Verdict, MovedTagIsDenied) {
  Evidence e = good();
  e.registry = {.asked = RegistryEvidence::Asked::yes, .digest = kOther};
  const Verdict v = judge(std::move(e));
  EXPECT_EQ(v.decision, Decision::deny);
  EXPECT_EQ(v.reasons.front().code, ErrorCode::digest_differs);
  EXPECT_EQ(v.exit_status(), 3);
}

TEST(Verdict, ARegistryThatDoesNotAnswerIsUnknown) {
  Evidence e = good();
  e.registry = {.asked = RegistryEvidence::Asked::yes, .error = Error(ErrorCode::unreachable, "no route")};
  const Verdict v = judge(std::move(e));
  EXPECT_EQ(v.decision, Decision::unknown);
  EXPECT_EQ(v.exit_status(), 7);
}

TEST(Verdict, UnsignedTagIsDenied) {
  Evidence e = good();
  e.trust->target.reset();
  EXPECT_EQ(judge(std::move(e)).exit_status(), 5);
}

TEST(Verdict, DenialOutweighsDoubt) {
  Evidence e = good();
  e.trust->first_use = true;
  e.registry = {.asked = RegistryEvidence::Asked::yes, .digest = kOther};
  const Verdict v = judge(std::move(e));
  EXPECT_EQ(v.decision, Decision::deny);
  EXPECT_EQ(v.reasons.size(), 2u);
  EXPECT_EQ(v.reasons.front().code, ErrorCode::digest_differs);
}

TEST(Verdict, TrustErrorsKeepTheirClass) {
  for (const auto& [code, decision] : {std::pair{ErrorCode::rollback, Decision::deny},
                                       {ErrorCode::threshold_not_met, Decision::deny},
                                       {ErrorCode::expired, Decision::unknown},
                                       {ErrorCode::unreachable, Decision::unknown},
                                       {ErrorCode::unauthorized, Decision::unknown},
                                       {ErrorCode::no_trust_data, Decision::deny}}) {
    Evidence e = good();
    e.trust.reset();
    e.trust_error = Error(code, "x");
    const Verdict v = judge(std::move(e));
    EXPECT_EQ(v.decision, decision) << name_of(code);
    EXPECT_EQ(v.exit_status(), boltseal::exit_status(code));
  }
}

TEST(Security14, AMoveThatThePolicyNamesIsNoted) {
  Evidence e = good();
  e.trust->transport = "https://new.example";
  e.trust->moved_from = "https://old.example";
  const Verdict v = judge(e);
  EXPECT_EQ(v.decision, Decision::allow);
  ASSERT_EQ(v.notes.size(), 1u);
  EXPECT_NE(v.notes.front().find("https://new.example"), std::string::npos);
  EXPECT_NE(v.notes.front().find("https://old.example"), std::string::npos);
}

TEST(Security14, FirstUseNeedsPolicyOrPerson) {
  Evidence e = good();
  e.trust->first_use = true;
  EXPECT_EQ(judge(e).exit_status(), 11);
  EXPECT_EQ(judge(e).decision, Decision::unknown);
  EXPECT_EQ(judge(e, {}, true).exit_status(), 0);
  EXPECT_FALSE(judge(e, {}, true).notes.empty());
  const Policy allows({}, *parse_policy(R"({"format":1,"first_use":["r.io/**"]})", "p"));
  EXPECT_EQ(judge(e, allows).decision, Decision::allow);
  EXPECT_FALSE(judge(e, allows).notes.empty());
}

TEST(Security10, TimestampsHaveAnAge) {
  Evidence e = good();
  e.trust->roles[0].issued = kNow - 15 * kDay;
  EXPECT_EQ(judge(e).reasons.front().code, ErrorCode::not_fresh);
  e.trust->roles[0].issued = kNow - 13 * kDay;
  EXPECT_EQ(judge(e).decision, Decision::allow);
  e.trust->roles[0].expires = kNow + 31 * kDay;
  EXPECT_EQ(judge(e).reasons.front().code, ErrorCode::not_fresh);
}

TEST(Verdict, OfflineIsSaidAndCanBeRefused) {
  Evidence e = good();
  e.trust->online = false;
  EXPECT_EQ(judge(e).decision, Decision::allow);
  EXPECT_EQ(judge(e).notes.size(), 1u);
  const Policy strict({}, *parse_policy(R"({"format":1,"freshness":{"require_online":true}})", "p"));
  EXPECT_EQ(judge(e, strict).exit_status(), 4);
}

TEST(Security17, WithTagAndDigestTheTagMustYieldIt) {
  Evidence e = good();
  e.asked_digest = kOther;
  EXPECT_EQ(judge(e).decision, Decision::deny);
  e.asked_digest = kSigned;
  EXPECT_EQ(judge(e).decision, Decision::allow);
}

TEST(Security5, SignedMediaTypeIsComparedWhenPresent) {
  Evidence e = good();
  e.trust->target->media_type = "application/vnd.oci.image.index.v1+json";
  e.registry = {.asked = RegistryEvidence::Asked::yes,
                .digest = kSigned,
                .media_type = "application/vnd.oci.image.manifest.v1+json"};
  EXPECT_EQ(judge(e).reasons.front().code, ErrorCode::media_type_differs);
}

}  // namespace
}  // namespace boltseal::policy
