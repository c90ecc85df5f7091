#include "daemon/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "daemon/command.h"
#include "daemon/notary_flags.h"
#include "daemon/places.h"

namespace boltseal::daemon {
namespace {

Result<Arguments> parse(const std::vector<std::string>& words) { return parse_arguments(words); }

TEST(Arguments, Serving) {
  const auto plain = parse({});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->action, Action::serve);
  EXPECT_TRUE(plain->roles.empty());
  EXPECT_EQ(parse({"server", "signer", "server"})->roles, (std::vector<std::string>{"server", "signer"}));
  const auto full = parse({"--listen=0.0.0.0:1", "server", "--config", "c.json", "--state-dir", "s",
                           "--keys-dir=k", "--tls-cert", "c", "--tls-key", "k"});
  ASSERT_TRUE(full) << full.error().what();
  EXPECT_EQ(full->listen, "0.0.0.0:1");
  EXPECT_EQ(full->config, "c.json");
  EXPECT_EQ(full->state_dir, "s");
  EXPECT_EQ(full->keys_dir, "k");
}

TEST(Arguments, Commands) {
  EXPECT_EQ(parse({"version"})->action, Action::version);
  EXPECT_EQ(parse({"--help"})->action, Action::help);
  EXPECT_EQ(parse({"config", "check"})->command->words, "config check");
  EXPECT_EQ(parse({"--config", "x", "config", "print"})->command->words, "config print");
  const auto reset = parse({"gun", "reset", "a/b", "--state-dir", "s"});
  ASSERT_TRUE(reset);
  EXPECT_EQ(reset->action, Action::command);
  EXPECT_EQ(reset->command->words, "gun reset");
  EXPECT_EQ(reset->operands, std::vector<std::string>{"a/b"});
  for (const CommandEntry* entry : commands()) {
    EXPECT_THAT(usage_text(), ::testing::HasSubstr(std::string(entry->words)));
    EXPECT_NE(entry->run, nullptr) << entry->words;
  }
  const auto import = parse({"import", "saved/a", "--dry-run", "--accept-root", "00"});
  ASSERT_TRUE(import);
  EXPECT_EQ(import->command->words, "import");
  EXPECT_EQ(import->operands, std::vector<std::string>{"saved/a"});
  EXPECT_EQ(import->own_options.at("--accept-root"), "00");
  EXPECT_TRUE(import->own_options.contains("--dry-run"));
}

TEST(Arguments, Mistakes) {
  const std::vector<std::vector<std::string>> cases = {
      {"--nonsense"},
      {"--config"},
      {"--config="},
      {"--config", "a", "--config", "b"},
      {"gateway"},
      {"server", "gateway"},
      {"config"},
      {"config", "show"},
      {"gun"},
      {"gun", "reset"},
      {"gun", "a", "b"},
      {"import"},
      {"import", "a", "b"},
      {"--dry-run"},
      {"version", "--accept-root", "00"},
      {"--tls-cert", "c"},
      {"version", "now"},
      {"--signer-config", "x"},
      {"config", "print", "x"},
      {"config", "check", "--help=1"},
  };
  for (const auto& words : cases) {
    const auto arguments = parse(words);
    ASSERT_FALSE(arguments) << words[0];
    EXPECT_EQ(arguments.error().code(), ErrorCode::usage);
    EXPECT_FALSE(arguments.error().hint().empty());
  }
}

Result<Arguments> flags(const std::vector<std::string>& words) {
  return parse_notary_flags(FileKind::notary_server, words);
}

TEST(NotaryFlags, Programs) {
  EXPECT_EQ(program_of("/usr/sbin/notary-server"), FileKind::notary_server);
  EXPECT_EQ(program_of("notary-signer"), FileKind::notary_signer);
  EXPECT_EQ(program_of("/usr/sbin/notary-server/boltseald"), FileKind::native);
}

TEST(NotaryFlags, AsGoReadsThem) {
  const auto usual = flags({"-config", "c.json", "--logf=logfmt", "-debug"});
  ASSERT_TRUE(usual) << usual.error().what();
  EXPECT_EQ(usual->config, "c.json");
  EXPECT_TRUE(usual->debug_listener);
  EXPECT_EQ(usual->warnings.size(), 1u);
  EXPECT_EQ(usual->called_as, FileKind::notary_server);
  EXPECT_FALSE(flags({"--debug=false", "--config=c"})->debug_listener);
  EXPECT_TRUE(flags({"-config=c", "-bootstrap"})->bootstrap);
  EXPECT_EQ(flags({"-version"})->action, Action::version);
  EXPECT_EQ(flags({"-h"})->action, Action::help);
  EXPECT_FALSE(flags({"-config", "c", "word", "-debug"})->debug_listener);  // the first word ends the flags
  EXPECT_EQ(flags({"-config", "a", "-config", "b"})->config, "b");
  EXPECT_EQ(flags({"-config", "a", "-state-dir", "s", "-keys-dir=k"})->keys_dir, "k");
}

TEST(NotaryFlags, MistakesInGosWords) {
  const std::map<std::string, std::vector<std::string>> cases = {
      {"flag provided but not defined: -mode", {"-mode", "x"}},
      {"flag needs an argument: -config", {"-config"}},
      {"invalid boolean value \"maybe\" for -debug: parse error", {"-debug=maybe"}},
      {"bad flag syntax: ---x", {"---x"}},
      {"notary-server needs its configuration: -config FILE", {}},
  };
  for (const auto& [says, words] : cases) {
    const auto refused = flags(words);
    ASSERT_FALSE(refused) << says;
    EXPECT_EQ(refused.error().what(), says);
    EXPECT_THAT(refused.error().hint(), ::testing::HasSubstr("usage: notary-server"));
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
