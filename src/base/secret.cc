#include "base/secret.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <mutex>
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

namespace {

/// Pages that are locked where the system allows, and never part of a core dump. Never fails but by
/// bad_alloc. A system that refuses to lock (RLIMIT_MEMLOCK) still wipes.
std::uint8_t* map_locked(std::size_t size) {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();  // lint: allow throw (as operator new does)
  static_cast<void>(mlock(memory, size));
  madvise(memory, size, MADV_DONTDUMP);
  return static_cast<std::uint8_t*>(memory);
}

/// Small secrets share locked pages: a page for each of a server's thousands of keys would exceed what a
/// process may lock. Blocks are of powers of two; a free one is zero but for the address of the next. Pages
/// are kept.
class Arena {
 public:
  static constexpr std::size_t kLargest = 1024;  ///< larger secrets have pages of their own

  static std::size_t block_for(std::size_t size) { return std::bit_ceil(std::max(size, kSmallest)); }

  std::uint8_t* take(std::size_t block) {
    const std::lock_guard lock(mutex_);
    std::uint8_t*& first = free_[list_of(block)];
    if (first == nullptr) refill(first, block);
    std::uint8_t* const taken = first;
    std::memcpy(&first, taken, kLink);
    std::memset(taken, 0, kLink);
    return taken;
  }
  /// The block was wiped.
  void give_back(std::uint8_t* block_start, std::size_t block) {
    const std::lock_guard lock(mutex_);
    std::uint8_t*& first = free_[list_of(block)];
    std::memcpy(block_start, &first, kLink);
    first = block_start;
  }

 private:
  static constexpr std::size_t kSmallest = 32;
  static constexpr std::size_t kLink = sizeof(std::uint8_t*);
  static constexpr std::size_t kSlab = 16'384;
  static std::size_t list_of(std::size_t block) {
    return static_cast<std::size_t>(std::countr_zero(block) - std::countr_zero(kSmallest));
  }
  static void refill(std::uint8_t*& first, std::size_t block) {
    std::uint8_t* const slab = map_locked(kSlab);
    for (std::size_t at = 0; at < kSlab; at += block) {
      std::memcpy(slab + at, &first, kLink);
      first = slab + at;
    }
  }

  std::mutex mutex_;
  std::array<std::uint8_t*, 6> free_{};
};

Arena& arena() {
  static Arena* const one = new Arena;  // outlives secrets that end with the program
  return *one;
}

std::size_t whole_pages(std::size_t size) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

}  // namespace

Secret::Secret(std::size_t size) : size_(size) {
  if (size == 0) return;
  const bool small = size <= Arena::kLargest;
  mapped_ = small ? Arena::block_for(size) : whole_pages(size);
  data_ = small ? arena().take(mapped_) : map_locked(mapped_);
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
  if (mapped_ <= Arena::kLargest) {
    arena().give_back(data_, mapped_);
  } else {
    munlock(data_, mapped_);
    munmap(data_, mapped_);
  }
  data_ = nullptr;
  size_ = mapped_ = 0;
}

}  // namespace boltseal
