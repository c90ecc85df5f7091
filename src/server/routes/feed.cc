#include "server/routes/feed.h"

#include <fmt/core.h>

#include <charconv>

#include "base/untrusted.h"
#include "http/server/query.h"
#include "json/writer.h"

namespace boltseal::server {
namespace {

constexpr json::WriterOptions kAsGo{.indent = {}, .html_escape = true, .display_safe = false};

enum class Problem { none, syntax, range };

/// As Go's strconv.ParseInt(text, 10, 32).
Problem parse_int32(std::string_view text, std::int64_t& value) {
  const bool signed_text = !text.empty() && (text[0] == '+' || text[0] == '-');
  const std::string_view digits = signed_text ? text.substr(1) : text;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return Problem::syntax;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  static_cast<void>(end);
  if (failed != std::errc{}) return Problem::range;
  if (text[0] == '-') value = -value;
  return value < INT32_MIN || value > INT32_MAX ? Problem::range : Problem::none;
}

std::string go_quoted(std::string_view text) {
  std::string out;
  json::append_string(out, escape_untrusted(text), kAsGo);
  return out;
}

}  // namespace

ApiResult<FeedQuery> parse_feed_query(std::string_view text) {
  const auto query = http::Query::parse(text);
  const std::string_view records = query ? query->get("records").value_or("") : std::string_view();
  const std::string_view change_id = query ? query->get("change_id").value_or("") : std::string_view();
  FeedQuery out;
  if (const Problem problem = parse_int32(records, out.records); problem != Problem::none) {
    const std::string detail =
        fmt::format("invalid records parameter: strconv.ParseInt: parsing {}: {}", go_quoted(records),
                    problem == Problem::syntax ? "invalid syntax" : "value out of range");
    std::string quoted;
    json::append_string(quoted, detail, kAsGo);
    return tl::unexpected(api::invalid_parameters(quoted));
  }
  if (out.records == 0) out.records = 100;
  if (!change_id.empty() && parse_int32(change_id, out.after) != Problem::none) {
    return tl::unexpected(api::invalid_parameters("{}"));
  }
  return out;
}

std::string feed_json(const std::vector<Change>& changes) {
  json::Writer writer(kAsGo);
  writer.begin_object()
      .member("count", static_cast<std::int64_t>(changes.size()))
      .name("records")
      .begin_array();
  for (const Change& change : changes) {
    writer.begin_object().member("ID", std::to_string(change.id));
    writer.member("CreatedAt", format_rfc3339_nano(change.created)).member("GUN", change.gun);
    writer.member("Version", change.version)
        .member("SHA256", change.sha256)
        .member("Category", change.category);
    writer.end_object();
  }
  writer.end_array().end_object();
  return writer.take();
}

}  // namespace boltseal::server
