// htpasswd files, passwords, client certificates.
#include "server/auth/basic_auth.h"

#include <crypt.h>
#include <gmock/gmock.h>

#include "crypto/certificate_authority.h"
#include "server/auth/client_certificates.h"
#include "server/auth/test_tokens.h"

namespace boltseal::server {
namespace {

using testing::Folder;
using ::testing::HasSubstr;
using testing::kNow;

/// An entry of the least cost.
std::string entry(const std::string& user, const std::string& password) {
  crypt_data work{};
  return user + ":" + crypt_r(password.c_str(), "$2y$04$abcdefghijklmnopqrstuu", &work) + "\n";
}
std::string encoded(const std::string& text) { return base64_encode(as_bytes(text)); }

TEST(HtpasswdFile, Good) {
  const auto file = Htpasswd::parse("# users\n\n" + entry("alice", "a:b c") + entry("j\u00fcrgen", "x") +
                                    "\r\n" + "last:$2b$05$" + std::string(53, 'a'));
  ASSERT_TRUE(file) << file.error().what();
  EXPECT_EQ(file->size(), 3u);
  EXPECT_TRUE(file->verify("alice", "a:b c"));
  EXPECT_FALSE(file->verify("alice", "a:b "));
  EXPECT_FALSE(file->verify("alice", ""));
  EXPECT_FALSE(file->verify("alice", std::string("a:b c\0", 6)));  // C's strings end there
  EXPECT_FALSE(file->verify("alice", std::string(300, 'a')));
  EXPECT_FALSE(file->verify("Alice", "a:b c"));
  EXPECT_FALSE(file->verify("nobody", "a:b c"));
  EXPECT_FALSE(file->verify("nobody", ""));
  EXPECT_TRUE(file->verify("j\u00fcrgen", "x"));
}

TEST(HtpasswdFile, Refused) {
  const std::string hash = std::string(53, 'a');
  for (const std::string& bad :
       {std::string(), std::string("# nobody"), std::string("alice"), ":$2y$05$" + hash,
        std::string("alice:secret"), std::string("alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="),
        std::string("alice:$apr1$x$y"), std::string("alice:$6$salt$") + hash, "alice:$2x$05$" + hash,
        "alice:$2y$03$" + hash, "alice:$2y$16$" + hash, "alice:$2y$31$" + hash, "alice:$2y$05$" + hash + "a",
        "alice:$2y$05$" + hash.substr(1), "alice:$2y$05$" + hash.substr(1) + " ", "al\x01ice:$2y$05$" + hash,
        "al\xff:$2y$05$" + hash, entry("alice", "a") + entry("alice", "b"),
        std::string(300, 'u') + ":$2y$05$" + hash}) {
    EXPECT_FALSE(Htpasswd::parse(bad)) << bad;
  }
  EXPECT_THAT(Htpasswd::parse("\nalice:x").error().what(), HasSubstr("line 2"));
}

class BasicTest : public ::testing::Test {
 protected:
  BasicTest() {
    BasicAuthOptions options;
    options.htpasswd =
        folder_.write("htpasswd", entry("alice", "pw") + entry("root", "pw") + entry("ci", "pw"));
    options.admins = {"root"};
    options.scopes = {{"ci", {"repository:team/*:pull"}}};
    auth_ = std::make_unique<BasicAuth>(options, clock_);
    EXPECT_TRUE(auth_->load());
  }
  FixedClock clock_{Time(std::chrono::seconds(kNow))};
  Folder folder_;
  std::unique_ptr<BasicAuth> auth_;
};

TEST_F(BasicTest, RightsOfUsers) {
  const auto may = [&](const std::string& user, Need need) {
    const auto identity = auth_->verify(encoded(user + ":pw"));
    EXPECT_TRUE(identity);
    return identity && allows(**identity, need);
  };
  const Need push{Need::Kind::access, kRepository, "any/thing", kPush | kPull};
  const Need remove{Need::Kind::access, kRepository, "any/thing", kAll};
  const Need catalog{Need::Kind::access, kRegistry, kCatalog, kAll};
  EXPECT_TRUE(may("alice", push));
  EXPECT_FALSE(may("alice", remove));
  EXPECT_FALSE(may("alice", catalog));
  EXPECT_TRUE(may("root", remove));
  EXPECT_TRUE(may("root", catalog));
  EXPECT_TRUE(may("ci", pull_of("team/a")));
  EXPECT_FALSE(may("ci", pull_of("any/thing")));
}

TEST_F(BasicTest, IsKnownForAMinute) {
  const std::string good = encoded("alice:pw");
  EXPECT_EQ(auth_->known(good), nullptr);
  ASSERT_TRUE(auth_->verify(good));
  EXPECT_NE(auth_->known(good), nullptr);
  EXPECT_EQ(auth_->known(encoded("alice:pw2")), nullptr);
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(auth_->known(good), nullptr);

  ASSERT_TRUE(auth_->verify(good));
  folder_.write("htpasswd", entry("alice", "other"));
  auth_->look();
  EXPECT_EQ(auth_->known(good), nullptr);
  EXPECT_FALSE(auth_->verify(good));
  EXPECT_TRUE(auth_->verify(encoded("alice:other")));
  folder_.write("htpasswd", "alice:plain");
  auth_->look();
  EXPECT_TRUE(auth_->verify(encoded("alice:other")));  // what can't be read changes nothing
}

TEST_F(BasicTest, Refused) {
  for (const std::string& text :
       {std::string("alice"), std::string(), std::string(":"), std::string("alice:"),
        std::string("alice:pw\0", 9), std::string(":pw"), std::string("bob:pw")}) {
    EXPECT_EQ(auth_->verify(encoded(text)).error().code(), ErrorCode::unauthorized) << text;
  }
  EXPECT_FALSE(auth_->verify("YWxpY2U6cHc"));  // no padding
  EXPECT_FALSE(auth_->verify("!"));
  EXPECT_FALSE(auth_->verify(std::string(5000, 'A')));
}

TEST(Certificates, RulesInOrder) {
  const Time now{std::chrono::seconds(kNow)};
  const auto key = *crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256);
  const auto ca = *crypto::make_ca(*key, "ca", now - kDay, now + kDay, crypto::system_random());
  const auto leaf = *crypto::issue_server_certificate(*key, ca, *key->public_key(),
                                                      {{"ci.example", "b.example"}, {"127.0.0.1"}},
                                                      now - kDay, now + kDay, crypto::system_random());
  FixedClock clock{now};
  const auto name_under = [&](std::vector<CertificateRule> rules) {
    ClientCertificates certificates(std::move(rules), clock);
    EXPECT_TRUE(certificates.load());
    const auto identity = certificates.find(as_text(leaf.der()));
    EXPECT_EQ(certificates.find(as_text(leaf.der())), identity);  // from memory
    return identity ? identity->name + "/" + std::to_string(identity->grants.size()) : "nobody";
  };
  using By = CertificateRule::By;
  EXPECT_EQ(name_under({{By::dns, "B.example", {"repository:**:pull"}}}), "B.example/1");
  EXPECT_EQ(name_under({{By::common_name, "ci.example", {}}}), "ci.example/0");
  EXPECT_EQ(name_under({{By::common_name, "CI.example", {}}}), "nobody");
  EXPECT_EQ(name_under({{By::subject, "CN=ci.example", {}}}), "CN=ci.example/0");
  EXPECT_EQ(name_under({{By::subject, "ci.example", {}}}), "nobody");
  EXPECT_EQ(
      name_under({{By::dns, "example", {}}, {By::email, "ci.example", {}}, {By::uri, "ci.example", {}}}),
      "nobody");
  EXPECT_EQ(name_under({{By::dns, "other", {}}, {By::any, "", {"repository:**:pull"}}}), "ci.example/1");

  ClientCertificates all({{By::any, "", {}}}, clock);
  ASSERT_TRUE(all.load());
  EXPECT_EQ(all.find(""), nullptr);
  EXPECT_EQ(all.find("no certificate"), nullptr);
  EXPECT_NE(all.find(as_text(leaf.der())), nullptr);
  clock.advance(2 * kDay);
  EXPECT_EQ(all.find(as_text(leaf.der())), nullptr);  // the connection outlived it
  EXPECT_FALSE(ClientCertificates({{By::dns, "", {}}}, clock).load());
  EXPECT_FALSE(ClientCertificates({{By::any, "x", {}}}, clock).load());
  EXPECT_FALSE(ClientCertificates({{By::any, "", {"all"}}}, clock).load());
}

}  // namespace
}  // namespace boltseal::server
