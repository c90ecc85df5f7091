#include "policy/policy_edit.h"

#include "json/reader.h"
#include "json/writer.h"

namespace boltseal::policy {
namespace {

void write_pin(json::Writer& w, const NewPin& pin) {
  w.begin_object().member("gun", pin.gun.str()).member("root_version", pin.root_version);
  w.member("root_sha256", pin.root_sha256).member("server", pin.server).end_object();
}

bool is_for(const json::Value& entry, const Gun& gun) {
  const json::Value* name = entry.find("gun");
  return name != nullptr && name->as_string() == gun.str();
}

}  // namespace

Result<std::string> with_pin(const std::string& text, const NewPin& pin, const std::string& path) {
  const std::string present = text.empty() ? R"({"format":1})" : text;
  BS_TRY(parse_policy(present, path));
  const auto document = BS_TRY(json::Document::parse(present, {}));
  json::Writer w({.indent = "  "});
  w.begin_object();
  for (const json::Member& member : document.root().members()) {
    if (member.name != "pins") w.name(member.name).value(member.value);
  }
  w.name("pins").begin_array();
  if (const json::Value* pins = document.root().find("pins")) {
    for (const json::Value& entry : pins->items()) {
      if (!is_for(entry, pin.gun)) w.value(entry);
    }
  }
  write_pin(w, pin);
  w.end_array().end_object();
  return w.take();
}

}  // namespace boltseal::policy
