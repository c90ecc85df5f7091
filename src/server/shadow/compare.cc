#include "server/shadow/compare.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "json/reader.h"

namespace boltseal::server {
namespace {

/// Blanks and letter case of header values say nothing here.
std::string folded(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c != ' ') out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

/// `errors[0].code`; empty where the body is none of the API's errors.
std::string error_code(const std::string& body) {
  if (body.size() > limits::kErrorBodyBytes) return {};
  const auto document = json::Document::parse(body, {.real_numbers = true});
  if (!document) return {};
  const json::Value* errors = document->root().find("errors");
  if (errors == nullptr || errors->items().empty()) return {};
  const json::Value* code = errors->items()[0].find("code");
  return code == nullptr ? std::string() : std::string(code->as_string());
}

}  // namespace

std::optional<ShadowDifference> compare_answers(const ShadowAnswer& ours, const ShadowAnswer& theirs,
                                                bool is_head) {
  if (ours.status != theirs.status)
    return ShadowDifference{"status", std::to_string(ours.status), std::to_string(theirs.status)};
  const bool good = ours.status == 200;
  if (!is_head && good) {
    const Sha256 a = crypto::sha256(ours.body), b = crypto::sha256(theirs.body);
    if (a != b) return ShadowDifference{"body", "sha256:" + hex_encode(a), "sha256:" + hex_encode(b)};
  }
  if (!is_head && !good) {
    const std::string a = error_code(ours.body), b = error_code(theirs.body);
    if (a != b) return ShadowDifference{"error_code", a, b};
  }
  if (folded(ours.content_type) != folded(theirs.content_type))
    return ShadowDifference{"content_type", ours.content_type, theirs.content_type};
  if (good && folded(ours.cache_control) != folded(theirs.cache_control))
    return ShadowDifference{"cache_control", ours.cache_control, theirs.cache_control};
  return std::nullopt;
}

}  // namespace boltseal::server
