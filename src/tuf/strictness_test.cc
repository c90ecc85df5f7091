// What the readers refuse: TUF.md 3 and 9 (J7, K4, V1, T6), SECURITY rule 6. A small good file of each kind
// and form is harmed at each place in turn.
#include <gtest/gtest.h>

#include <set>

#include "json/reader.h"
#include "tuf/test_files.h"

namespace boltseal::tuf::testing {
namespace {

constexpr std::string_view kHash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

struct Sample {
  std::string name;
  Form form;
  FileType type;
  std::string text;
};

Result<void> parse(Form form, FileType type, const std::string& text) {
  switch (type) {
    case FileType::root:
      BS_TRY(parse_root(form, text));
      break;
    case FileType::targets:
      BS_TRY(parse_targets(form, RoleName::targets(), text));
      break;
    case FileType::snapshot:
      BS_TRY(parse_snapshot(form, text));
      break;
    case FileType::timestamp:
      BS_TRY(parse_timestamp(form, text));
      break;
  }
  return {};
}
Result<void> parse(const Sample& sample, const std::string& text) {
  return parse(sample.form, sample.type, text);
}

/// A TUF 1.0 file with every member that we know.
std::string tuf1_text(FileType type) {
  const Key key =
      encode_key(Form::tuf1, (*crypto::SoftwareKey::from_ed25519_seed(Bytes(32, 7)))->public_key());
  const std::string hash(kHash);
  const std::string head =
      R"("expires":"2030-01-02T03:04:05Z","spec_version":"1.0.31","version":3,"x-boltseal-gun":"example.com/a")";
  const std::string role = R"({"keyids":[")" + key.id + R"("],"threshold":1})";
  const std::string meta = R"({"hashes":{"sha256":")" + hash + R"("},"length":10,"version":2})";
  std::string body;
  switch (type) {
    case FileType::root:
      body = R"("_type":"root","consistent_snapshot":true,"keys":{")" + key.id +
             "\":" + wire_text(Form::tuf1, key.object) + R"(},"roles":{"root":)" + role + R"(,"snapshot":)" +
             role + R"(,"targets":)" + role + R"(,"timestamp":)" + role +
             R"(},"x-boltseal-notary-version":7)";
      break;
    case FileType::targets:
      body =
          R"("_type":"targets","delegations":{"keys":{")" + key.id +
          "\":" + wire_text(Form::tuf1, key.object) + R"(},"roles":[{"keyids":[")" + key.id +
          R"("],"name":"targets/releases","paths":["*"],"terminating":false,"threshold":1}]},"targets":{"v1":{"custom":{"a":1},"hashes":{"sha256":")" +
          hash + R"("},"length":5}},"x-boltseal-based-on":")" + hash + "\"";
      break;
    case FileType::snapshot:
      body = R"("_type":"snapshot","meta":{"targets.json":)" + meta + R"(,"targets/releases.json":)" + meta +
             R"(},"x-boltseal-twin":")" + hash + "\"";
      break;
    case FileType::timestamp:
      body = R"("_type":"timestamp","meta":{"snapshot.json":)" + meta +
             R"(},"x-boltseal-issued":"2026-01-02T03:04:05Z","x-boltseal-twin":")" + hash + "\"";
      break;
  }
  return R"({"signatures":[{"keyid":")" + key.id + R"(","sig":"00ff"}],"signed":{)" + body + "," + head +
         "}}";
}

std::vector<Sample> samples() {
  std::vector<Sample> out;
  for (const FileType type : {FileType::root, FileType::targets, FileType::snapshot, FileType::timestamp}) {
    const std::string name(name_of(type));
    out.push_back({name + "_notary", Form::notary, type, vector_file("3." + name + ".json")});
    out.push_back({name + "_tuf1", Form::tuf1, type, tuf1_text(type)});
  }
  return out;
}

/// A place in a file (names in its path are joined by '|'): where the value is and, in an object, where its
/// member begins.
struct Place {
  std::string path;
  std::size_t member, value, size;
  json::Kind kind;
};

void collect(const json::Value& value, std::string_view text, const std::string& path,
             std::vector<Place>& out) {
  const auto at = [&](const json::Value& v) {
    return static_cast<std::size_t>(v.source().data() - text.data());
  };
  for (const json::Member& member : value.members()) {
    const std::string below = path + "|" + std::string(member.name);
    const std::size_t start = text.rfind('"', text.rfind("\":", at(member.value)) - 1);
    out.push_back({below, start, at(member.value), member.value.source().size(), member.value.kind()});
    if (member.name != "custom") collect(member.value, text, below, out);
  }
  for (const json::Value& item : value.items()) {
    out.push_back({path + "|[]", 0, at(item), item.source().size(), item.kind()});
    collect(item, text, path + "|[]", out);
  }
}

std::vector<Place> places(const std::string& text) {
  json::ReadLimits limits;
  const auto document = json::Document::parse(text, limits);
  EXPECT_TRUE(ok(document));
  std::vector<Place> out;
  collect(document->root(), document->text(), "", out);
  return out;
}

std::string last(const std::string& path) { return path.substr(path.rfind('|') + 1); }
std::string above(const std::string& path) { return last(path.substr(0, path.rfind('|'))); }

std::string wrong_kind(json::Kind kind) {
  switch (kind) {
    case json::Kind::string:
      return "1";
    case json::Kind::integer:
      return "\"1\"";
    case json::Kind::boolean:
      return "1";
    case json::Kind::array:
      return "{}";
    default:
      return "[]";
  }
}

bool null_is_fine(const Sample& sample, const Place& place) {
  if (place.kind == json::Kind::null) return true;
  return sample.form == Form::notary &&
         (last(place.path) == "keyids" || place.path == "|signed|delegations|roles");
}

bool may_be_missing(const Sample& sample, const Place& place) {
  static const std::set<std::string> kOptional = {
      "consistent_snapshot", "delegations", "paths", "custom", "private", "sha512", "terminating"};
  const std::string name = last(place.path), map = above(place.path);
  if (kOptional.contains(name) || name.starts_with("x-boltseal-")) return true;
  if (place.path == "|signed|targets|" + name) return true;
  // Another known hash stands beside it.
  if (sample.form == Form::notary && map == "hashes" &&
      sample.text.substr(place.value + place.size, 9) == ",\"sha512\"") {
    return place.path.find("|meta|root|") == std::string::npos &&
           place.path != "|signed|meta|targets|hashes|sha256" &&
           place.path.find("|meta|snapshot|") == std::string::npos;
  }
  if (map == "keys") return sample.form == Form::tuf1 || sample.type != FileType::root;
  if (map == "meta" && sample.type == FileType::snapshot)
    return name != "root" && (sample.form == Form::tuf1 || name != "targets");
  return sample.form == Form::tuf1 && place.path.find("|meta|") != std::string::npos &&
         (name == "length" || name == "hashes");
}

class Strictness : public ::testing::TestWithParam<Sample> {};

TEST_P(Strictness, TheSampleIsGood) { EXPECT_TRUE(ok(parse(GetParam(), GetParam().text))); }

TEST_P(Strictness, NullInPlaceOfEachValue) {
  for (const Place& place : places(GetParam().text)) {
    std::string text = GetParam().text;
    text.replace(place.value, place.size, "null");
    if (null_is_fine(GetParam(), place)) {
      EXPECT_TRUE(ok(parse(GetParam(), text))) << place.path;
    } else {
      EXPECT_TRUE(fails(parse(GetParam(), text), ErrorCode::bad_format)) << place.path;
    }
  }
}

TEST_P(Strictness, AnotherKindInPlaceOfEachValue) {
  for (const Place& place : places(GetParam().text)) {
    std::string text = GetParam().text;
    text.replace(place.value, place.size, wrong_kind(place.kind));
    // notary takes any JSON value as custom data.
    if (GetParam().form == Form::notary && last(place.path) == "custom") continue;
    EXPECT_TRUE(fails(parse(GetParam(), text), ErrorCode::bad_format)) << place.path;
  }
}

TEST_P(Strictness, EachMemberMissing) {
  for (const Place& place : places(GetParam().text)) {
    if (last(place.path) == "[]") continue;
    std::string text = GetParam().text;
    std::size_t begin = place.member, end = place.value + place.size;
    if (text[end] == ',') {
      ++end;
    } else if (text[begin - 1] == ',') {
      --begin;
    }
    text.erase(begin, end - begin);
    if (may_be_missing(GetParam(), place)) {
      EXPECT_TRUE(ok(parse(GetParam(), text))) << place.path;
    } else {
      EXPECT_TRUE(fails(parse(GetParam(), text), ErrorCode::bad_format)) << place.path;
    }
  }
}

TEST_P(Strictness, TheOtherCodecRefuses) {
  const Form other = GetParam().form == Form::notary ? Form::tuf1 : Form::notary;
  EXPECT_TRUE(fails(parse(other, GetParam().type, GetParam().text), ErrorCode::bad_format));
}

TEST_P(Strictness, AnotherTypeRefuses) {
  for (const FileType type : {FileType::root, FileType::targets, FileType::snapshot, FileType::timestamp}) {
    if (type == GetParam().type) continue;
    EXPECT_TRUE(fails(parse(GetParam().form, type, GetParam().text), ErrorCode::bad_format));
  }
}

TEST_P(Strictness, Numbers) {
  const auto all = places(GetParam().text);
  for (const char* number : {"0", "-1", "9007199254740992", "9223372036854775808", "18446744073709551616",
                             "1e3", "1.0", "1.5", "-0", "\"2\"", "true"}) {
    for (const Place& place : all) {
      if (place.path != "|signed|version" && last(place.path) != "threshold") continue;
      std::string text = GetParam().text;
      text.replace(place.value, place.size, number);
      EXPECT_TRUE(fails(parse(GetParam(), text), ErrorCode::bad_format)) << place.path << " " << number;
    }
  }
  for (const Place& place : all) {
    std::string text = GetParam().text;
    if (place.path == "|signed|version") {
      EXPECT_TRUE(ok(parse(GetParam(), text.replace(place.value, place.size, "9007199254740991"))));
    } else if (last(place.path) == "threshold") {
      EXPECT_TRUE(
          fails(parse(GetParam(), text.replace(place.value, place.size, "1025")), ErrorCode::bad_format));
    }
  }
}

TEST_P(Strictness, NoTextIsNoFile) {
  for (const char* text :
       {"", "null", "[]", "\"x\"", "{}", "{\"signed\":{}}", "{\"signed\":{},\"signatures\":[]}"}) {
    EXPECT_TRUE(fails(parse(GetParam(), text), ErrorCode::bad_format)) << text;
  }
  EXPECT_TRUE(fails(parse(GetParam(), GetParam().text + "x"), ErrorCode::bad_format));
  EXPECT_TRUE(fails(parse(GetParam(), GetParam().text + GetParam().text), ErrorCode::bad_format));
}

TEST_P(Strictness, TooManySignaturesBeforeAnyIsLookedAt) {
  std::string list;
  for (int i = 0; i < 129; ++i) list += (i == 0 ? "" : ",") + std::string("7");
  const auto all = places(GetParam().text);
  for (const Place& place : all) {
    if (place.path != "|signatures") continue;
    std::string text = GetParam().text;
    text.replace(place.value, place.size, "[" + list + "]");
    EXPECT_TRUE(fails(parse(GetParam(), text), ErrorCode::limit_exceeded));
  }
}

TEST_P(Strictness, Size) {
  ReadOptions options;
  options.max_bytes = GetParam().text.size() - 1;
  if (GetParam().type == FileType::root) {
    EXPECT_TRUE(fails(parse_root(GetParam().form, GetParam().text, options), ErrorCode::limit_exceeded));
  }
  const std::string blanks(default_limit(GetParam().form, FileType::timestamp), ' ');
  if (GetParam().type == FileType::timestamp) {
    EXPECT_TRUE(fails(parse(GetParam(), GetParam().text + blanks), ErrorCode::limit_exceeded));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Strictness, ::testing::ValuesIn(samples()),
                         [](const auto& one) { return one.param.name; });

struct Change {
  const char* name;
  Form form;
  FileType type;
  const char* from;
  const char* to;
  ErrorCode code;
};

class Refused : public ::testing::TestWithParam<Change> {};

TEST_P(Refused, Change) {
  const Change& c = GetParam();
  for (const Sample& sample : samples()) {
    if (sample.form != c.form || sample.type != c.type) continue;
    EXPECT_TRUE(fails(parse(sample, with(sample.text, c.from, c.to)), c.code));
  }
}

constexpr Form kN = Form::notary, kT = Form::tuf1;
constexpr auto kBad = ErrorCode::bad_format;
INSTANTIATE_TEST_SUITE_P(
    Changes, Refused,
    ::testing::Values(
        Change{"type_case_tuf1", kT, FileType::root, R"("_type":"root")", R"("_type":"Root")", kBad},
        Change{"type_case_notary", kN, FileType::root, R"("_type":"Root")", R"("_type":"root")", kBad},
        Change{"spec_version_in_notary", kN, FileType::root, R"("version":)",
               R"("spec_version":"1.0","version":)", kBad},
        Change{"spec_version_2", kT, FileType::root, "1.0.31", "2.0.0", kBad},
        Change{"spec_version_short", kT, FileType::root, "1.0.31", "1", kBad},
        Change{"spec_version_long", kT, FileType::root, "1.0.31", "1.0.31.1", kBad},
        Change{"spec_version_letters", kT, FileType::root, "1.0.31", "1.0.x", kBad},
        Change{"spec_version_11", kT, FileType::root, "1.0.31", "11.0", kBad},
        Change{"expires_fraction", kT, FileType::root, "05Z", "05.5Z", kBad},
        Change{"expires_offset", kT, FileType::root, "05Z", "05+00:00", kBad},
        Change{"expires_date_only", kN, FileType::timestamp, R"("expires":"2)", R"("expires":"02)", kBad},
        Change{"case_twin", kT, FileType::root, R"("version":3)", R"("version":3,"Version":4)", kBad},
        Change{"case_twin_notary", kN, FileType::root, R"("version":)", R"("VERSION":1,"version":)", kBad},
        Change{"case_alone_notary_delegations", kN, FileType::targets, R"("delegations":)",
               R"("Delegations":)", kBad},
        Change{"case_alone_notary_paths", kN, FileType::targets, R"("paths":)", R"("Paths":)", kBad},
        Change{"case_alone_notary_snapshot", kN, FileType::root, R"("consistent_snapshot":)",
               R"("CONSISTENT_SNAPSHOT":)", kBad},
        Change{"case_alone_custom", kT, FileType::targets, R"("custom":)", R"("Custom":)", kBad},
        Change{"case_alone_length", kT, FileType::snapshot, R"("length":)", R"("Length":)", kBad},
        Change{"duplicate_member", kT, FileType::root, R"("version":3)", R"("version":3,"\u0076ersion":3)",
               kBad},
        Change{"duplicate_in_custom", kT, FileType::targets, R"({"a":1})", R"({"a":1,"a":1})", kBad},
        Change{"hash_short", kT, FileType::targets, "\"2cf24d", "\"f24d", kBad},
        Change{"hash_unknown_only", kT, FileType::targets, "\"sha256\"", "\"blake3\"", kBad},
        Change{"hash_empty", kT, FileType::snapshot,
               R"("sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")", "", kBad},
        Change{"length_negative", kT, FileType::targets, R"("length":5)", R"("length":-5)", kBad},
        Change{"delegation_root", kT, FileType::targets, "\"targets/releases\"", "\"root\"", kBad},
        Change{"delegation_empty", kT, FileType::targets, "\"targets/releases\"", "\"\"", kBad},
        Change{"delegation_nul", kT, FileType::targets, "\"targets/releases\"", "\"a\\u0000\"", kBad},
        Change{"delegation_upper_notary", kN, FileType::targets, "\"targets/releases\"",
               "\"targets/Releases\"", kBad},
        Change{"delegation_grandchild_notary", kN, FileType::targets, "\"targets/releases\"",
               "\"targets/a/b\"", kBad},
        Change{"delegation_base_notary", kN, FileType::targets, "\"targets/releases\"", "\"targets\"", kBad},
        Change{"delegation_twice", kN, FileType::targets, "\"targets/alice\"", "\"targets/releases\"", kBad},
        Change{"paths_and_prefixes", kT, FileType::targets, R"("paths":["*"])",
               R"("path_hash_prefixes":["0"],"paths":["*"])", kBad},
        Change{"roles_and_succinct", kT, FileType::targets, R"("roles":[{)",
               R"("succinct_roles":{"keyids":[],"threshold":1,"bit_length":3,"name_prefix":"b"},"roles":[{)",
               kBad},
        Change{"key_id_wrong_notary", kN, FileType::root, R"("keytype":"ecdsa")", R"("keytype":"ed25519")",
               kBad},
        Change{"key_private_notary", kN, FileType::root, R"("private":null)", R"("private":"AAAA")", kBad},
        Change{"twin_upper_case", kT, FileType::timestamp, R"("x-boltseal-twin":"2c)",
               R"("x-boltseal-twin":"2C)", kBad},
        Change{"issued_fraction", kT, FileType::timestamp, R"("x-boltseal-issued":"2026-01-02T03:04:05Z")",
               R"("x-boltseal-issued":"2026-01-02T03:04:05.1Z")", kBad},
        Change{"timestamp_names_no_snapshot", kT, FileType::timestamp, "snapshot.json", "snapshots.json",
               kBad},
        Change{"snapshot_without_root_notary", kN, FileType::snapshot, "\"root\"", "\"r00t\"", kBad}),
    [](const auto& one) { return one.param.name; });

TEST(Read, SuccinctRoles) {
  const std::string text =
      with(tuf1_text(FileType::targets), R"("roles":[{)",
           R"("succinct_roles":{"keyids":[],"threshold":1,"bit_length":11,"name_prefix":"bin"},"x":[{)");
  const auto file = parse_targets(Form::tuf1, RoleName::targets(), text);
  ASSERT_TRUE(ok(file));
  const SuccinctRoles& bins = *file->body().delegations->succinct;
  for (const char* name : {"bin-000", "bin-7ff", "bin-400"}) EXPECT_TRUE(bins.is_bin(name)) << name;
  for (const char* name : {"bin-800", "bin-00", "bin-0000", "bin-00A", "bins000", "bin-", "bin"}) {
    EXPECT_FALSE(bins.is_bin(name)) << name;
  }
  for (const char* bits : {"0", "33", "-1"}) {
    const std::string bad = with(text, "\"bit_length\":11", std::string("\"bit_length\":") + bits);
    EXPECT_TRUE(fails(parse_targets(Form::tuf1, RoleName::targets(), bad), ErrorCode::bad_format)) << bits;
  }
}

TEST(Read, DuplicateKeyids) {
  const std::string text = tuf1_text(FileType::root);
  const std::string id = text.substr(text.find("\"keyid\":") + 8, 66);
  const std::string in_role = with(text, "\"keyids\":[" + id, "\"keyids\":[" + id + "," + id);
  EXPECT_TRUE(fails(parse_root(Form::tuf1, in_role), ErrorCode::bad_format));
  const std::string one = "{\"keyid\":" + id + ",\"sig\":\"00ff\"}";
  EXPECT_TRUE(fails(parse_root(Form::tuf1, with(text, one, one + "," + one)), ErrorCode::bad_format));
}

TEST(Read, SignaturesThatAreNone) {
  const std::string text = tuf1_text(FileType::root);
  const auto empty = parse_root(Form::tuf1, with(text, "\"00ff\"", "\"\""));
  ASSERT_TRUE(ok(empty));
  EXPECT_TRUE(empty->signatures()[0].sig.empty());
  EXPECT_TRUE(empty->signatures()[0].decodable);
  const auto odd = parse_root(Form::tuf1, with(text, "\"00ff\"", "\"zz\""));
  ASSERT_TRUE(ok(odd));
  EXPECT_FALSE(odd->signatures()[0].decodable);
  EXPECT_EQ(assemble(Form::tuf1, odd->signed_source(), odd->signatures()), odd->bytes());
}

TEST(Read, LenientDates) {
  const std::string text = with(tuf1_text(FileType::root), "05Z", "05.25-06:00");
  EXPECT_TRUE(fails(parse_root(Form::tuf1, text), ErrorCode::bad_format));
  const auto file = parse_root(Form::tuf1, text, {.max_bytes = 0, .lenient_dates = true});
  ASSERT_TRUE(ok(file));
  EXPECT_EQ(file->body().expires, *parse_rfc3339("2030-01-02T09:04:05.25Z"));
  EXPECT_EQ(write_payload(file->body()).canonical, file->signed_bytes());
}

// As notary 0.7.0 leaves the targets role when its last delegation is removed.
TEST(NotaryTargets, NullForNoDelegations) {
  const std::string file =
      R"({"signed":{"_type":"Targets","delegations":{"keys":{},"roles":null},"expires":"2030-01-02T03:04:05Z",)"
      R"("targets":{},"version":2},"signatures":[]})";
  const auto parsed = parse_targets(Form::notary, RoleName::targets(), file);
  ASSERT_TRUE(parsed) << parsed.error().what();
  ASSERT_TRUE(parsed->body().delegations);
  EXPECT_TRUE(parsed->body().delegations->roles.empty());
  EXPECT_FALSE(
      parse_targets(Form::notary, RoleName::targets(),
                    R"({"signed":{"_type":"Targets","delegations":{"keys":null,"roles":[]},)"
                    R"("expires":"2030-01-02T03:04:05Z","targets":{},"version":2},"signatures":[]})"));
}

}  // namespace
}  // namespace boltseal::tuf::testing
