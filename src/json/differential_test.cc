// Two differentials: our canonical writer against a naive one on random trees, and our reader (simdjson's
// structure with our literals) against a naive recursive-descent reader on damaged texts.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "json/canonical.h"
#include "json/reader.h"

namespace boltseal::json {
namespace {

class RandomText {
 public:
  explicit RandomText(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  // Appends a random value to `json` in a random spelling, and its canonical form to `canonical`.
  void value(std::string& json, std::string& canonical, int depth) {
    switch (below(depth > 4 ? 4 : 6)) {
      case 0: {
        static const char* const kLiterals[] = {"null", "true", "false"};
        const char* literal = kLiterals[below(3)];
        json += literal;
        canonical += literal;
        return;
      }
      case 1:
      case 2: {
        const auto number = std::to_string(static_cast<std::int64_t>(below(2'000'000)) - 1'000'000);
        json += number;
        canonical += number;
        return;
      }
      case 3:
        return string(characters(), json, canonical);
      case 4:
        return array(json, canonical, depth);
      default:
        return object(json, canonical, depth);
    }
  }

  void space(std::string& json) {
    while (below(4) == 0) json += " \t\n\r"[below(4)];
  }

 private:
  using Characters = std::vector<std::uint32_t>;

  Characters characters() {
    static const std::uint32_t kSome[] = {'a',  'b',  'Z', '"',  '\\',   '/',    '\n',   0,
                                          0x1F, 0x7F, '<', 0xE9, 0x2028, 0xFB33, 0x1F600};
    Characters out;
    for (std::size_t n = below(6); n > 0; --n) out.push_back(kSome[below(std::size(kSome))]);
    return out;
  }

  static std::string utf8(std::uint32_t c) {
    std::string out;
    const auto put = [&](std::uint32_t b) { out += static_cast<char>(static_cast<std::uint8_t>(b)); };
    if (c < 0x80) return put(c), out;
    if (c < 0x800) return put(0xC0 | c >> 6), put(0x80 | (c & 63)), out;
    if (c < 0x10000) return put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63)), out;
    return put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63)),
           out;
  }

  static std::string unit(std::uint32_t u, bool upper) {
    const char* digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string out = "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[u >> shift & 15];
    return out;
  }

  void string(const Characters& text, std::string& json, std::string& canonical) {
    json += '"';
    canonical += '"';
    for (const std::uint32_t c : text) {
      const bool must = c < 0x20 || c == '"' || c == '\\';
      if (c == '\n' && below(2) == 0) {
        json += "\\n";
      } else if ((c == '"' || c == '\\' || c == '/') && below(2) == 0) {
        json += '\\';
        json += static_cast<char>(c);
      } else if (must || below(4) == 0) {
        const bool upper = below(2) == 0;
        json +=
            c < 0x10000 ? unit(c, upper) : unit(0xD7C0 + (c >> 10), upper) + unit(0xDC00 + (c & 1023), upper);
      } else {
        json += utf8(c);
      }
      if (c == '"' || c == '\\') canonical += '\\';
      canonical += utf8(c);
    }
    json += '"';
    canonical += '"';
  }

  void array(std::string& json, std::string& canonical, int depth) {
    json += '[';
    canonical += '[';
    const std::size_t count = below(5);
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) json += ',', canonical += ',';
      space(json);
      value(json, canonical, depth + 1);
      space(json);
    }
    space(json);
    json += ']';
    canonical += ']';
  }

  void object(std::string& json, std::string& canonical, int depth) {
    std::map<std::string, std::pair<std::string, std::string>> sorted;  // by unescaped name
    json += '{';
    bool first = true;
    for (std::size_t n = below(6); n > 0; --n) {
      const Characters name = characters();
      std::string plain;
      for (const std::uint32_t c : name) plain += utf8(c);
      if (sorted.contains(plain)) continue;
      if (!first) json += ',';
      first = false;
      auto& [name_canonical, value_canonical] = sorted[plain];
      space(json);
      string(name, json, name_canonical);
      space(json);
      json += ':';
      space(json);
      value(json, value_canonical, depth + 1);
      space(json);
    }
    space(json);
    json += '}';
    canonical += '{';
    bool again = false;
    for (const auto& [plain, both] : sorted) {
      if (again) canonical += ',';
      again = true;
      canonical += both.first + ":" + both.second;
    }
    canonical += '}';
  }

  std::mt19937 random_;
};

// A reader as RFC 8259 reads, with our rules on numbers, names and depth; says only yes or no.
class NaiveReader {
 public:
  static bool accepts(std::string_view text) {
    if (!is_utf8(text)) return false;
    NaiveReader reader(text);
    reader.space();
    if (!reader.value(0)) return false;
    reader.space();
    return reader.at_ == text.size();
  }

 private:
  explicit NaiveReader(std::string_view text) : text_(text) {}

  char peek() const { return at_ < text_.size() ? text_[at_] : '\x01'; }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  bool value(int depth) {
    if (peek() == '[' || peek() == '{') return depth < 64 && container(depth);
    std::string ignored;
    if (peek() == '"') return string(ignored);
    return take("null") || take("true") || take("false") || number();
  }

  bool container(int depth) {
    const bool object = text_[at_++] == '{';
    const char close = object ? '}' : ']';
    std::set<std::string> names;
    space();
    if (peek() == close) return ++at_, true;
    while (true) {
      space();
      if (object) {
        std::string name;
        if (!string(name) || !names.insert(name).second) return false;
        space();
        if (!take(":")) return false;
        space();
      }
      if (!value(depth + 1)) return false;
      space();
      if (peek() == close) return ++at_, true;
      if (!take(",")) return false;
    }
  }

  bool number() {
    const bool minus = take("-");
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    const std::string digits(text_.substr(begin, at_ - begin));
    if (digits.empty() || (digits[0] == '0' && digits.size() > 1) || (minus && digits == "0")) return false;
    if (digits.size() > 16 || std::stoull(digits) > 9007199254740991u) return false;
    return peek() != '.' && peek() != 'e' && peek() != 'E';
  }

  bool unit(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const std::size_t digit = std::string_view("0123456789abcdef0123456789ABCDEF").find(peek());
      if (digit == std::string_view::npos) return false;
      out = out * 16 + static_cast<std::uint32_t>(digit % 16);
    }
    return true;
  }

  // `out` gets the code points as numbers: enough to compare names.
  bool string(std::string& out) {
    if (!take("\"")) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<std::uint8_t>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ == text_.size()) return false;
      const char letter = text_[at_++];
      const std::size_t simple = std::string_view("\"\\/bfnrt").find(letter);
      if (simple != std::string_view::npos) {
        out += "\"\\/\b\f\n\r\t"[simple];
        continue;
      }
      std::uint32_t high = 0;
      std::uint32_t low = 0;
      if (letter != 'u' || !unit(high)) return false;
      if (high >= 0xD800 && high < 0xDC00) {
        if (!take("\\u") || !unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
        high = 0x10000 + (high - 0xD800) * 1024 + (low - 0xDC00);
      } else if (high >= 0xDC00 && high <= 0xDFFF) {
        return false;
      }
      append_utf8(out, high);
    }
    return false;
  }

  static void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t b) { out += static_cast<char>(static_cast<std::uint8_t>(b)); };
    if (c < 0x80) return put(c);
    if (c < 0x800) return put(0xC0 | c >> 6), put(0x80 | (c & 63));
    if (c < 0x10000) return put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

TEST(Differential, CanonicalFormOfRandomTrees) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    std::string json;
    std::string expected;
    RandomText random(seed);
    random.space(json);
    random.value(json, expected, 0);
    random.space(json);
    const auto document = Document::parse(json, {});
    ASSERT_TRUE(document) << seed << ": " << json << ": " << document.error().what();
    const auto got = canonical(document->root(), Dialect::olpc);
    ASSERT_TRUE(got);
    ASSERT_EQ(*got, expected) << seed << ": " << json;
    ASSERT_EQ(document->root().source_is_canonical(), document->root().source() == expected) << json;
    const auto again = Document::parse(go_wire(*got), {});
    ASSERT_TRUE(again) << seed << ": " << again.error().what();
    ASSERT_EQ(*canonical(again->root(), Dialect::notary), expected);
  }
}

TEST(Differential, VerdictOnDamagedTexts) {
  static const std::string_view kPieces[] = {
      "{", "}", "[", "]", ",", ":",    "\"",  "\\", "\\u", "d800", "\xC3",    "\xA9",
      "0", "-", ".", "e", "1", "null", "tru", " ",  "\n",  "\x01", "\"a\":1", "\"\\u0061\":"};
  int accepted = 0;
  for (std::uint32_t seed = 0; seed < 20'000; ++seed) {
    std::string json;
    std::string unused;
    RandomText random(seed);
    random.value(json, unused, 2);
    for (std::size_t n = random.below(3) + 1; n > 0; --n) {
      const std::size_t at = random.below(json.size() + 1);
      const std::string_view piece = kPieces[random.below(std::size(kPieces))];
      switch (random.below(3)) {
        case 0:
          json.insert(at, piece);
          break;
        case 1:
          json.erase(at, 1 + random.below(3));
          break;
        default:
          json.replace(at, random.below(2), piece);
      }
    }
    const bool expected = NaiveReader::accepts(json);
    accepted += expected ? 1 : 0;
    const auto document = Document::parse(json, {});
    ASSERT_EQ(document.has_value(), expected)
        << seed << ": " << json << ": " << (document ? "accepted" : document.error().what());
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_LT(accepted, 19'000);
}

}  // namespace
}  // namespace boltseal::json
