#include "client/export.h"

#include <gtest/gtest.h>

#include "client/test_repository.h"
#include "client/test_trust_server.h"

namespace boltseal::client {
namespace {

const Gun kRepository = *Gun::parse(test::kGun);

class ExportTest : public RepositoryTest {
 protected:
  ExportTest() {
    policy_text = R"({"format":1,"first_use":["registry.example/**"]})";
    server_url = trust.url();
    trust.serve(server);
  }
  Result<void> verify() {
    const auto env = environment();
    const auto s = BS_TRY(Session::open(*env, kRepository));
    BS_TRY(s->refresh());
    return s->keep();
  }
  Exported save() {
    const auto env = environment();
    auto saved = export_gun(*env, kRepository, folder + "/saved", {});
    EXPECT_TRUE(saved) << saved.error().what();
    return std::move(*saved);
  }

  TestTrustServer trust;
};
INSTANTIATE_TEST_SUITE_P(Notary, ExportTest, ::testing::Values(tuf::Form::notary));

TEST_P(ExportTest, SavedDataSpeaksForTheServerThatItCameFrom) {
  ASSERT_TRUE(verify());
  const Exported saved = save();
  EXPECT_EQ(saved.status, BundleStatus::verified) << saved.reason;
  EXPECT_TRUE(verify());
}

TEST_P(ExportTest, Security14_TheFolderOfABundleIsNotKeptAsThePlace) {
  store::TrustStore store(folder + "/trust", tuf::Form::notary, kRepository);
  ASSERT_TRUE(store.commit({{RoleName::root(), 1, server.newest_root()}}, {}));  // of a stock client
  EXPECT_EQ(save().status, BundleStatus::verified);
  EXPECT_EQ(store.state()->transport, trust.url());
  EXPECT_TRUE(verify());
}

TEST_P(ExportTest, Security16_WithoutAKnownRootABundleIsUnverified) {
  EXPECT_EQ(save().status, BundleStatus::unverified);
}

}  // namespace
}  // namespace boltseal::client
