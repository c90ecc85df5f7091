#include "keys/pkcs11/uri.h"

#include <set>

#include "base/encoding.h"
#include "base/untrusted.h"

namespace boltseal::keys::pkcs11 {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
constexpr std::size_t kMostBytes = 4096;

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::bad_config, "PKCS#11 URI: " + what,
              "write pkcs11:token=LABEL;object=KEY?module-path=/path/to/module.so&pin-source=file:/path");
}

struct Attribute {
  std::string_view name;
  std::string value;
};

/// The next `name=value` of `rest` up to a separator.
Result<Attribute> next(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view text = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  if (end != std::string_view::npos && rest.empty()) return bad("an attribute is missing at the end");
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos)
    return bad("\"" + escape_untrusted(text) + "\" is no attribute with a value");
  const auto value = percent_decode(text.substr(equals + 1));
  if (!value || value->find('\0') != std::string::npos)
    return bad("the value of " + escape_untrusted(text.substr(0, equals)) + " is badly encoded");
  return Attribute{text.substr(0, equals), *value};
}

Result<void> take_path_attribute(Uri& uri, Attribute attribute) {
  if (attribute.name == "token") {
    uri.token = std::move(attribute.value);
  } else if (attribute.name == "manufacturer") {
    uri.manufacturer = std::move(attribute.value);
  } else if (attribute.name == "model") {
    uri.model = std::move(attribute.value);
  } else if (attribute.name == "serial") {
    uri.serial = std::move(attribute.value);
  } else if (attribute.name == "object") {
    uri.object = std::move(attribute.value);
  } else if (attribute.name == "type") {
    if (attribute.value != "private" && attribute.value != "public") return bad("type is not that of a key");
  } else {
    return bad("the attribute " + escape_untrusted(attribute.name) + " is not supported");
  }
  return {};
}

Result<void> take_id(Uri& uri, std::string_view text) {
  // The only attribute that is bytes: a zero byte is as good as any.
  const auto value = percent_decode(text);
  if (!value || value->empty()) return bad("the value of id is badly encoded");
  uri.id = to_bytes(*value);
  return {};
}

Result<void> take_query_attribute(Uri& uri, Attribute attribute) {
  if (attribute.name == "pin-value")
    return bad("pin-value is not taken: others can read it; use pin-source=file:/path");
  if (attribute.name == "module-path") {
    if (!attribute.value.starts_with('/')) return bad("module-path is no absolute path");
    uri.module_path = std::move(attribute.value);
    return {};
  }
  if (attribute.name != "pin-source")
    return bad("the attribute " + escape_untrusted(attribute.name) + " is not supported");
  std::string_view path = attribute.value;
  if (path.starts_with("file:")) path.remove_prefix(5);
  if (path.starts_with("//")) path.remove_prefix(2);
  if (!path.starts_with('/')) return bad("pin-source is no absolute path of a file");
  uri.pin_file = path;
  return {};
}

}  // namespace

Result<Uri> parse_uri(std::string_view text) {
  if (text.size() > kMostBytes) return bad("it is longer than 4096 bytes");
  if (!text.starts_with(kScheme)) return bad("it does not begin with pkcs11:");
  text.remove_prefix(kScheme.size());
  std::string_view query;
  if (const std::size_t mark = text.find('?'); mark != std::string_view::npos) {
    query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  Uri uri;
  std::set<std::string, std::less<>> seen;
  while (!text.empty()) {
    const std::string_view whole = text.substr(0, text.find(';'));
    if (whole.starts_with("id=")) {
      text.remove_prefix(std::min(text.size(), whole.size() + 1));
      if (!seen.insert("id").second) return bad("id stands there twice");
      BS_TRY(take_id(uri, whole.substr(3)));
      continue;
    }
    Attribute attribute = BS_TRY(next(text, ';'));
    if (!seen.emplace(attribute.name).second)
      return bad(escape_untrusted(attribute.name) + " stands there twice");
    BS_TRY(take_path_attribute(uri, std::move(attribute)));
  }
  while (!query.empty()) {
    Attribute attribute = BS_TRY(next(query, '&'));
    if (!seen.emplace(attribute.name).second)
      return bad(escape_untrusted(attribute.name) + " stands there twice");
    BS_TRY(take_query_attribute(uri, std::move(attribute)));
  }
  return uri;
}

}  // namespace boltseal::keys::pkcs11
