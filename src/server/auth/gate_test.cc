// The whole server with authentication: challenges, rights of every route, the cache, limits, the access log.
#include "server/auth/gate.h"

#include <crypt.h>
#include <sys/stat.h>

#include "crypto/certificate_authority.h"
#include "server/auth/challenge.h"
#include "server/auth/test_tokens.h"
#include "server/test_repository.h"

namespace boltseal::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace testing;  // NOLINT: helpers of these tests

constexpr const char* kGun = "localhost:5000/a";

std::string detail(const std::string& code, const std::string& message, const std::string& type,
                   const std::string& name, const std::vector<std::string>& actions) {
  std::string list;
  for (const std::string& action : actions) {
    list += (list.empty() ? "" : ",") + std::string("{\"Type\":\"") + type + "\",\"Class\":\"\",\"Name\":\"" +
            name + "\",\"Action\":\"" + action + "\"}";
  }
  return "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\",\"detail\":[" + list +
         "]}]}\n";
}

class TokenServerTest : public ::testing::Test {
 protected:
  TokenServerTest() {
    TrustServerOptions options;
    options.auth.token = maker_.options(folder_);
    options.gun_prefixes = {"localhost:5000/"};
    server_ = std::make_unique<TestServer>(options);
  }
  std::string bearer(const std::string& actions, const std::string& name = kGun,
                     const std::string& type = "repository") {
    return "Bearer " + maker_.token(name, actions, type);
  }
  http::Response as(const std::string& credentials, const char* method, const std::string& target) {
    return server_->ask_as(credentials, method, target);
  }
  static std::string path(const std::string& file) { return "/v2/" + std::string(kGun) + "/_trust/" + file; }

  Folder folder_;
  TokenMaker maker_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(TokenServerTest, ChallengesAsTheOriginal) {
  const std::string start = R"(Bearer realm="https://auth.example/token",service="service",)";
  const auto ping = server_->get("/v2/");
  EXPECT_EQ(ping.status, 401);
  EXPECT_EQ(ping.headers.find("WWW-Authenticate"), start + R"(scope="registry:catalog:*")");
  EXPECT_EQ(ping.headers.find("Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(ping.body, detail("UNAUTHORIZED", "authentication required", "registry", "catalog", {"*"}));
  const auto key = server_->get(path("tuf/timestamp.key"));
  EXPECT_EQ(key.headers.find("WWW-Authenticate"), start + R"(scope="repository:localhost:5000/a:push,pull")");
  EXPECT_EQ(key.body,
            detail("UNAUTHORIZED", "authentication required", "repository", kGun, {"push", "pull"}));
  EXPECT_EQ(server_->screened, 2);

  const auto challenge = [&](const std::string& credentials) {
    const auto answer = as(credentials, "GET", path("tuf/root.json"));
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.headers.find("Cache-Control"), "");
    return std::string(answer.headers.find("WWW-Authenticate"));
  };
  const std::string pull = start + R"(scope="repository:localhost:5000/a:pull")";
  EXPECT_EQ(challenge("Basic YTpi"), pull);
  EXPECT_EQ(challenge("Bearer"), pull);
  EXPECT_EQ(challenge("Bearer  " + maker_.token(kGun, "\"pull\"")), pull);  // two spaces
  EXPECT_EQ(challenge("Bearer x.y.z"), pull + R"(,error="invalid_token")");
  EXPECT_EQ(challenge(bearer("\"push\"")), pull + R"(,error="insufficient_scope")");
  EXPECT_EQ(challenge(bearer("\"pull\"", "localhost:5000/ab")), pull + R"(,error="insufficient_scope")");
  // Text of the path stays inside its quotes.
  const auto odd = server_->get("/v2/localhost:5000/a%22,error=%22x%0a/_trust/tuf/root.json");
  EXPECT_EQ(odd.headers.find("WWW-Authenticate"),
            start + R"(scope="repository:localhost:5000/a\",error=\"x:pull")");
}

TEST_F(TokenServerTest, RightsOfRoutes) {
  struct Case {
    const char* method;
    std::string target;
    std::string credentials;
    int status;
  };
  const std::string admin = bearer("\"*\"", "catalog", "registry");
  const std::string pull = bearer("\"pull\""), both = bearer("\"pull\",\"push\""), all = bearer("\"*\"");
  const Case cases[] = {
      {"GET", "/v2/", pull, 200},  // any good token (bug 14 of the original)
      {"GET", "/v2/", bearer(""), 200},
      {"GET", "/_notary_server/health", "", 200},
      {"GET", "/metrics", "", 200},
      {"POST", "/metrics", "", 401},
      {"GET", "/elsewhere", pull, 401},
      {"GET", "/elsewhere", admin, 404},
      {"PATCH", "/elsewhere", "", 405},
      {"GET", path("tuf/root.json"), pull, 404},
      {"GET", path("tuf/root.json"), all, 404},
      {"HEAD", path("tuf/root.json"), pull, 404},
      {"GET", path("tuf/timestamp.key"), pull, 401},
      {"GET", path("tuf/timestamp.key"), both, 200},
      {"POST", path("tuf/timestamp.key"), both, 401},
      {"POST", path("tuf/timestamp.key"), all, 200},
      {"POST", path("tuf/"), pull, 401},
      {"POST", path("tuf/"), both, 400},  // an empty form
      {"POST", path("tuf1/"), pull, 401},
      {"DELETE", path("tuf/"), both, 401},
      {"DELETE", path("tuf/"), all, 200},
      {"GET", path("changefeed?records=1"), pull, 200},
      {"GET", "/v2/_trust/changefeed?records=1", all, 401},
      {"GET", "/v2/_trust/changefeed?records=1", admin, 200},
      {"GET", path("tuf/root.json"), admin, 401},
      // Outside the prefixes nobody is asked who he is.
      {"GET", "/v2/elsewhere/_trust/tuf/root.json", "", 404},
      {"POST", "/v2/elsewhere/_trust/tuf/", "", 400},
  };
  for (const Case& c : cases) {
    for (int i = 0; i < 2; ++i) {  // at first sight, and known
      EXPECT_EQ(as(c.credentials, c.method, c.target).status, c.status)
          << c.method << " " << c.target << " " << i;
    }
  }
}

TEST_F(TokenServerTest, TheCacheAsksFirst) {
  server_->more_headers = {{"Authorization", bearer("\"*\"")}};
  Owner owner(*server_, kGun);
  ASSERT_EQ(owner.init().status, 200);
  const std::string pull = bearer("\"pull\"");
  EXPECT_EQ(as(pull, "GET", path("tuf/root.json")).status, 200);
  const int before = server_->hits;
  const auto cached = as(pull, "GET", path("tuf/root.json"));
  EXPECT_EQ(server_->hits, before + 1);
  EXPECT_EQ(cached.headers.find("Cache-Control"), "private, no-store");
  EXPECT_EQ(cached.headers.find("Pragma"), "");
  EXPECT_EQ(as("", "GET", path("tuf/root.json")).status, 401);
  EXPECT_EQ(as(bearer("\"pull\"", "localhost:5000/b"), "GET", path("tuf/root.json")).status, 401);
  EXPECT_EQ(as("Bearer " + TokenMaker().token(kGun, "\"pull\""), "GET", path("tuf/root.json")).status, 401);
  // A token that was not seen before is verified once, then the cache answers.
  const std::string fresh = bearer("\"pull\",\"push\"");
  as(fresh, "GET", path("tuf/timestamp.json"));
  const int seen = server_->hits;
  as(fresh, "GET", path("tuf/timestamp.json"));
  EXPECT_EQ(server_->hits, seen + 1);
  EXPECT_EQ(as(bearer("\"pull\",\"push\""), "GET", path("tuf/timestamp.key")).headers.find("Cache-Control"),
            "private, no-store");
}

TEST_F(TokenServerTest, KeysAreLookedAtInTime) {
  const std::string good = bearer("\"pull\"");
  EXPECT_EQ(as(good, "GET", "/v2/").status, 200);
  folder_.write("bundle.pem", TokenMaker().certificate().pem());
  EXPECT_EQ(as(good, "GET", "/v2/").status, 200);
  server_->clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(as(good, "GET", "/v2/").status, 401);
  folder_.write("bundle.pem", maker_.certificate().pem());
  EXPECT_TRUE(server_->server->reload());  // SIGHUP does not wait
  EXPECT_EQ(as(good, "GET", "/v2/").status, 200);
  folder_.write("bundle.pem", "");
  EXPECT_FALSE(server_->server->reload());
  EXPECT_EQ(as(good, "GET", "/v2/").status, 200);
}

TEST_F(TokenServerTest, SeveralAuthorizationHeaders) {
  server_->more_headers = {{"Authorization", bearer("\"pull\"")}, {"authorization", bearer("\"pull\"")}};
  EXPECT_EQ(server_->get("/v2/").status, 401);
}

TEST(Challenge, RealmOfListedHostsOnly) {
  TokenAuthOptions options;
  options.realm = "https://configured/token";
  options.autoredirect = true;
  options.redirect_hosts = {"trust.example", "::1"};
  const auto realm = [&](const char* host) { return realm_for(options, host); };
  EXPECT_EQ(realm("trust.example"), "https://trust.example/auth/token");
  EXPECT_EQ(realm("Trust.Example:4443"), "https://Trust.Example:4443/auth/token");
  for (const char* host :
       {"", "evil.example", "trust.example.evil", "trust.example:4443@evil",
        "trust.example:", "trust.example:x", "trust.example/x", "trust.example:123456", "[trust.example]x"}) {
    EXPECT_EQ(realm(host), options.realm) << host;
  }
  options.autoredirect = false;
  EXPECT_EQ(realm("trust.example"), options.realm);
}

std::string entry(const std::string& user, const std::string& password) {
  crypt_data work{};
  return user + ":" + crypt_r(password.c_str(), "$2y$04$abcdefghijklmnopqrstuu", &work) + "\n";
}
std::string basic(const std::string& text) { return "Basic " + base64_encode(as_bytes(text)); }

TrustServerOptions with_basic(const Folder& folder) {
  TrustServerOptions options;
  options.auth.basic.emplace();
  options.auth.basic->realm = "trust";
  options.auth.basic->htpasswd = folder.write("htpasswd", entry("alice", "pw") + entry("root", "pw"));
  options.auth.basic->admins = {"root"};
  return options;
}

TEST(BasicServer, RightsAndChallenge) {
  const Folder folder;
  TestServer server(with_basic(folder));
  EXPECT_EQ(server.get("/v2/").headers.find("WWW-Authenticate"), R"(Basic realm="trust")");
  EXPECT_EQ(server.ask_as(basic("alice:pw"), "GET", "/v2/").status, 200);
  EXPECT_EQ(server.ask_as(basic("alice:no"), "GET", "/v2/").status, 401);
  EXPECT_EQ(server.ask_as(basic("alice:pw"), "GET", "/v2/a/_trust/tuf/timestamp.key").status, 200);
  const auto refused = server.ask_as(basic("alice:pw"), "DELETE", "/v2/a/_trust/tuf/");
  EXPECT_EQ(refused.status, 403);  // to ask for the password again would not help
  EXPECT_EQ(refused.headers.find("WWW-Authenticate"), "");
  EXPECT_EQ(refused.body,
            detail("DENIED", "requested access to the resource is denied", "repository", "a", {"*"}));
  EXPECT_EQ(server.ask_as(basic("root:pw"), "DELETE", "/v2/a/_trust/tuf/").status, 200);
  EXPECT_EQ(server.ask_as(basic("root:pw"), "GET", "/v2/_trust/changefeed?records=1").status, 200);
}

TEST(BasicServer, GuessingIsSlowed) {
  const Folder folder;
  auto options = with_basic(folder);
  options.rate_limits.failures = {1, 3};
  TestServer server(options);
  EXPECT_EQ(server.ask_as(basic("root:pw"), "GET", "/v2/").status, 200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(server.ask_as(basic("alice:no"), "GET", "/v2/").status, 401);
  const auto slowed = server.ask_as(basic("alice:pw"), "GET", "/v2/");
  EXPECT_EQ(slowed.status, 429);
  EXPECT_EQ(slowed.headers.find("Retry-After"), "1");
  EXPECT_EQ(server.ask_as(basic("root:pw"), "GET", "/v2/").status, 200);  // is known
  server.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(server.ask_as(basic("alice:pw"), "GET", "/v2/").status, 200);
}

TEST(AnonymousServer, MayRead) {
  const Folder folder;
  auto options = with_basic(folder);
  options.auth.anonymous_pull = true;
  TestServer server(options);
  EXPECT_EQ(server.get("/v2/a/_trust/tuf/root.json").status, 404);
  EXPECT_EQ(server.get("/v2/a/_trust/changefeed?records=1").status, 200);
  EXPECT_EQ(server.get("/v2/a/_trust/tuf/timestamp.key").status, 401);
  EXPECT_EQ(server.ask("POST", "/v2/a/_trust/tuf/").status, 401);
  EXPECT_EQ(server.ask("DELETE", "/v2/a/_trust/tuf/").status, 401);
  EXPECT_EQ(server.get("/v2/_trust/changefeed?records=1").status, 401);
  EXPECT_EQ(server.get("/v2/").status, 401);  // from its challenge clients learn how to log in
  EXPECT_EQ(server.ask_as(basic("alice:no"), "GET", "/v2/a/_trust/tuf/root.json").status, 401);
}

TEST(CertificateServer, RightsBySubject) {
  TestServer outer;
  const Time now = outer.clock.now();
  const auto key = *crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256);
  const auto certificate =
      *crypto::make_self_signed(*key, "ci", now - kDay, now + kDay, crypto::system_random());
  TrustServerOptions options;
  options.auth.certificates = {{CertificateRule::By::common_name, "ci", {"repository:team/*:pull,push"}}};
  options.auth.guard_metrics = true;
  TestServer server(options);
  EXPECT_EQ(server.get("/v2/").status, 403);  // no other way to log in
  EXPECT_EQ(server.get("/metrics").status, 403);
  server.peer.client_certificate_der = std::string(as_text(certificate.der()));
  EXPECT_EQ(server.get("/v2/").status, 200);
  EXPECT_EQ(server.get("/v2/team/a/_trust/tuf/timestamp.key").status, 200);
  EXPECT_EQ(server.get("/v2/other/_trust/tuf/timestamp.key").status, 403);
  EXPECT_EQ(server.get("/metrics").status, 403);
}

TEST(Limits, ByClientAndByIdentity) {
  const Folder folder;
  auto options = with_basic(folder);
  options.rate_limits.client = {1, 4};
  options.rate_limits.identity = {1, 2};
  options.rate_limits.trusted_proxies = {"127.0.0.1"};
  TestServer server(options);
  const auto ask = [&](const std::string& from, const std::string& user) {
    server.more_headers = {{"X-Forwarded-For", from}, {"Authorization", basic(user + ":pw")}};
    return server.get("/v2/").status;
  };
  EXPECT_EQ(ask("1.1.1.1", "alice"), 200);
  EXPECT_EQ(ask("1.1.1.1", "alice"), 200);
  EXPECT_EQ(ask("1.1.1.1", "alice"), 429);  // of alice's
  EXPECT_EQ(ask("1.1.1.1", "root"), 200);
  EXPECT_EQ(ask("1.1.1.1", "root"), 429);  // of the address
  EXPECT_EQ(ask("2.2.2.2", "alice"), 429);
  EXPECT_EQ(ask("2.2.2.2", "root"), 200);
  server.more_headers = {{"X-Forwarded-For", "1.1.1.1"}};
  const auto limited = server.get("/v2/");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.headers.find("Retry-After"), "1");
  EXPECT_EQ(limited.body,
            "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"too many requests\"}]}\n");
  EXPECT_EQ(server.get("/_notary_server/health").status, 200);
}

TEST(Limits, WithoutAuthentication) {
  TrustServerOptions options;
  options.rate_limits.client = {1, 3};
  TestServer server(options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(server.get("/v2/a/_trust/tuf/root.json").status, 404);
  EXPECT_EQ(server.get("/v2/a/_trust/tuf/root.json").status, 429);
  EXPECT_EQ(server.ask("POST", "/v2/a/_trust/tuf/").status, 429);
  server.peer.address = "[2001:db8::1]:1";
  EXPECT_EQ(server.get("/v2/").status, 200);
}

TEST(AccessLogFile, WhoDidWhat) {
  const Folder folder;
  const TokenMaker maker;
  TrustServerOptions options;
  options.auth.token = maker.options(folder);
  options.access_log = {.on = true, .file = folder.at("access.log")};
  const std::string token = maker.token(kGun, "\"*\"");
  std::string root_key;
  {
    TestServer server(options);
    server.more_headers = {{"Authorization", "Bearer " + token}};
    Owner owner(server, kGun);
    ASSERT_EQ(owner.init().status, 200);
    const std::string root = TestServer::path(owner.gun, "root.json");
    EXPECT_EQ(server.get(root).status, 200);
    EXPECT_EQ(server.get(root).status, 200);  // by the cache
    EXPECT_GT(server.hits, 0);
    EXPECT_EQ(server.ask_as("Bearer a.b.c", "GET", root).status, 401);
    std::filesystem::rename(folder.at("access.log"), folder.at("moved.log"));
    ASSERT_TRUE(server.server->reload());
    EXPECT_EQ(server.get("/elsewhere%1b").status, 401);
  }
  struct stat info{};
  ASSERT_EQ(::stat(folder.at("access.log").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  // Lines that wait while the file is opened anew go to the new one.
  const std::string fresh = read_text(folder.at("access.log"));
  const std::string lines_of_both = read_text(folder.at("moved.log")) + fresh;
  EXPECT_THAT(lines_of_both,
              HasSubstr(R"("source":"token","identity":"alice","operation":"UpdateTUF","method":"POST",)"
                        R"("gun":"localhost:5000/a","status":200)"));
  EXPECT_THAT(lines_of_both, HasSubstr(R"("files":[{"form":"notary","role":"root","version":1,"keys":[")"));
  EXPECT_THAT(lines_of_both, HasSubstr(R"("role":"root","status":200)"));
  EXPECT_THAT(lines_of_both,
              HasSubstr(R"("source":"anonymous","identity":"","operation":"GetRole","method":"GET",)"
                        R"("gun":"localhost:5000/a","role":"root","status":401,"code":"UNAUTHORIZED",)"
                        R"("reason":"token: )"));
  EXPECT_THAT(fresh, HasSubstr(R"("status":401,"code":"UNAUTHORIZED")"));
  EXPECT_THAT(lines_of_both, Not(HasSubstr(token.substr(token.size() - 40))));
  EXPECT_THAT(lines_of_both, Not(HasSubstr("Bearer")));
  // Every line is JSON of its own.
  std::istringstream lines(lines_of_both);
  std::string line;
  int count = 0;
  for (; std::getline(lines, line); ++count) EXPECT_TRUE(json::Document::parse(line, {})) << line;
  EXPECT_GE(count, 6);
}

TEST(AccessLogFile, WhatCannotBeOpened) {
  TrustServerOptions options;
  options.access_log = {.on = true, .file = "/nowhere/access.log"};
  TrustServerParts parts;
  parts.storage = make_memory_storage();
  parts.keys = make_memory_keys(crypto::KeyAlgorithm::ecdsa_p256);
  parts.record = HighWater::in_memory();
  TrustServer server(options, std::move(parts));
  EXPECT_FALSE(server.prepare());
}

TEST(Loading, OptionsThatDoNotDo) {
  const FixedClock clock{Time(std::chrono::seconds(kNow))};
  const Folder folder;
  const TokenMaker maker;
  const auto loads = [&](TokenAuthOptions token) {
    AuthOptions options;
    options.token = std::move(token);
    return Gate(options, {}, clock).load().has_value();
  };
  EXPECT_TRUE(loads(maker.options(folder)));
  auto lacking = maker.options(folder);
  lacking.service.clear();
  EXPECT_FALSE(loads(lacking));
  lacking = maker.options(folder);
  lacking.root_cert_bundle.clear();
  EXPECT_FALSE(loads(lacking));
  lacking.root_cert_bundle = folder.at("nothing");
  EXPECT_FALSE(loads(lacking));
  EXPECT_FALSE(Gate({}, {.trusted_proxies = {"x"}}, clock).load());
  EXPECT_TRUE(Gate({}, {}, clock).load());
}

}  // namespace
}  // namespace boltseal::server
