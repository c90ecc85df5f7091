#include "daemon/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boltseal::daemon {
namespace {

using ::testing::HasSubstr;

TEST(Config, EmptyIsTheDefault) {
  const auto config = parse_config("{}", "");
  ASSERT_TRUE(config) << config.error().what();
  ASSERT_EQ(config->server.listen.size(), 1u);
  EXPECT_EQ(config->server.listen[0].address, "127.0.0.1:4443");
  EXPECT_FALSE(config->server.listen[0].plain);
  EXPECT_EQ(config->server.storage.kind, StorageKind::sqlite);
  EXPECT_EQ(config->server.snapshot_lifetime, 1095 * kDay);
  EXPECT_EQ(config->server.timestamp_lifetime, 14 * kDay);
  EXPECT_EQ(config->server.max_age_current, 300);
  EXPECT_EQ(config->server.max_age_consistent, 2'592'000);
  EXPECT_FALSE(config->server.open_changefeed);
  EXPECT_EQ(config->log_level, log::Level::info);
}

TEST(Config, ReadsEveryMember) {
  const auto config = parse_config(R"({
    "server": {
      "listen": [{"address": "0.0.0.0:4443", "tls_cert": "c.pem", "tls_key": "/abs/k.pem"},
                 {"address": "127.0.0.1:80", "plain": true}],
      "storage": {"kind": "sqlite", "path": "data/x.db", "connections": 9},
      "keys": {"algorithm": "ed25519"},
      "lifetimes": {"snapshot": "30d", "timestamp": "12h"},
      "renewal": {"at_percent": 40},
      "caching": {"max_age": {"current": 0, "consistent": 1}},
      "repositories": {"gun_prefixes": ["docker.io/", "a/b/"], "any_name": true},
      "changefeed": {"open": true},
      "limits": {"upload_bytes": 1000000, "cache_bytes": 0, "connections": 5, "workers": 3}
    },
    "logging": {"level": "warning", "requests": true}})",
                                   "/etc/boltseal");
  ASSERT_TRUE(config) << config.error().what();
  const ServerConfig& server = config->server;
  EXPECT_EQ(server.listen[0].tls_cert, "/etc/boltseal/c.pem");
  EXPECT_EQ(server.listen[0].tls_key, "/abs/k.pem");
  EXPECT_TRUE(server.listen[1].plain);
  EXPECT_EQ(server.storage.path, "/etc/boltseal/data/x.db");
  EXPECT_EQ(server.storage.connections, 9);
  EXPECT_EQ(server.key_algorithm, crypto::KeyAlgorithm::ed25519);
  EXPECT_EQ(server.snapshot_lifetime, 30 * kDay);
  EXPECT_EQ(server.timestamp_lifetime, std::chrono::hours(12));
  EXPECT_EQ(server.renew_at_percent, 40);
  EXPECT_EQ(server.max_age_current, 0);
  EXPECT_EQ(server.gun_prefixes, (std::vector<std::string>{"docker.io/", "a/b/"}));
  EXPECT_TRUE(server.any_gun_name);
  EXPECT_TRUE(server.open_changefeed);
  EXPECT_EQ(server.workers, 3);
  EXPECT_EQ(config->log_level, log::Level::warning);
  EXPECT_TRUE(config->log_requests);
  // What is printed gives the same configuration.
  const std::string printed = print_config(*config);
  const auto again = parse_config(printed, "");
  ASSERT_TRUE(again) << again.error().what();
  EXPECT_EQ(print_config(*again), printed);
}

TEST(Config, MistakesAreNamed) {
  struct Case {
    const char* text;
    const char* says;
  };
  const Case cases[] = {
      {"[]", ""},
      {"{", ""},
      {R"({"serve": {}})", "serve"},
      {R"({"server": {"tls": {}}})", "server.tls"},
      {R"({"server": {"listen": []}})", "server.listen"},
      {R"({"server": {"listen": [{}]}})", "server.listen[0].address"},
      {R"({"server": {"listen": [{"address": "a:1", "tls_cert": "x"}]}})", "tls_key"},
      {R"({"server": {"listen": [{"address": "a:1", "tls_cert": "x", "tls_key": "y", "plain": true}]}})",
       "without TLS"},
      {R"({"server": {"storage": {"kind": "mysql"}}})", "sqlite or memory"},
      {R"({"server": {"storage": {"kind": "memory", "path": "x"}}})", "no use with memory"},
      {R"({"server": {"keys": {"algorithm": "rsa"}}})", "ecdsa or ed25519"},
      {R"({"server": {"lifetimes": {"timestamp": "soon"}}})",
       "server.lifetimes.timestamp must be a duration"},
      {R"({"server": {"renewal": {"at_percent": 100}}})", "between 1 and 99"},
      {R"({"server": {"caching": {"max_age": {"current": -1}}}})", "between 0 and 31536000"},
      {R"({"server": {"repositories": {"gun_prefixes": ["docker.io"]}}})", "invalid GUN prefix"},
      {R"({"server": {"repositories": {"gun_prefixes": ["a//b/"]}}})", "invalid GUN prefix"},
      {R"({"server": {"limits": {"connections": "many"}}})", "server.limits.connections"},
      {R"({"logging": {"level": "loud"}})", "logging.level"},
  };
  for (const Case& c : cases) {
    const auto config = parse_config(c.text, "");
    ASSERT_FALSE(config) << c.text;
    EXPECT_EQ(config.error().code(), ErrorCode::bad_config) << c.text;
    EXPECT_THAT(config.error().what(), HasSubstr(c.says)) << c.text;
  }
}

TEST(Config, Durations) {
  EXPECT_EQ(*parse_duration("90"), std::chrono::seconds(90));
  EXPECT_EQ(*parse_duration("2m"), std::chrono::minutes(2));
  EXPECT_EQ(print_duration(14 * kDay), "14d");
  EXPECT_EQ(print_duration(std::chrono::seconds(61)), "61s");
  for (const char* text : {"", "d", "0d", "-1d", "1.5h", "1w", "1 d", "999999999999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace boltseal::daemon
