#include "http/server/trace_parent.h"

#include "base/encoding.h"

namespace boltseal::http {
namespace {

bool is_id(std::string_view text) {
  return is_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::string trace_id_of(std::string_view value) {
  // version "-" trace id "-" parent id "-" flags; later versions may add more behind another dash.
  constexpr std::size_t kSize = 55;
  if (value.size() < kSize || value[2] != '-' || value[35] != '-' || value[52] != '-') return {};
  const std::string_view version = value.substr(0, 2);
  if (!is_lower_hex(version) || version == "ff") return {};
  if (value.size() > kSize && (version == "00" || value[kSize] != '-')) return {};
  if (!is_id(value.substr(3, 32)) || !is_id(value.substr(36, 16)) || !is_lower_hex(value.substr(53, 2)))
    return {};
  return std::string(value.substr(3, 32));
}

}  // namespace boltseal::http
