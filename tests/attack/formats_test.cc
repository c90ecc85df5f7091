// Groups V, J and P1: numbers, JSON, names.
#include <algorithm>
#include <set>

#include "base/limits.h"
#include "json/reader.h"
#include "tests/attack/attack.h"

namespace boltseal::test {
namespace {

/// Serves a timestamp whose signed text was changed before it was signed.
Result<void> refresh_with_timestamp(Form form, const std::function<void(std::string&)>& change) {
  Simulator repo(form);
  repo.before_signing[RoleName::timestamp()] = change;
  repo.sign_timestamp();
  Client client(repo);
  auto done = client.refresh();
  if (!done) {
    EXPECT_EQ(client.state(), "root 1");
  }
  return done;
}

/// Serves timestamp bytes that were changed on the wire.
Result<void> refresh_with_bytes(Form form, const std::function<void(std::string&)>& change) {
  Simulator repo(form);
  change(repo.served[RoleName::timestamp()]);
  Client client(repo);
  auto done = client.refresh();
  if (!done) {
    EXPECT_EQ(client.state(), "root 1");
  }
  return done;
}

/// The version of the file itself, not that of an entry in it.
std::string version_member(Form form, std::string_view number) {
  return "\"version\":" + std::string(number) + (form == Form::notary ? "}" : ",\"x-boltseal-gun\"");
}

/// A member more at the front of an object.
std::function<void(std::string&)> with_member(std::string member) {
  return [member = std::move(member)](std::string& text) { text.insert(1, member + ","); };
}

TEST_P(Attack, V1_Versions) {
  for (const char* version : {"0", "-1", "9007199254740992", "9223372036854775808", "18446744073709551616",
                              "1e3", "\"2\"", "true", "null", "1.5", "01", "-0"}) {
    const auto change = [&](std::string& text) {
      replace_first(text, version_member(form(), "1"), version_member(form(), version));
    };
    EXPECT_TRUE(fails_with(refresh_with_timestamp(form(), change), ErrorCode::bad_format)) << version;
  }
}

TEST_F(AttackTuf1, V1_VersionsOfEntries) {
  for (const char* version : {"0", "-1", "9007199254740992", "\"2\"", "true", "null", "1.5"}) {
    const auto change = [&](std::string& text) {
      replace_first(text, "\"version\":1}", "\"version\":" + std::string(version) + "}");
    };
    EXPECT_TRUE(fails_with(refresh_with_timestamp(kForm, change), ErrorCode::bad_format)) << version;
  }
}

TEST_P(Attack, V2_TheHighestVersionDoesNotRollOver) {
  Simulator repo(form());
  repo.timestamp.version = limits::kMaxInteger;
  repo.sign_timestamp();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.before_signing[RoleName::timestamp()] = [](std::string& text) {
    replace_first(text, "9007199254740991", "9007199254740992");
  };
  repo.sign_timestamp();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format));
  repo.before_signing.clear();
  repo.timestamp.version = 1;
  repo.sign_timestamp();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
}

TEST_P(Attack, V2_TheHighestRootVersion) {
  Simulator repo(form());
  repo.root.version = limits::kMaxInteger;
  repo.sign_root();
  Client client(repo);
  repo.sign_snapshot();
  repo.sign_timestamp();
  EXPECT_TRUE(succeeds(client.refresh()));
  EXPECT_EQ(client.set->root()->version, limits::kMaxInteger);
}

TEST_P(Attack, J1_DuplicateMembers) {
  for (const char* member : {"\"version\":2", "\"vers\\u0069on\":2", "\"x\":{\"a\":{\"b\":1,\"b\":2}}",
                             "\"Version\":7"}) {  // Go's reader would take the last one for the version
    EXPECT_TRUE(fails_with(refresh_with_timestamp(form(), with_member(member)), ErrorCode::bad_format))
        << member;
  }
  for (const char* member : {"\"signatures\":[]", "\"signed\":{}", "\"Signed\":{}"}) {
    EXPECT_TRUE(fails_with(refresh_with_bytes(form(), with_member(member)), ErrorCode::bad_format)) << member;
  }
  const auto in_a_signature = [](std::string& text) {
    replace_first(text, "\"keyid\":", "\"keyid\":\"\",\"keyid\":");
  };
  EXPECT_TRUE(fails_with(refresh_with_bytes(form(), in_a_signature), ErrorCode::bad_format));
}

TEST_P(Attack, J1_DuplicateMembersInCustom) {
  Simulator repo(form());
  repo.file(RoleName::targets()).targets.front().custom = R"({"a":1,"a":2})";
  repo.publish();
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format));
}

TEST_P(Attack, J2_Numbers) {
  for (const char* number :
       {"1.5", "1e2", "NaN", "Infinity", "-0", "9007199254740993", "1E400", "0x10", "+1", "01"}) {
    EXPECT_TRUE(fails_with(refresh_with_timestamp(form(), with_member("\"x\":" + std::string(number))),
                           ErrorCode::bad_format))
        << number;
  }
}

TEST_P(Attack, J3_Depth) {
  for (const std::size_t depth : {std::size_t{65}, std::size_t{7'000}}) {
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_TRUE(
        fails_with(refresh_with_timestamp(form(), with_member("\"x\":" + nested)), ErrorCode::bad_format))
        << depth;
  }
  const auto deep = tuf::parse_targets(form(), RoleName::targets(), std::string(1'000'000, '['));
  EXPECT_TRUE(fails_with(deep, ErrorCode::bad_format));
}

TEST_P(Attack, J4_Text) {
  for (const char* text : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\\ud800",
                           "\\ud800\\u0041", "\n", "\x01", "\\x41"}) {
    EXPECT_TRUE(fails_with(refresh_with_bytes(form(), with_member("\"x\":\"" + std::string(text) + "\"")),
                           ErrorCode::bad_format))
        << text;
  }
  const auto mark = [](std::string& bytes) { bytes.insert(0, "\xEF\xBB\xBF"); };
  EXPECT_TRUE(fails_with(refresh_with_bytes(form(), mark), ErrorCode::bad_format));
}

TEST_P(Attack, J5_NormalFormsAreDistinctNames) {
  Simulator repo(form());
  const std::string composed = "caf\xC3\xA9";
  const std::string decomposed = "cafe\xCC\x81";
  repo.set_target(RoleName::targets(), composed, "one");
  repo.set_target(RoleName::targets(), decomposed, "two");
  repo.publish();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  const auto first = client.find(composed);
  const auto second = client.find(decomposed);
  ASSERT_TRUE(succeeds(first));
  ASSERT_TRUE(succeeds(second));
  EXPECT_NE(first->target.hashes.sha256, second->target.hashes.sha256);
}

TEST_P(Attack, J6_NotOneDocument) {
  for (const char* bytes : {"", " ", "null", "[]", "\"x\"", "1", "{}", "{\"signed\":{}}",
                            "{\"signatures\":[]}", "{}{}", "[{}]", "<html>"}) {
    EXPECT_TRUE(fails_with(refresh_with_bytes(form(), [bytes](std::string& text) { text = bytes; }),
                           ErrorCode::bad_format))
        << bytes;
  }
  EXPECT_TRUE(
      fails_with(refresh_with_bytes(form(), [](std::string& text) { text += "{}"; }), ErrorCode::bad_format));
  EXPECT_TRUE(fails_with(refresh_with_bytes(form(), [](std::string& text) { text += std::string(1, '\0'); }),
                         ErrorCode::bad_format));
}

// ---- J7: every field in turn ------------------------------------------------------------------------------

struct Mutation {
  std::string what;
  std::string bytes;
};

/// Every value below `value` replaced by `replacement` in turn.
void replace_each(const std::string& text, const json::Value& value, const std::string& path,
                  const std::string& replacement, std::vector<Mutation>& out) {
  const auto at = static_cast<std::size_t>(value.source().data() - text.data());
  if (value.source() != replacement) {
    out.push_back({path + " = " + replacement,
                   text.substr(0, at) + replacement + text.substr(at + value.source().size())});
  }
  for (const json::Member& member : value.members()) {
    replace_each(text, member.value, path + "." + std::string(member.name), replacement, out);
  }
  for (const json::Value& item : value.items()) replace_each(text, item, path + "[]", replacement, out);
}

/// Every member below `value` left out in turn.
void remove_each(const std::string& text, const json::Value& value, const std::string& path,
                 std::vector<Mutation>& out) {
  const std::span<const json::Member> members = value.members();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const json::Member& member = members[i];
    const auto value_at = static_cast<std::size_t>(member.value.source().data() - text.data());
    std::size_t begin = value_at - member.name.size() - 3;  // "name":
    std::size_t end = value_at + member.value.source().size();
    if (i + 1 < members.size()) {
      ++end;
    } else if (i > 0) {
      --begin;
    }
    const std::string inside = path + "." + std::string(member.name);
    out.push_back({inside + " is gone", text.substr(0, begin) + text.substr(end)});
    remove_each(text, member.value, inside, out);
  }
  for (const json::Value& item : value.items()) remove_each(text, item, path + "[]", out);
}

std::vector<Mutation> mutations_of(const std::string& text) {
  const auto document = json::Document::parse(text, {});
  EXPECT_TRUE(succeeds(document));
  std::vector<Mutation> out;
  for (const char* replacement : {"null", "[]", "{}", "7", "\"x\"", "true", "[null]", "{\"\":null}"}) {
    replace_each(document->text(), document->root(), "$", replacement, out);
  }
  remove_each(document->text(), document->root(), "$", out);
  return out;
}

/// One signature each: whatever is changed in the file, it can't pass as it stood.
TEST_P(Attack, J7_EveryFieldChanged) {
  Simulator repo(form());
  repo.delegate(RoleName::targets(), "targets/releases", {"*"});
  repo.publish({RoleName::targets(), RoleName::releases()});
  const auto honest = repo.served;
  std::size_t tried = 0;
  for (const RoleName& victim : {RoleName::timestamp(), RoleName::snapshot(), RoleName::targets()}) {
    for (const Mutation& mutation : mutations_of(honest.at(victim))) {
      repo.served = honest;
      repo.served[victim] = mutation.bytes;
      Client client(repo);
      EXPECT_FALSE(client.refresh().has_value()) << victim.str() << " " << mutation.what;
      EXPECT_FALSE(client.disk.contains(victim)) << victim.str() << " " << mutation.what;
      ++tried;
    }
  }
  for (const Mutation& mutation : mutations_of(repo.newest_root())) {
    Client client(repo, mutation.bytes);
    EXPECT_FALSE(client.refresh().has_value()) << mutation.what;
    ++tried;
  }
  EXPECT_GT(tried, 500U);
}

/// The same, signed after the change: the shape must be refused by itself, before or after the signature.
TEST_P(Attack, J7_EveryFieldChangedAndSignedAgain) {
  Simulator repo(form());
  const std::string honest = tuf::write_payload(repo.timestamp).canonical;
  const std::set<std::string> optional = notary()
                                             ? std::set<std::string>{"$.meta.snapshot.hashes.sha256 is gone",
                                                                     "$.meta.snapshot.hashes.sha512 is gone"}
                                             : std::set<std::string>{"$.meta.snapshot.json.hashes is gone",
                                                                     "$.meta.snapshot.json.length is gone"};
  for (const Mutation& mutation : mutations_of(honest)) {
    repo.before_signing[RoleName::timestamp()] = [&](std::string& text) { text = mutation.bytes; };
    repo.sign_timestamp();
    Client client(repo);
    const auto done = client.refresh();
    const bool harmless = done.has_value();
    if (!harmless) continue;
    // What may pass: a member that the form leaves open, or a number that fits.
    const bool number = mutation.what.ends_with("= 7");
    EXPECT_TRUE(number || optional.contains(mutation.what)) << mutation.what;
  }
}

// ---- P1: names -------------------------------------------------------------------------------------------

TEST_F(AttackTuf1, P1_OddRoleNamesAreData) {
  for (const char* name :
       {"../delegatedrole", "/delegatedrole", "?", "#", "a%2fb", "a/b", ".", "..", "*", "a b"}) {
    Simulator repo(kForm);
    repo.delegate(RoleName::targets(), name, {"*"});
    repo.set_target(role(name), "v2", "two");
    repo.publish({RoleName::targets(), role(name)});
    Client client(repo);
    const auto found = client.look_up("v2");
    ASSERT_TRUE(succeeds(found)) << name;
    EXPECT_EQ(found->edge.role.str(), name);
    const std::string file = found->edge.role.encoded_file();
    EXPECT_EQ(file.find('/'), std::string::npos) << file;
    EXPECT_FALSE(file.starts_with('.')) << file;
  }
  EXPECT_NE(role("a%2fb").encoded_file(), role("a/b").encoded_file());
  EXPECT_NE(role("a%2Fb").encoded_file(), role("a/b").encoded_file());
}

TEST_P(Attack, P1_NamesThatAreNoDelegation) {
  const std::vector<std::string> bad = {
      "", "root", "targets", "snapshot", "timestamp", std::string(300, 'x'), "a\\u0000b"};
  std::vector<std::string> names = bad;
  if (notary()) {
    names.insert(names.end(), {"../x", "targets/../x", "targets//x", "targets/", "targets/x/", "targets/X",
                               "releases", "targets/a b", "targets/a%2fb", "targets/\\u00e9"});
  }
  for (const std::string& name : names) {
    Simulator repo(form());
    repo.delegate(RoleName::targets(), "targets/releases", {"*"});
    repo.before_signing[RoleName::targets()] = [&](std::string& text) {
      replace_first(text, "\"name\":\"targets/releases\"", "\"name\":\"" + name + "\"");
    };
    repo.publish({RoleName::targets()});
    Client client(repo);
    const auto done = client.refresh();
    ASSERT_FALSE(done.has_value()) << name;
    EXPECT_THAT(done.error().code(), testing::AnyOf(ErrorCode::bad_format, ErrorCode::bad_role)) << name;
    EXPECT_FALSE(client.disk.contains(RoleName::targets()));
  }
}

TEST_P(Attack, P1_TwoDelegationsOfOneName) {
  Simulator repo(form());
  repo.delegate(RoleName::targets(), "targets/releases", {"*"});
  auto& roles = repo.file(RoleName::targets()).delegations->roles;
  roles.push_back(roles.front());
  repo.publish({RoleName::targets(), RoleName::releases()});
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format));
}

}  // namespace
}  // namespace boltseal::test
