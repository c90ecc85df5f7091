#include "base/secret.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <utility>

namespace boltseal {

void wipe_memory(void* data, std::size_t size) {
  if (size != 0) explicit_bzero(data, size);
}

void wipe_string(std::string& text) {
  text.resize(text.capacity());
  wipe_memory(text.data(), text.size());
  text.clear();
}

void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// Whole pages of its own, so that locking and unlocking never touches a neighbour. A system that refuses
// to lock (RLIMIT_MEMLOCK) still wipes; the pages are kept out of core dumps and forks all the same.
Secret::Secret(std::size_t size) : size_(size) {
  if (size == 0) return;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  mapped_ = (size + page - 1) / page * page;
  void* memory = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();  // lint: allow throw (as operator new does)
  data_ = static_cast<std::uint8_t*>(memory);
  static_cast<void>(mlock(data_, mapped_));
  madvise(data_, mapped_, MADV_DONTDUMP);
}

Secret::Secret(ByteView bytes) : Secret(bytes.size()) {
  if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    mapped_ = std::exchange(other.mapped_, 0);
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::shrink(std::size_t size) {
  if (size >= size_) return;
  wipe_memory(data_ + size, size_ - size);
  size_ = size;
}

void Secret::wipe() {
  if (data_ == nullptr) return;
  wipe_memory(data_, mapped_);
  munlock(data_, mapped_);
  munmap(data_, mapped_);
  data_ = nullptr;
  size_ = mapped_ = 0;
}

}  // namespace boltseal
