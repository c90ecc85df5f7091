// What both codecs write alike, as canonical text. For the codecs of this room. Pure, thread safe.
#pragma once

#include <string>

#include "tuf/model.h"
#include "tuf/object_writer.h"

namespace boltseal::tuf {

std::string write_keys(const KeyMap& keys);
std::string write_hashes(Form form, const Hashes& hashes);
/// keyids and threshold, and the role's unknown members.
void write_role_keys(ObjectWriter& out, const RoleKeys& role);
/// The `roles` map of a root.
std::string write_root_roles(const Root& root);
std::string write_targets_map(Form form, const std::vector<Target>& targets);
/// _type, version, expires and the unknown members.
void write_common(ObjectWriter& out, const Common& common, FileType type);
std::string expires_text(const Common& common);

}  // namespace boltseal::tuf
