#include "policy/duration.h"

#include <charconv>

#include "base/untrusted.h"

namespace boltseal::policy {

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  std::int64_t seconds = 0;
  if (unit == "s") seconds = 1;
  if (unit == "m") seconds = 60;
  if (unit == "h") seconds = 3600;
  if (unit == "d") seconds = 86400;
  constexpr std::int64_t kLongest = 36'500LL * 86400;
  if (error != std::errc() || seconds == 0 || number < 0 || number > kLongest / seconds) {
    return fail(ErrorCode::bad_config, "\"" + escape_untrusted(text) + "\" is no duration",
                "write a number with s, m, h or d, such as 48h");
  }
  return std::chrono::seconds(number * seconds);
}

}  // namespace boltseal::policy
