#include "http/token.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/limits.h"
#include "json/reader.h"

namespace boltseal::http {
namespace {

constexpr std::int64_t kShortestLife = 60;  // Docker's client: never shorter
constexpr std::int64_t kLongestLife = 30 * 24 * 3600;

bool fits_header(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// A member that is a non-empty string; null and "" count as absent (Go writes both for unset fields).
Result<std::string_view> text_member(const json::Value& object, std::string_view name) {
  const auto* member = object.find(name);
  if (member == nullptr || member->is_null()) return std::string_view();
  if (!member->is_string())
    return fail(ErrorCode::bad_response, "token answer: " + std::string(name) + " is no string");
  return member->as_string();
}

/// `expires_in`: some servers write 300.0 or "300".
std::int64_t life_of(const json::Value& object) {
  const auto* member = object.find("expires_in");
  if (member == nullptr) return kShortestLife;
  if (member->is_integer()) return std::clamp(member->as_int(), kShortestLife, kLongestLife);
  const auto text = member->is_string() ? member->as_string() : member->as_number_text();
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::clamp(seconds, kShortestLife, kLongestLife);
}

Result<TokenResponse> read(const json::Value& root) {
  if (!root.is_object()) return fail(ErrorCode::bad_response, "token answer is no JSON object");
  TokenResponse out;
  auto token = BS_TRY(text_member(root, "token"));
  if (token.empty()) token = BS_TRY(text_member(root, "access_token"));
  if (token.empty()) return fail(ErrorCode::bad_response, "token answer holds no token");
  const auto refresh = BS_TRY(text_member(root, "refresh_token"));
  if (!fits_header(token) || (!refresh.empty() && !fits_header(refresh)))
    return fail(ErrorCode::bad_response, "token answer holds a token with bad characters");
  out.token = Secret::of_text(token);
  out.refresh_token = Secret::of_text(refresh);
  out.expires_in = std::chrono::seconds(life_of(root));
  const auto issued = BS_TRY(text_member(root, "issued_at"));
  if (auto time = parse_rfc3339(issued)) out.issued_at = *time;
  return out;
}

}  // namespace

Result<TokenResponse> parse_token_response(std::string body) {
  json::ReadLimits limits;
  limits.bytes = limits::kTokenBytes;
  limits.depth = 16;
  limits.nodes = 4096;
  limits.real_numbers = true;
  auto document = json::Document::parse(std::move(body), limits);
  if (!document) return fail(ErrorCode::bad_response, "token answer is no JSON: " + document.error().what());
  auto result = read(document->root());
  // The tree's text held the tokens in clear; views into it are dead from here on.
  auto& text = const_cast<std::string&>(document->text());
  wipe_memory(text.data(), text.size());
  return result;
}

}  // namespace boltseal::http
