#include "daemon/own_ca.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "crypto/certificate.h"

namespace boltseal::daemon {
namespace {

class OwnCaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "boltseal-ca-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Result<OwnCertificate> make(Time now) {
    const auto state = Directory::open(folder_ + "/state", true);
    const auto keys = Directory::open(folder_ + "/keys", true);
    return make_own_certificate(*state, *keys, {"trust.example", "10.1.2.3"}, now, crypto::system_random());
  }
  crypto::Certificate read(const std::string& path) {
    return crypto::parse_certificates(*read_file(path, 1 << 16))->front();
  }
  std::string folder_;
  const Time now_ = *parse_rfc3339("2026-11-24T07:00:00Z");
};

TEST_F(OwnCaTest, CertificateChainsToTheCaAndEndsIn90Days) {
  const auto own = make(now_);
  ASSERT_TRUE(own) << own.error().what();
  EXPECT_TRUE(own->ca_is_new);
  const auto ca = read(own->ca_path);
  const auto server = read(own->certificate_path);
  EXPECT_TRUE(ca.is_ca());
  EXPECT_TRUE(crypto::verify_chain(server, {}, {ca}, now_, crypto::ChainPurpose::server_auth));
  EXPECT_EQ(server.not_after(), now_ + 90 * kDay);
  EXPECT_EQ(own->renew_at, now_ + 60 * kDay);
}

TEST_F(OwnCaTest, CaStaysAndTheCertificateIsMadeAnew) {
  const auto first = make(now_);
  ASSERT_TRUE(first);
  const auto ca = read(first->ca_path);
  const auto second = make(now_ + 61 * kDay);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->ca_is_new);
  EXPECT_EQ(read(second->ca_path).fingerprint(), ca.fingerprint());
  EXPECT_TRUE(crypto::verify_chain(read(second->certificate_path), {}, {ca}, now_ + 100 * kDay,
                                   crypto::ChainPurpose::server_auth));
}

TEST_F(OwnCaTest, Security24PrivateKeysAreForTheOwnerAlone) {
  ASSERT_TRUE(make(now_));
  for (const char* name : {"/keys/ca.key", "/keys/server.key"}) {
    struct stat info{};
    ASSERT_EQ(::stat((folder_ + name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/state/ca.key"));
}

TEST_F(OwnCaTest, HalfOfTheCaIsNeverReplaced) {
  ASSERT_TRUE(make(now_));
  std::filesystem::remove(folder_ + "/keys/ca.key");
  const auto refused = make(now_);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/state/ca.crt"));
}

TEST(OwnCa, HostOfListener) {
  EXPECT_EQ(host_of_listener("127.0.0.1:4443"), "127.0.0.1");
  EXPECT_EQ(host_of_listener("[::1]:4443"), "::1");
  EXPECT_EQ(host_of_listener("0.0.0.0:4443"), "");
  EXPECT_EQ(host_of_listener("[::]:4443"), "");
  EXPECT_EQ(host_of_listener("trust.example:4443"), "trust.example");
}

}  // namespace
}  // namespace boltseal::daemon
