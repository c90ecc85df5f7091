// Statuses, headers and bodies of the routes (NOTARY-SERVER.md 2.1-2.8).
#include <gtest/gtest.h>

#include <cctype>

#include "server/test_repository.h"

namespace boltseal::server {
namespace {

using ::testing::HasSubstr;
using testing::Owner;
using testing::refused;
using testing::TestServer;

constexpr const char* kNotFound =
    "{\"errors\":[{\"code\":\"METADATA_NOT_FOUND\",\"message\":\"You have requested metadata that does not "
    "exist.\"}]}\n";
constexpr const char* kNotFoundDetail =
    "{\"errors\":[{\"code\":\"METADATA_NOT_FOUND\",\"message\":\"You have requested metadata that does not "
    "exist.\",\"detail\":{}}]}\n";

class RoutesTest : public ::testing::Test {
 protected:
  TestServer server_;
  Owner owner_{server_, "docker.io/library/a"};
};

/// A signer that says of every key that it does not have it, once it is broken: as notary-signer with a wrong
/// passphrase.
class Forgetful final : public KeyService {
 public:
  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role) override {
    ++created;
    return keys_->create(gun, role);
  }
  Result<std::shared_ptr<crypto::Signer>> find(const Gun& gun, const RoleName& role,
                                               const crypto::PublicKey& key) override {
    if (broken) return nullptr;
    return keys_->find(gun, role, key);
  }
  Result<void> retire(const Gun& gun) override { return keys_->retire(gun); }
  Result<void> check() const override { return {}; }
  bool absence_is_certain() const override { return false; }
  bool broken = false;
  int created = 0;

 private:
  std::unique_ptr<KeyService> keys_ = make_memory_keys(crypto::KeyAlgorithm::ecdsa_p256);
};

// NOTARY-SERVER.md 9, bug 18.
TEST(LostKeys, AreNeverReplacedSilently) {
  TrustServerParts parts;
  auto service = std::make_unique<Forgetful>();
  Forgetful& keys = *service;
  parts.keys = std::move(service);
  TestServer server({}, std::move(parts));
  Owner owner(server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  const std::string path = TestServer::path(owner.gun, "timestamp.key");
  EXPECT_EQ(server.get(path).status, 200);
  keys.broken = true;
  keys.created = 0;
  const http::Response lost = server.get(path);
  EXPECT_EQ(lost.status, 500);
  EXPECT_THAT(lost.body, HasSubstr("rotate the key"));
  EXPECT_EQ(keys.created, 0);
  EXPECT_EQ(server.get("/v2/docker.io/library/b/_trust/tuf/timestamp.key").status, 200) << "a new repository";
  EXPECT_EQ(server.ask("POST", path).status, 200) << "a rotation is asked for";
  EXPECT_EQ(keys.created, 2);
}

TEST_F(RoutesTest, WithoutMetadata) {
  struct Case {
    const char* method;
    const char* target;
    int status;
    const char* body;
  };
  const Case cases[] = {
      {"GET", "/v2/", 200, "{}"},
      {"GET", "/v2", 404, kNotFound},
      {"PUT", "/v2/", 404, kNotFound},
      {"PATCH", "/v2/", 405, ""},
      {"OPTIONS", "/v2/a/_trust/tuf/root.json", 405, ""},
      {"GET", "/v2/a/_trust/tuf/root.json", 404, kNotFoundDetail},
      {"GET", "/v2/a/_trust/tuf/targets/A.json", 404, kNotFoundDetail},
      {"GET", "/v2/a/_trust/tuf/1.root.json", 404, kNotFoundDetail},
      {"GET", "/v2/a/_trust/tuf/bogus.json", 404, kNotFound},
      {"GET", "/v2/a/_trust/tuf/targets.key", 404, kNotFound},
      {"GET", "/v2/a/_trust/tuf/", 404, kNotFound},
      {"POST", "/v2/a/_trust/tuf", 404, kNotFound},
      {"DELETE", "/v2/a/_trust/tuf/", 200, ""},
      {"HEAD", "/v2/a/_trust/tuf/timestamp.key", 404, kNotFound},
      {"GET", "/_notary_server/health", 200, "{}"},
      {"POST", "/metrics", 404, kNotFound},
      {"GET", "/v2/A%2FB/_trust/tuf/root.json", 404, kNotFound},
  };
  for (const Case& c : cases) {
    const auto response = server_.ask(c.method, c.target);
    EXPECT_EQ(response.status, c.status) << c.method << " " << c.target;
    EXPECT_EQ(response.body, c.body) << c.method << " " << c.target;
    if (c.status == 404) {
      EXPECT_EQ(response.headers.find("Content-Type"), "application/json; charset=utf-8");
    }
    EXPECT_EQ(response.headers.find("Cache-Control"), "");
  }
}

TEST_F(RoutesTest, HeadersOfMetadata) {
  ASSERT_EQ(owner_.init().status, 200);
  const auto current = server_.get(TestServer::path(owner_.gun, "targets.json"));
  EXPECT_EQ(current.status, 200);
  EXPECT_EQ(current.headers.find("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(current.headers.find("Cache-Control"), "public, max-age=300, s-maxage=300, must-revalidate");
  const std::string hash = hex_encode(crypto::sha256(current.body));
  EXPECT_EQ(current.headers.find("ETag"), "\"" + hash + "\"");
  for (const std::string& name :
       {"targets." + hash + ".json", std::string("1.targets.json"), std::string("01.targets.json")}) {
    const auto consistent = server_.get(TestServer::path(owner_.gun, name));
    EXPECT_EQ(consistent.body, current.body) << name;
    EXPECT_EQ(consistent.headers.find("Cache-Control"), "public, max-age=2592000, s-maxage=2592000") << name;
  }
  std::string upper = hash;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  if (upper != hash) {
    EXPECT_EQ(server_.status(owner_.gun, "targets." + upper + ".json"), 404);
  }
  EXPECT_EQ(server_.status(owner_.gun, "targets." + std::string(128, 'a') + ".json"), 404);
}

TEST_F(RoutesTest, NoCachingWhereTheConfigurationSaysZero) {
  TestServer server({.cache_control = {.current = 0, .consistent = 0}});
  Owner owner(server, "a/b");
  ASSERT_EQ(owner.init().status, 200);
  const auto response = server.get(TestServer::path(owner.gun, "root.json"));
  EXPECT_EQ(response.headers.find("Cache-Control"), "max-age=0, no-cache, no-store");
  EXPECT_EQ(response.headers.find("Pragma"), "no-cache");
}

// notary-server ends it in "UTC" or "+0000".
TEST_F(RoutesTest, NotaryBug16LastModifiedIsAnHttpDate) {
  ASSERT_EQ(owner_.init().status, 200);
  EXPECT_EQ(server_.get(TestServer::path(owner_.gun, "root.json")).headers.find("Last-Modified"),
            "Tue, 24 Nov 2026 07:00:00 GMT");
}

// Three queries and two parses for each GET there; here none on the hot path, and one when it is cold.
TEST_F(RoutesTest, NotaryBug11SecondGetComesFromTheCache) {
  ASSERT_EQ(owner_.init().status, 200);
  const std::string target = TestServer::path(owner_.gun, "root.json");
  const std::string body = server_.get(target).body;
  const int before = server_.hits;
  EXPECT_EQ(server_.get(target).body, body);
  EXPECT_EQ(server_.hits, before + 1);
  // The file that all clients poll is ready before the first of them asks.
  EXPECT_EQ(server_.get(TestServer::path(owner_.gun, "timestamp.json")).status, 200);
  EXPECT_EQ(server_.hits, before + 2);
}

TEST_F(RoutesTest, NotaryBug6NothingOfADeletedOrForeignGun) {
  ASSERT_EQ(owner_.init().status, 200);
  const std::string name =
      "root." + hex_encode(crypto::sha256(server_.file(owner_.gun, "root.json"))) + ".json";
  ASSERT_EQ(server_.status(owner_.gun, name), 200);
  EXPECT_EQ(server_.status(*Gun::parse("other/gun"), name), 404);
  std::string other_role = name;
  other_role.replace(0, 4, "targets");
  EXPECT_EQ(server_.status(owner_.gun, other_role), 404);
  ASSERT_EQ(server_.ask("DELETE", TestServer::path(owner_.gun, "")).status, 200);
  for (const std::string& file :
       {name, std::string("root.json"), std::string("timestamp.json"), std::string("1.root.json")}) {
    EXPECT_EQ(server_.status(owner_.gun, file), 404) << file;
  }
}

TEST_F(RoutesTest, CacheFollowsEveryPublish) {
  ASSERT_EQ(owner_.init().status, 200);
  for (int i = 2; i < 6; ++i) {
    for (const char* role : {"timestamp", "snapshot", "targets"})
      EXPECT_EQ(owner_.version(role), i - 1) << role;
    ASSERT_EQ(owner_.publish("v" + std::to_string(i)).status, 200);
  }
}

TEST_F(RoutesTest, KeysBeforeAndAfterTheRoot) {
  const auto ask = [&](const char* method, const char* role) {
    return server_.ask(method, TestServer::path(owner_.gun, std::string(role) + ".key")).body;
  };
  const std::string first = ask("GET", "timestamp");
  EXPECT_THAT(first, HasSubstr(R"({"keytype":"ecdsa","keyval":{"public":")"));
  EXPECT_THAT(first, HasSubstr(R"(","private":null}})"));
  EXPECT_EQ(ask("GET", "timestamp"), first) << "the same until it has signed";
  EXPECT_EQ(ask("POST", "timestamp"), first);
  EXPECT_NE(ask("GET", "snapshot"), first);
  ASSERT_EQ(owner_.init().status, 200);
  EXPECT_EQ(ask("GET", "timestamp"), first) << "the one that the root names";
  const std::string next = ask("POST", "timestamp");
  EXPECT_NE(next, first);
  EXPECT_EQ(ask("GET", "timestamp"), first) << "until a root names the new one";
}

TEST_F(RoutesTest, PrefixesAreCheckedFirst) {
  TestServer server({.gun_prefixes = {"docker.io/", "localhost/"}});
  const auto upload = server.ask("POST", "/v2/quay.io/a/_trust/tuf/", "x", "text/plain");
  EXPECT_EQ(upload.status, 400);
  EXPECT_EQ(upload.body,
            "{\"errors\":[{\"code\":\"INVALID_GUN\",\"message\":\"The server does not support actions on "
            "images of this "
            "name.\",\"detail\":\"Require GUNs with prefix: [docker.io/ localhost/]\"}]}\n");
  EXPECT_EQ(server.get("/v2/quay.io/a/_trust/tuf/root.json").body, kNotFound);
  EXPECT_EQ(server.ask("POST", "/v2/quay.io/a/_trust/tuf/timestamp.key").body, kNotFound);
  EXPECT_EQ(server.get("/v2/docker.io/a/_trust/tuf/root.json").body, kNotFoundDetail);
}

TEST_F(RoutesTest, Changefeed) {
  TestServer server({.open_feed = true});
  Owner one(server, "a/one"), two(server, "a/two");
  ASSERT_EQ(one.init().status, 200);
  ASSERT_EQ(two.init().status, 200);
  ASSERT_EQ(server.ask("DELETE", TestServer::path(one.gun, "")).status, 200);
  const auto stamp = testing::must(server.storage->latest(two.gun, tuf::Form::notary, RoleName::timestamp()));
  EXPECT_EQ(server.get("/v2/a/two/_trust/changefeed?records=10").body,
            "{\"count\":1,\"records\":[{\"ID\":\"2\",\"CreatedAt\":\"2026-11-24T07:00:00Z\",\"GUN\":\"a/"
            "two\",\"Version\":1,"
            "\"SHA256\":\"" +
                hex_encode(stamp->sha256) + "\",\"Category\":\"update\"}]}");
  const auto last = server.get("/v2/_trust/changefeed?records=-1");
  EXPECT_EQ(last.headers.find("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(
      last.body,
      "{\"count\":1,\"records\":[{\"ID\":\"3\",\"CreatedAt\":\"2026-11-24T07:00:00Z\",\"GUN\":\"a/one\","
      "\"Version\":0,\"SHA256\":\"\",\"Category\":\"deletion\"}]}");
  EXPECT_EQ(server.get("/v2/a/none/_trust/changefeed?records=5").body, "{\"count\":0,\"records\":[]}");
  EXPECT_EQ(server.get("/v2/_trust/changefeed").body,
            "{\"errors\":[{\"code\":\"INVALID_PARAMETERS\",\"message\":\"The parameters provided are not "
            "valid.\",\"detail\":"
            "\"invalid records parameter: strconv.ParseInt: parsing \\\"\\\": invalid syntax\"}]}\n");
  EXPECT_THAT(server.get("/v2/_trust/changefeed?records=99999999999").body, HasSubstr("value out of range"));
  EXPECT_THAT(server.get("/v2/_trust/changefeed?records=1&change_id=x").body, HasSubstr("\"detail\":{}"));
}

// notary-server's memory store panics and drops the connection.
TEST_F(RoutesTest, NotaryBug5NegativeRecordsAreAnswered) {
  TestServer server({.open_feed = true});
  Owner owner(server, "a/b");
  ASSERT_EQ(owner.init().status, 200);
  for (const char* query : {"-1", "-100", "-2147483648"}) {
    const auto response = server.get(std::string("/v2/_trust/changefeed?records=") + query);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("\"count\":1"));
  }
  EXPECT_EQ(server.get("/v2/_trust/changefeed?records=-2147483649").status, 400);
}

// SECURITY rule 27.
TEST_F(RoutesTest, Security27GlobalFeedIsClosedUnlessOpened) {
  EXPECT_EQ(server_.get("/v2/_trust/changefeed?records=1").status, 403);
  EXPECT_EQ(server_.get("/v2/a/_trust/changefeed?records=1").status, 200);
}

TEST_F(RoutesTest, Security23GunHasOneFactory) {
  for (const char* gun : {"a/_trust/b", "a/B", "a//b", "a/b%2525", "a/..b/c", "UPPER"}) {
    const auto response =
        server_.ask("POST", std::string("/v2/") + gun + "/_trust/tuf/", testing::multipart({}));
    EXPECT_EQ(response.status, 400) << gun;
    EXPECT_EQ(refused(response).code, "INVALID_GUN") << gun;
  }
  EXPECT_EQ(refused(server_.ask("POST", "/v2/REG.example:5000/a/_trust/tuf/", testing::multipart({}))).code,
            "INVALID_UPDATE");
}

TEST_F(RoutesTest, Tuf1TargetsSayThatNoRegistryIsAttached) {
  const auto response = server_.get("/v2/a/_trust/tuf1/targets/" + std::string(64, 'a') + ".v1");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("no registry attached"));
}

TEST_F(RoutesTest, MetricsOfTheFourFamilies) {
  const auto handlers = server_.server->handlers();
  const auto request = http::make_request("GET", "/v2/a/_trust/tuf/root.json");
  ASSERT_EQ(server_.server->handle(*request).status, 404);
  handlers.observe(
      request->head(),
      {.status = 404, .request_bytes = 10, .response_bytes = 20, .duration = std::chrono::microseconds(5)});
  const auto response = server_.get("/metrics");
  EXPECT_EQ(response.headers.find("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(
      response.body,
      HasSubstr("notary_server_http_requests_total{code=\"404\",method=\"get\",operation=\"GetRole\"} 1"));
  for (const char* name : {"request_duration_microseconds", "request_size_bytes", "response_size_bytes"}) {
    EXPECT_THAT(response.body, HasSubstr(std::string("notary_server_http_") + name +
                                         "{operation=\"GetRole\",quantile=\"0.5\"}"));
  }
}

}  // namespace
}  // namespace boltseal::server
