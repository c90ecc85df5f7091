#include "http/server/query.h"

#include <algorithm>

#include "base/encoding.h"

namespace boltseal::http {
namespace {

Result<std::string> decode(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return percent_decode(blanks);
}

}  // namespace

Result<Query> Query::parse(std::string_view text, std::size_t max_pairs) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    if (pair.find(';') != std::string_view::npos) {
      return fail(ErrorCode::bad_format, "the query holds a ';', which some take for a separator");
    }
    if (query.pairs_.size() == max_pairs)
      return fail(ErrorCode::limit_exceeded, "the query holds too many parameters");
    const std::size_t equals = pair.find('=');
    std::string name = BS_TRY(decode(pair.substr(0, equals)));
    std::string value;
    if (equals != std::string_view::npos) value = BS_TRY(decode(pair.substr(equals + 1)));
    query.pairs_.emplace_back(std::move(name), std::move(value));
  }
  return query;
}

std::optional<std::string_view> Query::get(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Query::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

}  // namespace boltseal::http
