// Notary's form of `signed` objects and signatures (NOTARY-SERVER.md 7). For tuf/codec.cc alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/value.h"
#include "tuf/codec.h"
#include "tuf/model.h"

namespace boltseal::tuf::notary_codec {

Result<Root> read_root(const json::Value& body, const ReadOptions& options);
Result<Targets> read_targets(const json::Value& body, const RoleName* role, const ReadOptions& options);
Result<Snapshot> read_snapshot(const json::Value& body, const ReadOptions& options);
Result<Timestamp> read_timestamp(const json::Value& body, const ReadOptions& options);
Result<std::vector<Signature>> read_signatures(std::span<const json::Value> list);

// Canonical text.
std::string write(const Root& root);
std::string write(const Targets& targets);
std::string write(const Snapshot& snapshot);
std::string write(const Timestamp& timestamp);
/// The whole file.
std::string assemble(std::string_view wire, std::span<const Signature> signatures);

}  // namespace boltseal::tuf::notary_codec
