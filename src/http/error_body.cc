#include "http/error_body.h"

#include "base/limits.h"
#include "base/untrusted.h"
#include "json/reader.h"

namespace boltseal::http {
namespace {

std::string text_of(const json::Value* value) {
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

void read_detail(const json::Value* detail, RemoteError& out) {
  if (detail == nullptr) return;
  if (detail->is_string()) out.detail_message = detail->as_string();
  if (!detail->is_object()) return;
  out.detail_name = text_of(detail->find("Name"));
  const auto* error = detail->find("Error");
  if (error != nullptr && error->is_object()) out.detail_message = text_of(error->find("Msg"));
}

}  // namespace

std::optional<RemoteError> parse_error_body(std::string body) {
  json::ReadLimits limits;
  limits.bytes = limits::kErrorBodyBytes;
  limits.depth = 16;
  limits.nodes = 4096;
  limits.real_numbers = true;
  const auto document = json::Document::parse(std::move(body), limits);
  if (!document || !document->root().is_object()) return std::nullopt;
  const auto* errors = document->root().find("errors");
  if (errors == nullptr || errors->items().empty() || !errors->items().front().is_object())
    return std::nullopt;
  const auto& first = errors->items().front();
  RemoteError out;
  out.code = text_of(first.find("code"));
  out.message = text_of(first.find("message"));
  out.only_one = errors->items().size() == 1;
  read_detail(first.find("detail"), out);
  return out;
}

std::string describe_refusal(int status, std::string_view body) {
  std::string out = std::to_string(status);
  if (const auto error = parse_error_body(std::string(body))) {
    out += " " + escape_untrusted(error->code, 64) + ": " + escape_untrusted(error->message);
    if (!error->detail_message.empty()) out += " (" + escape_untrusted(error->detail_message) + ")";
    return out;
  }
  while (body.ends_with('\n') || body.ends_with('\r') || body.ends_with(' ')) body.remove_suffix(1);
  if (!body.empty()) out += " " + escape_untrusted(body, 128);
  return out;
}

}  // namespace boltseal::http
