#include "daemon/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "daemon/places.h"

namespace boltseal::daemon {
namespace {

Result<Arguments> parse(const std::vector<std::string>& words) { return parse_arguments(words); }

TEST(Arguments, Serving) {
  const auto plain = parse({});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->command, Command::serve);
  EXPECT_EQ(plain->roles, std::vector<std::string>{"server"});
  const auto full = parse({"--listen=0.0.0.0:1", "server", "--config", "c.json", "--state-dir", "s",
                           "--keys-dir=k", "--tls-cert", "c", "--tls-key", "k"});
  ASSERT_TRUE(full) << full.error().what();
  EXPECT_EQ(full->listen, "0.0.0.0:1");
  EXPECT_EQ(full->config, "c.json");
  EXPECT_EQ(full->state_dir, "s");
  EXPECT_EQ(full->keys_dir, "k");
}

TEST(Arguments, Commands) {
  EXPECT_EQ(parse({"version"})->command, Command::version);
  EXPECT_EQ(parse({"--help"})->command, Command::help);
  EXPECT_EQ(parse({"config", "check"})->command, Command::config_check);
  EXPECT_EQ(parse({"--config", "x", "config", "print"})->command, Command::config_print);
  const auto reset = parse({"gun", "reset", "a/b", "--state-dir", "s"});
  ASSERT_TRUE(reset);
  EXPECT_EQ(reset->command, Command::gun_reset);
  EXPECT_EQ(reset->gun, "a/b");
}

TEST(Arguments, Mistakes) {
  const std::vector<std::vector<std::string>> cases = {
      {"--nonsense"},
      {"--config"},
      {"--config="},
      {"--config", "a", "--config", "b"},
      {"signer"},
      {"server", "gateway"},
      {"config"},
      {"config", "show"},
      {"gun"},
      {"gun", "reset"},
      {"gun", "a", "b"},
      {"--tls-cert", "c"},
      {"version", "now"},
  };
  for (const auto& words : cases) {
    const auto arguments = parse(words);
    ASSERT_FALSE(arguments) << words[0];
    EXPECT_EQ(arguments.error().code(), ErrorCode::usage);
    EXPECT_FALSE(arguments.error().hint().empty());
  }
}

Result<Places> places(const Arguments& arguments, std::map<std::string, std::string> environment,
                      bool is_root) {
  return choose_places(
      arguments,
      [&](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
      },
      is_root);
}

TEST(Places, OrderOfTheRules) {
  EXPECT_EQ(places({}, {{"STATE_DIRECTORY", "/var/lib/x:/other"}, {"HOME", "/h"}}, true)->state_dir,
            "/var/lib/x");
  EXPECT_EQ(places({}, {{"HOME", "/h"}, {"XDG_STATE_HOME", "/s"}}, true)->state_dir, "/var/lib/boltseald");
  EXPECT_EQ(places({}, {{"HOME", "/h"}, {"XDG_STATE_HOME", "/s"}}, false)->state_dir, "/s/boltseald");
  EXPECT_EQ(places({}, {{"HOME", "/h"}, {"XDG_STATE_HOME", ""}}, false)->state_dir,
            "/h/.local/state/boltseald");
  EXPECT_FALSE(places({}, {}, false));
  const auto given = places({.state_dir = "/a/b/"}, {{"STATE_DIRECTORY", "/x"}}, false);
  EXPECT_EQ(given->state_dir, "/a/b");
  EXPECT_EQ(given->keys_dir, "/a/b-keys");
}

TEST(Places, Security24KeysLieOutsideTheState) {
  EXPECT_EQ(places({.state_dir = "/a", .keys_dir = "/b"}, {}, true)->keys_dir, "/b");
  for (const char* keys : {"/a", "/a/", "/a/keys", "/"}) {
    const auto refused = places({.state_dir = "/a", .keys_dir = keys}, {}, true);
    ASSERT_FALSE(refused) << keys;
    EXPECT_EQ(refused.error().code(), ErrorCode::usage);
  }
  EXPECT_TRUE(places({.state_dir = "/a", .keys_dir = "/ab"}, {}, true));
}

}  // namespace
}  // namespace boltseal::daemon
