#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "base/clock.h"
#include "base/log_context.h"

namespace boltseal::log {
namespace {

std::atomic<Level> threshold{Level::info};

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made =
        std::make_shared<spdlog::logger>("boltseald", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

std::string_view name_of_level(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
    case Level::off:
      break;
  }
  return "off";
}

// escape_untrusted leaves printable text; what remains special in JSON is the quote and the backslash.
void append_string(std::string& out, std::string_view text) {
  constexpr std::size_t kLimit = 4096;
  out.push_back('"');
  for (const char c : escape_untrusted(text, kLimit)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

struct Append {
  std::string& out;
  void operator()(std::string_view text) const { append_string(out, text); }
  void operator()(std::int64_t number) const { out += std::to_string(number); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(const Untrusted* text) const { append_string(out, text->escaped()); }
};

void append_context(std::string& line) {
  const Context* context = Context::current();
  if (context == nullptr) return;
  for (const auto& [name, value] :
       {std::pair{"request", &context->request()}, std::pair{"trace", &context->trace()}}) {
    if (value->empty()) continue;
    line += ",\"";
    line += name;
    line += "\":";
    append_string(line, *value);
  }
}

}  // namespace

void set_level(Level level) { threshold.store(level, std::memory_order_relaxed); }
bool enabled(Level level) { return level >= threshold.load(std::memory_order_relaxed); }

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  std::string line = "{\"time\":\"" + format_rfc3339_nano(system_clock().now()) + "\",\"level\":\"";
  line += name_of_level(level);
  line += "\",\"event\":";
  append_string(line, event);
  for (const Field& field : fields) {
    line.push_back(',');
    append_string(line, field.name);
    line.push_back(':');
    std::visit(Append{line}, field.value);
  }
  append_context(line);
  line.push_back('}');
  logger().info(spdlog::string_view_t(line.data(), line.size()));
}

void error(std::string_view event, const Error& failure) {
  write(Level::error, event,
        {{"code", name_of(failure.code())}, {"what", failure.what()}, {"hint", failure.hint()}});
}

}  // namespace boltseal::log
