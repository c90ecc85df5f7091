#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config_file.h"

namespace boltseal::daemon {
namespace {

using ::testing::HasSubstr;

TEST(Config, EmptyIsTheDefault) {
  const auto config = parse_config("{}", "");
  ASSERT_TRUE(config) << config.error().what();
  ASSERT_EQ(config->server->listen.size(), 1u);
  EXPECT_EQ(config->server->listen[0].address, "127.0.0.1:4443");
  EXPECT_FALSE(config->server->listen[0].plain);
  EXPECT_EQ(config->server->storage.kind, StorageKind::sqlite);
  EXPECT_EQ(config->server->snapshot_lifetime, 1095 * kDay);
  EXPECT_EQ(config->server->timestamp_lifetime, 14 * kDay);
  EXPECT_EQ(config->server->max_age_current, 300);
  EXPECT_EQ(config->server->max_age_consistent, 2'592'000);
  EXPECT_FALSE(config->server->open_changefeed);
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
  const ServerConfig& server = *config->server;
  EXPECT_EQ(server.listen[0].tls_cert, "/etc/boltseal/c.pem");
  EXPECT_EQ(server.listen[0].tls_key, "/abs/k.pem");
  EXPECT_TRUE(server.listen[1].plain);
  EXPECT_EQ(server.storage.path, "/etc/boltseal/data/x.db");
  EXPECT_EQ(server.storage.connections, 9);
  EXPECT_EQ(server.keys.algorithm, crypto::KeyAlgorithm::ed25519);
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

TEST(Config, WholeOfIt) {
  const auto config = parse_config(R"({
    "server": {
      "listen": [{"address": ":4443", "tls_cert": "c", "tls_key": "k", "client_ca": "ca"}],
      "storage": {"kind": "postgres", "conninfo": "postgres://u:s3cret@a,b:5433/db?sslmode=verify-ca",
                  "connections": 3, "connect_timeout": "2s", "statement_timeout": "1m", "consistency": "strict"},
      "keys": {"place": "remote", "algorithm": "ed25519",
               "remote": {"address": "signer:7899", "ca": "ca", "client_cert": "c", "client_key": "k"}},
      "auth": {"kind": "token", "anonymous_read": true,
               "token": {"realm": "https://x/t", "service": "s", "issuer": "i", "jwks": "j.json",
                         "autoredirect": true, "hosts": ["a.example"]},
               "certificates": [{"subject": "CN=ci", "guns": ["reg.example/**"], "actions": ["pull"]}]},
      "limits": {"rate": {"requests_per_second": 5, "burst": 9}},
      "trusted_proxies": ["10.0.0.0/8", "::1"]
    },
    "signer": {
      "listen": [{"address": ":7899", "tls_cert": "c", "tls_key": "k", "client_ca": "ca"}],
      "keys": {"place": "notary_database",
               "database": {"kind": "mysql", "dsn": "u:s3cret@tcp(h:3306)/d?parseTime=True", "default_alias": "a"}},
      "clients": [{"subject": "CN=notary-server", "guns": ["**"]}],
      "foreign_rollback": "log"
    },
    "logging": {"access_log": "access.log"},
    "metrics": {"listen": "127.0.0.1:9090"}})",
                                   "/etc/b");
  ASSERT_TRUE(config) << config.error().what();
  EXPECT_TRUE(config->server->listen[0].require_client_certificate);
  EXPECT_EQ(config->server->storage.database.source.reveal(),
            "postgres://u:s3cret@a,b:5433/db?sslmode=verify-ca");
  EXPECT_EQ(config->server->storage.consistency, Consistency::strict);
  EXPECT_EQ(config->server->keys.remote.ca, "/etc/b/ca");
  EXPECT_EQ(config->server->auth.certificates.at(0).actions, std::vector<std::string>{"pull"});
  EXPECT_EQ(config->signer->keys.default_alias, "a");
  EXPECT_EQ(config->signer->foreign_rollback, ForeignRollback::log);
  const std::string printed = print_config(*config);
  EXPECT_THAT(printed, ::testing::Not(HasSubstr("s3cret")));
  const auto again = parse_config(printed, "");
  ASSERT_TRUE(again) << again.error().what();
  EXPECT_EQ(print_config(*again), printed);
}

TEST(Config, RolesAreThoseOfTheFile) {
  const std::string signer = R"("signer": {"listen": [{"address": ":1", "tls_cert": "c", "tls_key": "k",
                                                       "client_ca": "a"}]})";
  EXPECT_TRUE(parse_config("{}", "")->server);
  const auto alone = parse_config("{" + signer + "}", "");
  ASSERT_TRUE(alone) << alone.error().what();
  EXPECT_FALSE(alone->server);
  EXPECT_TRUE(alone->signer);
  const auto both = parse_config(R"({"server": {"keys": {"place": "signer"}}, )" + signer + "}", "");
  ASSERT_TRUE(both) << both.error().what();
  EXPECT_TRUE(both->server && both->signer);
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
      {R"({"server": {"storage": {"kind": "oracle"}}})", "sqlite, memory, postgres or mysql"},
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
      {R"({"server": {"storage": {"kind": "postgres"}}})", "server.storage.conninfo is needed"},
      {R"({"server": {"storage": {"kind": "mysql", "dsn": "secret"}}})", "server.storage.dsn"},
      {R"({"server": {"storage": {"kind": "mysql", "dsn": "u@/d", "consistency": "strict"}}})",
       "no use with mysql"},
      {R"({"server": {"storage": {"conninfo": "dbname=x"}}})", "no use with sqlite"},
      {R"({"server": {"keys": {"place": "signer"}}})", "there is no signer"},
      {R"({"server": {"keys": {"place": "remote"}}})", "server.keys.remote is needed"},
      {R"({"server": {"keys": {"place": "pkcs11", "pkcs11": {"module": "m", "token": "pkcs11:token=t?pin-value=1"}}}})",
       "holds a PIN"},
      {R"({"server": {"auth": {"kind": "token", "token": {"realm": "r", "service": "s", "issuer": "i"}}}})",
       "root_certificates or jwks is needed"},
      {R"({"server": {"auth": {"anonymous_read": true}}})", "no use with none"},
      {R"({"server": {"trusted_proxies": ["10.0.0.0/33"]}})", "ADDRESS/BITS"},
      {R"({"server": {"listen": [{"address": "4443"}]}})", "no port"},
      {R"({"signer": {}})", "signer.listen must name"},
      {R"({"signer": {"listen": [{"address": ":1", "tls_cert": "c", "tls_key": "k"}]}})", "everybody"},
      {R"({"signer": {"listen": [{"address": ":1", "plain": true}]}})", "TLS alone"},
      {R"({"metrics": {}})", "metrics.listen"},
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
