#include "base/log_context.h"

#include <utility>

namespace boltseal::log {
namespace {

thread_local const Context* innermost = nullptr;

}  // namespace

Context::Context(std::string request, std::string trace)
    : request_(std::move(request)), trace_(std::move(trace)), outer_(std::exchange(innermost, this)) {}

Context::~Context() { innermost = outer_; }

const Context* Context::current() { return innermost; }

}  // namespace boltseal::log
