// Log of the daemon: one JSON event a line on stderr. Fields are typed; a Secret has no way in, Untrusted
// text is escaped. Thread safe. The client does not log: it reports.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "base/untrusted.h"

namespace boltseal::log {

enum class Level : std::uint8_t { debug, info, warning, error, off };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool, const Untrusted*> value;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, std::int64_t v) : name(n), value(v) {}
  Field(std::string_view n, int v) : name(n), value(static_cast<std::int64_t>(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  Field(std::string_view n, const Untrusted& v) : name(n), value(&v) {}
};

void set_level(Level level);
bool enabled(Level level);
/// {"time":"...","level":"info","event":"...",<fields>}; every string is escaped for JSON and terminals.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}
inline void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}
void error(std::string_view event, const Error& error);

}  // namespace boltseal::log
