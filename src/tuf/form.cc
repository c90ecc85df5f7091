#include "tuf/form.h"

namespace boltseal::tuf {

std::string_view name_of(Form form) { return form == Form::notary ? "notary" : "tuf1"; }

std::string_view name_of(FileType type) {
  switch (type) {
    case FileType::root:
      return "root";
    case FileType::targets:
      return "targets";
    case FileType::snapshot:
      return "snapshot";
    case FileType::timestamp:
      return "timestamp";
  }
  return "";
}

std::string_view wire_type(Form form, FileType type) {
  if (form == Form::tuf1) return name_of(type);
  switch (type) {
    case FileType::root:
      return "Root";
    case FileType::targets:
      return "Targets";
    case FileType::snapshot:
      return "Snapshot";
    case FileType::timestamp:
      return "Timestamp";
  }
  return "";
}

FileType file_type(const RoleName& role) {
  if (role == RoleName::root()) return FileType::root;
  if (role == RoleName::snapshot()) return FileType::snapshot;
  if (role == RoleName::timestamp()) return FileType::timestamp;
  return FileType::targets;
}

Result<RoleName> parse_role(Form form, std::string_view text) {
  return form == Form::notary ? RoleName::parse_notary(text) : RoleName::parse_tuf1(text);
}

}  // namespace boltseal::tuf
