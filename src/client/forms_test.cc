// SECURITY rule 2: a client keeps to the form and the transport that its policy names for a repository.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/test_repository.h"
#include "client/test_trust_server.h"
#include "client/verify.h"

namespace boltseal::client {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ClientForms : public RepositoryTest {
 protected:
  ClientForms() { policy_server(trust.url()); }
  bool notary() const { return GetParam() == tuf::Form::notary; }
  std::string own_folder() const { return notary() ? "tuf/" : "tuf1/"; }
  void policy_server(const std::string& url) {
    policy_text =
        R"({"format":1,"first_use":["registry.example/**"],"servers":[{"gun":"registry.example/**",)"
        R"("form":")" +
        std::string(notary() ? "notary" : "tuf1") + R"(","url":")" + url + "\"}]}";
  }
  policy::Verdict verify() {
    const auto env = environment();
    const auto subject = *parse_subject("registry.example/team/app:v1", std::nullopt, DefaultTag::latest);
    auto verdict = client::verify(*env, subject, {.ask_registry = false});
    EXPECT_TRUE(verdict) << verdict.error().what();
    return std::move(*verdict);
  }

  TestTrustServer trust;
  test::Simulator other{GetParam() == tuf::Form::notary ? tuf::Form::tuf1 : tuf::Form::notary};
};
INSTANTIATE_TEST_SUITE_P(Forms, ClientForms, ::testing::Values(tuf::Form::notary, tuf::Form::tuf1),
                         [](const auto& form) {
                           return form.param == tuf::Form::notary ? "Notary" : "Tuf1";
                         });

TEST_P(ClientForms, Security2_AnAbsentFormIsNoReasonToTryTheOther) {
  trust.serve(other);
  EXPECT_NE(verify().decision, policy::Decision::allow);
  EXPECT_THAT(trust.asked(), Not(IsEmpty()));
  EXPECT_THAT(trust.asked(), Each(StartsWith(own_folder())));
}

TEST_P(ClientForms, Security2_ABrokenFormIsNoReasonToTryTheOther) {
  trust.serve(other);
  trust.serve(server);
  ASSERT_EQ(verify().decision, policy::Decision::allow);
  trust.set(own_folder() + (notary() ? "" : "metadata/") + "timestamp.json", "{}");
  EXPECT_NE(verify().decision, policy::Decision::allow);
  EXPECT_THAT(trust.asked(), Each(StartsWith(own_folder())));
}

TEST_P(ClientForms, Security2_AnAbsentTransportIsNoReasonToTryAnother) {
  trust.serve(server);
  server_variable = trust.url();
  ASSERT_TRUE(Directory::open(folder + "/saved", true));
  policy_server(folder + "/saved");
  EXPECT_NE(verify().decision, policy::Decision::allow);
  EXPECT_THAT(trust.asked(), IsEmpty());
}

}  // namespace
}  // namespace boltseal::client
