#include "base/clock.h"

#include <fmt/core.h>

#include "base/untrusted.h"

namespace boltseal {
namespace {

using namespace std::chrono;

class SystemClock final : public Clock {
 public:
  Time now() const override { return time_point_cast<nanoseconds>(system_clock::now()); }
};

// Reads exactly `digits` digits; -1 when they are not there.
int number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

tl::unexpected<Error> refuse(std::string_view text) {
  return fail(ErrorCode::bad_format, "\"" + escape_untrusted(text) + "\" is not a time of RFC 3339");
}

// YYYY-MM-DDTHH:MM:SS; the years fit 64-bit nanoseconds.
bool read_seconds(std::string_view& text, Time& out) {
  const int y = number(text, 4);
  if (y < 1678 || y > 2261 || !skip(text, '-')) return false;
  const int mo = number(text, 2);
  if (!skip(text, '-')) return false;
  const int d = number(text, 2);
  if (mo < 1 || d < 1 || !skip(text, 'T')) return false;
  const int h = number(text, 2);
  if (!skip(text, ':')) return false;
  const int mi = number(text, 2);
  if (!skip(text, ':')) return false;
  const int s = number(text, 2);
  if (h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59) return false;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok()) return false;
  out = sys_days(date) + hours(h) + minutes(mi) + seconds(s);
  return true;
}

bool read_fraction(std::string_view& text, Time& out) {
  if (!skip(text, '.')) return true;
  std::int64_t nanos = 0;
  std::size_t digits = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (++digits > 9) return false;
    nanos = nanos * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return false;
  for (; digits < 9; ++digits) nanos *= 10;
  out += nanoseconds(nanos);
  return true;
}

bool read_zone(std::string_view& text, Time& out) {
  if (skip(text, 'Z')) return true;
  const bool east = skip(text, '+');
  if (!east && !skip(text, '-')) return false;
  const int h = number(text, 2);
  if (!skip(text, ':')) return false;
  const int m = number(text, 2);
  if (h < 0 || h > 23 || m < 0 || m > 59) return false;
  const auto offset = hours(h) + minutes(m);
  out = east ? out - offset : out + offset;
  return true;
}

struct Parts {
  year_month_day date;
  hh_mm_ss<nanoseconds> time;
  weekday day_of_week;
};

Parts split(Time t) {
  const auto day_start = floor<days>(t);
  return {year_month_day(day_start), hh_mm_ss<nanoseconds>(t - day_start), weekday(day_start)};
}

std::string format_up_to_seconds(const Parts& p) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(p.date.year()), unsigned(p.date.month()),
                     unsigned(p.date.day()), p.time.hours().count(), p.time.minutes().count(),
                     p.time.seconds().count());
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

Result<Time> parse_rfc3339(std::string_view text) {
  std::string_view rest = text;
  Time out;
  if (!read_seconds(rest, out) || !read_fraction(rest, out) || !read_zone(rest, out) || !rest.empty())
    return refuse(text);
  return out;
}

Result<Time> parse_rfc3339_seconds(std::string_view text) {
  std::string_view rest = text;
  Time out;
  if (!read_seconds(rest, out) || rest != "Z") return refuse(text);
  return out;
}

std::string format_rfc3339_seconds(Time t) { return format_up_to_seconds(split(t)) + "Z"; }

std::string format_rfc3339_nano(Time t) {
  const Parts p = split(t);
  std::string out = format_up_to_seconds(p);
  if (const auto nanos = p.time.subseconds().count(); nanos != 0) {
    std::string fraction = fmt::format(".{:09}", nanos);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += fraction;
  }
  return out + "Z";
}

std::string format_http_date(Time t) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Parts p = split(t);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[p.day_of_week.c_encoding()],
                     unsigned(p.date.day()), kMonths[unsigned(p.date.month()) - 1], int(p.date.year()),
                     p.time.hours().count(), p.time.minutes().count(), p.time.seconds().count());
}

std::string describe_duration(Duration d) {
  const auto total = duration_cast<seconds>(d < Duration::zero() ? -d : d).count();
  const auto say = [](std::int64_t n, const char* unit) {
    return fmt::format("{} {}{}", n, unit, n == 1 ? "" : "s");
  };
  if (total >= 86400) return say(total / 86400, "day");
  if (total >= 3600) return say(total / 3600, "hour");
  if (total >= 60) return say(total / 60, "minute");
  return say(total, "second");
}

}  // namespace boltseal
