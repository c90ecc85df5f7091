#include "server/publish/go_decode.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"

namespace boltseal::server {
namespace {

/// Offset behind the first JSON value, by brackets alone; the strict reader judges the rest.
std::size_t end_of_first_value(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth <= 1) return i + 1;
      --depth;
    }
  }
  return text.size();
}

std::string trailing_text(std::string_view rest) {
  const std::size_t at = rest.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos) return {};
  return fmt::format("invalid character '{}' after top-level value", escape_untrusted(rest.substr(at, 1)));
}

/// A member that is absent or null leaves Go's zero value.
const json::Value* present(const json::Value& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool decode_common(const json::Value& body, GoDecoded& out) {
  if (const auto* type = present(body, "_type"); type != nullptr && !type->is_string()) return false;
  if (const auto* expires = present(body, "expires"); expires != nullptr) {
    if (!expires->is_string() || !parse_rfc3339(expires->as_string())) return false;
  }
  if (const auto* version = present(body, "version"); version != nullptr) {
    if (!version->is_integer()) return false;
    out.version = version->as_int();
  }
  return true;
}

bool decode_signatures(const json::Value& list, GoDecoded& out) {
  if (!list.is_array()) return false;
  for (const json::Value& item : list.items()) {
    if (!item.is_object()) return false;
    tuf::Signature signature;
    for (const std::string_view name : {"keyid", "method", "sig"}) {
      const json::Value* value = present(item, name);
      if (value == nullptr) continue;
      if (!value->is_string()) return false;
      if (name == "keyid") signature.keyid = value->as_string();
      if (name == "method") signature.method = value->as_string();
      if (name != "sig") continue;
      auto bytes = base64_decode(value->as_string());
      if (!bytes) return false;
      signature.sig = std::move(*bytes);
    }
    std::transform(signature.method.begin(), signature.method.end(), signature.method.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    out.signatures.push_back(std::move(signature));
  }
  return true;
}

std::string invalid(const RoleName& role, std::string_view text) {
  return fmt::format("{} type metadata invalid: {}", role.str(), text);
}

std::string_view text_of(const json::Value& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value == nullptr ? std::string_view() : value->as_string();
}

std::int64_t integer_of(const json::Value& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value == nullptr ? 0 : value->as_int();
}

std::optional<std::string> type_problem(const RoleName& role, const json::Value& body) {
  const std::string_view expected = tuf::wire_type(tuf::Form::notary, tuf::file_type(role));
  const std::string_view type = text_of(body, "_type");
  if (type == expected) return std::nullopt;
  return invalid(role, fmt::format("expected type {}, not {}", expected, escape_untrusted(type)));
}

/// Threshold and keys of one role, listed in a file of `container`.
std::optional<std::string> role_problem(const RoleName& container, std::string_view name,
                                        const json::Value& role, const json::Value* keys) {
  const std::int64_t threshold = integer_of(role, "threshold");
  if (threshold < 1) {
    return invalid(container, fmt::format("invalid threshold specified for {}: {} ", name, threshold));
  }
  const json::Value* ids = role.find("keyids");
  if (ids == nullptr) return std::nullopt;
  for (const json::Value& id : ids->items()) {
    if (keys != nullptr && keys->find(id.as_string()) != nullptr) continue;
    return invalid(container, fmt::format("key ID {} specified in {} without corresponding key",
                                          escape_untrusted(id.as_string()), name));
  }
  return std::nullopt;
}

std::optional<std::string> root_problem(const json::Value& body) {
  const RoleName& role = RoleName::root();
  if (auto text = type_problem(role, body)) return text;
  if (integer_of(body, "version") < 1) return invalid(role, "version cannot be less than 1");
  const json::Value* roles = body.find("roles");
  for (const std::string_view name : {"root", "targets", "snapshot", "timestamp"}) {
    const json::Value* entry = roles == nullptr ? nullptr : present(*roles, name);
    if (entry == nullptr) return invalid(role, fmt::format("missing {} role specification", name));
    if (auto text = role_problem(role, name, *entry, body.find("keys"))) return text;
  }
  return std::nullopt;
}

std::optional<std::string> targets_problem(const RoleName& role, const json::Value& body) {
  if (auto text = type_problem(role, body)) return text;
  if (integer_of(body, "version") < 1) return invalid(role, "version cannot be less than one");
  const json::Value* delegations = body.find("delegations");
  const json::Value* roles = delegations == nullptr ? nullptr : delegations->find("roles");
  if (roles == nullptr) return std::nullopt;
  for (const json::Value& entry : roles->items()) {
    const std::string_view name = text_of(entry, "name");
    const auto child = RoleName::parse_notary(name);
    const std::size_t slash = name.rfind('/');
    const bool direct = child && child->is_delegation() && name.substr(0, slash) == role.str();
    if (!direct) return invalid(role, fmt::format("delegation role {} invalid", escape_untrusted(name)));
    if (auto text = role_problem(role, name, entry, delegations->find("keys"))) return text;
  }
  return std::nullopt;
}

std::optional<std::string> snapshot_problem(const json::Value& body) {
  const RoleName& role = RoleName::snapshot();
  if (auto text = type_problem(role, body)) return text;
  if (integer_of(body, "version") < 1) return invalid(role, "version cannot be less than one");
  const json::Value* meta = body.find("meta");
  for (const std::string_view name : {"root", "targets"}) {
    const json::Value* entry = meta == nullptr ? nullptr : meta->find(name);
    const json::Value* hashes = entry == nullptr ? nullptr : entry->find("hashes");
    const json::Value* hash = hashes == nullptr ? nullptr : hashes->find("sha256");
    if (hash == nullptr) return invalid(role, fmt::format("missing {} sha256 checksum information", name));
    const auto bytes = base64_decode(hash->as_string());
    if (!bytes || bytes->size() != 32) {
      return invalid(role, fmt::format("invalid {} checksum information, sha256 checksum invalid", name));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<GoDecoded> go_decode(std::string_view bytes) {
  const std::size_t start = bytes.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return std::nullopt;
  const std::string_view text = bytes.substr(start);
  const bool is_null = text.starts_with("null");
  const std::size_t end = is_null ? 4 : end_of_first_value(text);
  auto document = json::Document::parse(
      std::string(text.substr(0, end)),
      {.bytes = limits::kNotaryMetadataBytes, .integral_floats = true, .real_numbers = true});
  if (!document) return std::nullopt;
  GoDecoded out{.document = std::move(*document), .trailing = trailing_text(text.substr(end))};
  const json::Value& root = out.document.root();
  if (root.is_null()) return out;
  if (!root.is_object()) return std::nullopt;
  if (const json::Value* body = present(root, "signed"); body != nullptr) {
    if (!body->is_object() || !decode_common(*body, out)) return std::nullopt;
    out.signed_part = body;
  }
  const json::Value* signatures = present(root, "signatures");
  if (signatures != nullptr && !decode_signatures(*signatures, out)) return std::nullopt;
  return out;
}

std::optional<std::string> shape_problem(const RoleName& role, const json::Value* signed_part) {
  static const json::Value nothing;
  const json::Value& body = signed_part == nullptr ? nothing : *signed_part;
  switch (tuf::file_type(role)) {
    case tuf::FileType::root:
      return root_problem(body);
    case tuf::FileType::targets:
      return targets_problem(role, body);
    case tuf::FileType::snapshot:
      return snapshot_problem(body);
    case tuf::FileType::timestamp:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace boltseal::server
