#include "daemon/places.h"

namespace boltseal::daemon {
namespace {

std::string without_final_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::optional<std::string> set_value(const Environment& environment, const std::string& name) {
  auto value = environment(name);
  if (!value || value->empty()) return std::nullopt;
  return value;
}

Result<std::string> state_directory(const Arguments& arguments, const Environment& environment,
                                    bool is_root) {
  if (!arguments.state_dir.empty()) return arguments.state_dir;
  if (const auto list = set_value(environment, "STATE_DIRECTORY")) return list->substr(0, list->find(':'));
  if (is_root) return std::string("/var/lib/boltseald");
  if (const auto home = set_value(environment, "XDG_STATE_HOME")) return *home + "/boltseald";
  if (const auto home = set_value(environment, "HOME")) return *home + "/.local/state/boltseald";
  return fail(ErrorCode::usage, "there is no place for the state: $HOME is not set", "give --state-dir DIR");
}

bool lies_in(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory == "/" ? directory : directory + "/");
}

}  // namespace

Result<Places> choose_places(const Arguments& arguments, const Environment& environment, bool is_root) {
  Places places;
  places.state_dir = without_final_slashes(BS_TRY(state_directory(arguments, environment, is_root)));
  places.keys_dir =
      arguments.keys_dir.empty() ? places.state_dir + "-keys" : without_final_slashes(arguments.keys_dir);
  if (lies_in(places.keys_dir, places.state_dir) || lies_in(places.state_dir, places.keys_dir)) {
    return fail(ErrorCode::usage, "the keys directory and the state directory must lie apart",
                "a backup of the state must not hold its keys: give another --keys-dir");
  }
  return places;
}

}  // namespace boltseal::daemon
