#include "server/storage/sql_values.h"

#include <algorithm>

#include "base/encoding.h"

namespace boltseal::server::sql {

std::string format_time(Time time) {
  std::string text = format_rfc3339_nano(time);
  if (text.size() > 10) text[10] = ' ';
  if (!text.empty() && text.back() == 'Z') text.replace(text.size() - 1, 1, "+00:00");
  return text;
}

std::string format_time(Time time, int digits) {
  std::string text = format_rfc3339_nano(time);
  if (text.size() > 10) text[10] = ' ';
  if (!text.empty() && text.back() == 'Z') text.pop_back();
  const auto dot = text.find('.');
  if (dot != std::string::npos)
    text.resize(std::min(text.size(), dot + 1 + static_cast<std::size_t>(digits)));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

Result<Time> parse_time(const std::string& text) {
  std::string rfc = text;
  if (rfc.size() > 10 && rfc[10] == ' ') rfc[10] = 'T';
  if (rfc.size() >= 19 && rfc.find_first_of("Z+-", 19) == std::string::npos) rfc += 'Z';
  const auto time = parse_rfc3339(rfc);
  if (!time) return fail(ErrorCode::storage_failed, "the database holds a time that cannot be read");
  return *time;
}

std::string_view without_blanks(std::string_view padded) {
  while (padded.ends_with(' ')) padded.remove_suffix(1);
  return padded;
}

Result<Sha256> parse_hash(std::string_view hex) {
  const auto bytes = hex_decode(without_blanks(hex));
  Sha256 hash{};
  if (!bytes || bytes->size() != hash.size()) {
    return fail(ErrorCode::storage_failed, "the database holds a SHA-256 that cannot be read");
  }
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace boltseal::server::sql
