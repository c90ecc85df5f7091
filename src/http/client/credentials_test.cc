#include "http/client/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "http/client/helper_process.h"

namespace boltseal::http {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(DockerConfig, ReadsAuths) {
  const auto config = DockerConfig::parse(R"({
    "auths": {"127.0.0.1:5000": {"auth": "dTpwOnE="}, "https://index.docker.io/v1/": {"auth": "dQ==", "username": "x"}},
    "detachKeys": "ctrl-x"})");
  ASSERT_FALSE(config);  // "dQ==" is "u": no colon
  EXPECT_EQ(config.error().code(), ErrorCode::bad_config);

  const auto good = DockerConfig::parse(R"({
    "auths": {"127.0.0.1:5000": {"auth": "dTpwOnE="}, "acr.example": {"auth": "MDowAA==", "identitytoken": "idt"}, "r.example": {"registrytoken": "rt"}, "e.example": {}},
    "credHelpers": {"gcr.io": "gcloud"}, "credsStore": "desktop", "currentContext": "prod", "x": 1.5, "credentialSpecs": null})")
                        .value();
  EXPECT_EQ(good.auths.at("127.0.0.1:5000").username, "u");
  EXPECT_EQ(good.auths.at("127.0.0.1:5000").password.text(), "p:q");
  EXPECT_EQ(good.auths.at("acr.example").password.text(), "0");  // Docker cuts a trailing NUL
  EXPECT_EQ(good.auths.at("acr.example").identity_token.text(), "idt");
  EXPECT_EQ(good.auths.at("r.example").registry_token.text(), "rt");
  EXPECT_TRUE(good.auths.at("e.example").is_anonymous());
  EXPECT_EQ(good.cred_helpers.at("gcr.io"), "gcloud");
  EXPECT_EQ(good.creds_store, "desktop");
  EXPECT_EQ(good.current_context, "prod");
}

TEST(DockerConfig, EmptyIsEmpty) {
  EXPECT_TRUE(DockerConfig::parse("").value().auths.empty());
  EXPECT_TRUE(DockerConfig::parse(" \n").value().auths.empty());
  EXPECT_TRUE(DockerConfig::load("/nonexistent/boltseal").value().auths.empty());
}

TEST(DockerConfig, RefusesBrokenText) {
  for (const char* text :
       {"[]", "{", R"({"auths":[]})", R"({"auths":{"a":5}})", R"({"auths":{"a":{"auth":"%"}}})",
        R"({"credsStore":5})", R"({"credHelpers":{"a":1}})", R"({"auths":{},"auths":{}})"}) {
    const auto config = DockerConfig::parse(text);
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().code(), ErrorCode::bad_config);
  }
}

TEST(DockerConfig, Directory) {
  EXPECT_EQ(docker_config_directory(nullptr, "/home/x"), "/home/x/.docker");
  EXPECT_EQ(docker_config_directory("/c", "/home/x"), "/c");
}

TEST(Credentials, Keys) {
  EXPECT_EQ(credential_key("docker.io"), "https://index.docker.io/v1/");
  EXPECT_EQ(credential_key("registry-1.docker.io"), "https://index.docker.io/v1/");
  EXPECT_EQ(credential_key("127.0.0.1:5000"), "127.0.0.1:5000");
}

TEST(Credentials, FromFile) {
  auto source =
      docker_credentials(DockerConfig::parse(R"({"auths": {"https://old.example/v1/": {"auth": "YTpi"},
    "https://index.docker.io/v1/": {"auth": "aHViOnA="}, "r.example:5000": {"auth": "cjpw"}}})")
                             .value());
  EXPECT_EQ(source->find("docker.io").value().username, "hub");
  EXPECT_EQ(source->find("old.example").value().username, "a");
  EXPECT_EQ(source->find("r.example:5000").value().username, "r");
  EXPECT_TRUE(source->find("r.example").value().is_anonymous());
  EXPECT_TRUE(source->find("other.example").value().is_anonymous());
}

TEST(Credentials, NotaryAuth) {
  const auto good = parse_notary_auth("dXNlcjpwYXNzOndvcmQ=").value();
  EXPECT_EQ(good.username, "user");
  EXPECT_EQ(good.password.text(), "pass:word");
  EXPECT_EQ(parse_notary_auth("%%").error().what(), "Could not base64-decode authentication string");
  EXPECT_EQ(parse_notary_auth("dXNlcg==").error().what(),
            "Malformatted authentication string; format must be <username>:<password>");
  EXPECT_EQ(parse_notary_auth("OnB3").error().what(), "Authentication string with zero-length username");
}

class HelperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "boltseal-helper-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    old_path_ = getenv("PATH");
    setenv("PATH", (directory_ + ":" + old_path_).c_str(), 1);
  }
  void TearDown() override {
    setenv("PATH", old_path_.c_str(), 1);
    fs::remove_all(directory_);
  }
  void install(const std::string& name, const std::string& script) const {
    const auto path = directory_ + "/docker-credential-" + name;
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(path, fs::perms::owner_all);
  }
  std::string directory_;
  std::string old_path_;
};

TEST_F(HelperTest, AnswersTheProtocol) {
  install(
      "ok",
      R"(read server; echo "{\"ServerURL\":\"$server\",\"Username\":\"u-$1\",\"Secret\":\"s-$server\"}")");
  const auto credential = run_credential_helper("ok", "127.0.0.1:5000", seconds(20)).value();
  EXPECT_EQ(credential.username, "u-get");
  EXPECT_EQ(credential.password.text(), "s-127.0.0.1:5000");
}

TEST_F(HelperTest, TokenIsAnIdentityToken) {
  install("tok", R"(echo '{"ServerURL":"x","Username":"<token>","Secret":"idt"}')");
  const auto credential = run_credential_helper("tok", "acr.example", seconds(20)).value();
  EXPECT_TRUE(credential.username.empty());
  EXPECT_EQ(credential.identity_token.text(), "idt");
}

TEST_F(HelperTest, UnknownServerIsAnonymousOtherFailuresAreNot) {
  install("none", "echo 'credentials not found in native keychain'; exit 1");
  install("bad", "echo 'keychain is locked'; exit 1");
  install("empty", "exit 0");
  EXPECT_TRUE(run_credential_helper("none", "x.example", seconds(20)).value().is_anonymous());
  const auto error = run_credential_helper("bad", "x.example", seconds(20)).error();
  EXPECT_EQ(error.code(), ErrorCode::bad_config);
  EXPECT_THAT(error.what(), HasSubstr("keychain is locked"));
  EXPECT_EQ(run_credential_helper("empty", "x.example", seconds(20)).error().code(), ErrorCode::bad_response);
  EXPECT_EQ(run_credential_helper("missing-one", "x.example", seconds(20)).error().code(),
            ErrorCode::bad_config);
}

TEST_F(HelperTest, IsBounded) {
  install("slow", "exec sleep 30");
  install("endless", "exec yes");
  EXPECT_EQ(run_credential_helper("slow", "x.example", milliseconds(200)).error().code(),
            ErrorCode::timed_out);
  EXPECT_EQ(run_credential_helper("endless", "x.example", seconds(20)).error().code(),
            ErrorCode::limit_exceeded);
}

TEST_F(HelperTest, NamesAreChecked) {
  for (const char* name : {"", "../x", "a/b", "-x", ".x", "a b", "x;y", "$(x)"})
    EXPECT_EQ(run_credential_helper(name, "x.example", seconds(1)).error().code(), ErrorCode::bad_config)
        << name;
}

TEST_F(HelperTest, ChainPrefersHelperOfTheHost) {
  install("one", R"(echo '{"ServerURL":"x","Username":"one","Secret":"s"}')");
  install("store", R"(echo '{"ServerURL":"x","Username":"store","Secret":"s"}')");
  auto source = docker_credentials(
      DockerConfig::parse(
          R"({"auths":{"a.example":{"auth":"ZjpwCg=="}},"credHelpers":{"a.example":"one"},"credsStore":"store"})")
          .value());
  EXPECT_EQ(source->find("a.example").value().username, "one");
  EXPECT_EQ(source->find("b.example").value().username, "store");
  fs::remove_all(directory_ + "/docker-credential-one");
  EXPECT_EQ(source->find("a.example").value().username, "one");  // asked once
}

TEST(HelperProcess, InheritsNothing) {
  const auto out = run_helper({"ls", "/proc/self/fd"}, "", 4096, seconds(20)).value();
  EXPECT_EQ(out.status, 0);
  EXPECT_EQ(out.out.text(), "0\n1\n2\n3\n");  // 3 is ls reading the directory
  EXPECT_EQ(run_helper({"sh", "-c", "kill -9 $$"}, "", 10, seconds(20)).value().status, 137);
}

}  // namespace
}  // namespace boltseal::http
