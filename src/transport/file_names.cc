#include "transport/file_names.h"

#include "base/encoding.h"
#include "base/untrusted.h"

namespace boltseal::transport {

Result<std::string> notary_file_name(const Item& item) {
  BS_TRY(RoleName::parse_notary(item.role.str()));  // a TUF 1.0 name may hold anything
  if (item.sha256) return item.role.str() + "." + hex_encode(*item.sha256) + ".json";
  if (item.version) return std::to_string(*item.version) + "." + item.role.str() + ".json";
  return item.role.notary_file();
}

Result<std::string> tuf1_file_name(const Item& item) {
  if (item.sha256) return fail(ErrorCode::usage, "TUF 1.0 files are found by version, not by hash");
  if (item.version) return std::to_string(*item.version) + "." + item.role.encoded_file();
  return item.role.encoded_file();
}

Error absent(const Item& item, const std::string& gun_or_place, const std::string& where) {
  if (item.role == RoleName::root() && !item.sha256 && !item.version) {
    return Error(ErrorCode::no_trust_data,
                 "remote trust data does not exist for " + gun_or_place + ": " + where +
                     " does not have trust data for " + gun_or_place,
                 "check the name, or make the first signature");
  }
  std::string name = escape_untrusted(item.role.str());
  if (item.sha256) name += "." + hex_encode(*item.sha256);
  if (item.version) name = std::to_string(*item.version) + "." + name;
  return Error(ErrorCode::metadata_missing,
               name + " trust data unavailable at " + where + " for " + gun_or_place);
}

}  // namespace boltseal::transport
