#include "http/server/conditional.h"

#include "base/encoding.h"

namespace boltseal::http {
namespace {

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

/// Takes one entity tag off the front, quotes included, without its W/; empty when there is none.
std::string_view take_etag(std::string_view& text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (!text.starts_with('"')) return {};
  const std::size_t end = text.find('"', 1);
  if (end == std::string_view::npos) return {};
  const std::string_view tag = text.substr(0, end + 1);
  text.remove_prefix(end + 1);
  return tag;
}

std::string_view opaque(std::string_view etag) { return etag.starts_with("W/") ? etag.substr(2) : etag; }

}  // namespace

std::string etag_of_sha256(ByteView sha256) { return '"' + hex_encode(sha256) + '"'; }

bool etag_matches(std::string_view list, std::string_view etag) {
  if (etag.empty()) return false;
  skip_blanks(list);
  if (list == "*") return true;
  bool found = false;
  while (true) {
    skip_blanks(list);
    const std::string_view tag = take_etag(list);
    if (tag.empty()) return false;
    found = found || tag == opaque(etag);
    skip_blanks(list);
    if (list.empty()) return found;
    if (list.front() != ',') return false;
    list.remove_prefix(1);
  }
}

bool is_not_modified(const RequestHead& head, std::string_view etag) {
  if (etag.empty() || (head.method != Method::get && head.method != Method::head)) return false;
  for (const HeaderField& field : head.headers) {
    // Compared by length first: the loop runs over every field of every request on the hot path.
    if (field.name.size() == 13 && equal_ignoring_case(field.name, "If-None-Match") &&
        etag_matches(field.value, etag)) {
      return true;
    }
  }
  return false;
}

}  // namespace boltseal::http
