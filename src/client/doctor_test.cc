#include "client/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/test_keys.h"
#include "client/test_repository.h"

namespace boltseal::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DoctorTest : public RepositoryTest {
 protected:
  /// What the doctor says of keys in several roles, once the repository is in the cache.
  std::vector<std::string> shared_keys() {
    EXPECT_TRUE(run());
    const auto env = environment();
    std::vector<std::string> texts;
    for (const Finding& finding : doctor(*env, keys.store, {})) {
      if (finding.text.find("one key") == std::string::npos) continue;
      EXPECT_EQ(finding.health, Health::warning);
      EXPECT_EQ(finding.subject, test::kGun);
      texts.push_back(finding.text);
    }
    return texts;
  }
  void delegate(const std::string& name, const test::TestKeys& with) {
    server.delegate_with(RoleName::targets(), name, {""}, with);
    server.publish({RoleName::targets(), test::role(name)});
  }

  TestKeyStore keys{folder + "/trust"};
};
INSTANTIATE_TEST_SUITE_P(Notary, DoctorTest, ::testing::Values(tuf::Form::notary));

TEST_P(DoctorTest, Security7_KeysOfOneRoleEachAreFine) { EXPECT_THAT(shared_keys(), IsEmpty()); }

TEST_P(DoctorTest, Security7_AKeyThatServesTwoRolesIsReported) {
  server.set_keys(RoleName::snapshot(), server.signers.at(RoleName::timestamp()));
  server.publish_root();
  EXPECT_THAT(shared_keys(), ElementsAre(HasSubstr("snapshot and timestamp")));
}

TEST_P(DoctorTest, Security7_ACertificateIsItsKey) {
  const test::TestKey root = server.signers.at(RoleName::root()).front();
  server.set_keys(RoleName::targets(),
                  {{root.signer, tuf::encode_key(tuf::Form::notary, root.signer->public_key())}});
  server.publish_root();
  server.publish();
  EXPECT_THAT(shared_keys(), ElementsAre(HasSubstr("root and targets")));
}

TEST_P(DoctorTest, Security7_DelegationsThatShareAKeyAreReported) {
  const test::TestKeys alice = {test::make_key(tuf::Form::notary)};
  delegate("targets/alice", alice);
  delegate("targets/releases", alice);
  EXPECT_THAT(shared_keys(), IsEmpty()) << "docker trust signer add lists a signer's key in both";
  delegate("targets/bob", alice);
  EXPECT_THAT(shared_keys(), ElementsAre(HasSubstr("targets/alice, targets/releases and targets/bob")));
}

}  // namespace
}  // namespace boltseal::client
