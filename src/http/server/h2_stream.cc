#include "http/server/h2_stream.h"

#include "http/server/head_check.h"
#include "http/server/path.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kFieldOverhead = 32;

}  // namespace

bool H2Stream::add_field(std::string_view name, std::string_view value, std::size_t limit) {
  list_size_ += name.size() + value.size() + kFieldOverhead;
  if (list_size_ > limit) {
    too_large_ = true;
    return false;
  }
  spans_.push_back({text_.size(), name.size(), value.size()});
  text_.append(name).append(value);
  return true;
}

std::string_view H2Stream::take_pseudo(std::string_view name, std::string_view value) {
  if (name == ":method") {
    head.method_text = value;
    head.method = method_of(value);
  } else if (name == ":authority") {
    authority_ = value;
  } else if (name == ":path") {
    const auto target = split_target(value);
    if (!target || !target->authority.empty()) return "bad request target";
    if (target->raw_path == "*" && head.method_text != "OPTIONS" && !head.method_text.empty()) {
      return "bad request target";
    }
    head.raw_path = target->raw_path;
    head.query = target->query;
    const auto path = decode_path(target->raw_path, decoded_path_);
    if (!path) return "bad percent encoding in the path";
    head.path = *path;
  }
  return {};
}

std::string_view H2Stream::make_head() {
  head = RequestHead();
  head.http2 = true;
  head.head_bytes = list_size_;
  fields_.reserve(spans_.size());
  for (const Span& span : spans_) {
    const std::string_view name = std::string_view(text_).substr(span.name_at, span.name_size);
    const std::string_view value =
        std::string_view(text_).substr(span.name_at + span.name_size, span.value_size);
    if (!name.starts_with(':')) {
      fields_.push_back({name, value});
    } else if (const std::string_view why = take_pseudo(name, value); !why.empty()) {
      return why;
    }
  }
  head.headers = fields_;
  const std::string_view host = head.header("host");
  if (head.count("host") > 1) return "several Host";
  head.host = authority_.empty() ? host : authority_;
  if (!host.empty() && !equal_ignoring_case(host, head.host)) return "Host and :authority differ";
  if (!is_host(head.host)) return "bad Host";
  if (head.raw_path.empty()) return "bad request target";
  return {};
}

}  // namespace boltseal::http
